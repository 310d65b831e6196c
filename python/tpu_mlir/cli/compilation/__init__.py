"""What `tpuc compile` does: its options, and the steps that it takes in turn."""
