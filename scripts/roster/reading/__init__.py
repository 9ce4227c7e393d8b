"""Tables become a Roster."""
