"""What left the house, to whom and how it went, on the disk before and after it happens."""
