"""Decides: text becomes a roster, a roster becomes a plan. No clock, no file, no network, no print."""
