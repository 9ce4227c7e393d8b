"""The way in without make: the parts fetched, and the words of the Makefile in a menu, by Python alone."""
