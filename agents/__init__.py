"""Which applications does this project bring along?"""
