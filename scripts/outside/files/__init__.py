"""Files that only their owner can read, put in place whole or not at all, and dated copies of them."""
