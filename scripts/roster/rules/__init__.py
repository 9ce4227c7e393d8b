"""The law of the network, and the status of everybody."""
