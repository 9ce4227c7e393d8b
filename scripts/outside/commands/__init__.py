"""What each word behind make does."""
