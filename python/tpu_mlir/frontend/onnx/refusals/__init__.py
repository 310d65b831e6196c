"""What becomes of nodes that cannot be compiled: a list of all of them, and placeholders for what they compute."""
