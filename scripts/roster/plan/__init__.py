"""Steps as values, what is held back, and what is too much at once."""
