"""Which group an address belongs to, however the street is written."""
