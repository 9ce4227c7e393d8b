"""Makes a Google Sheet a register, looks it over, and brings it down as a file."""
