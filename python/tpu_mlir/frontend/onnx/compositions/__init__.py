"""What importers build from several operations of `top`, and the numbers behind it."""
