"""What does each step of the conversation do?

One or two nodes a file. A node reads the state and returns what it changes; one model call is one node is one prompt
file. Nodes touch the world through effects and models through `ask` alone, so that a recording holds all they saw.
"""
