"""Which operations stay floats: where the outputs lose what, what floats take, and what is chosen."""
