"""What does Playhead cost, beside what a user would pick instead? Ratios within one run."""
