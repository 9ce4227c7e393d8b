"""A round: the eight steps of every command that works on the register, in their order."""
