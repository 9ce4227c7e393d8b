"""A mail as bytes, and who takes it."""
