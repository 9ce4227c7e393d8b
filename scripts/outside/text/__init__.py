"""The texts under templates/, found, filled in and kept."""
