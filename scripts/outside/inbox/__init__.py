"""What comes back to the mailbox: delivery reports, and wishes to be left alone."""
