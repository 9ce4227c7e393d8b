"""A made-up register, the same one for the same seed."""
