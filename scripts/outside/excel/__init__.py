"""The register as an .xlsx file on this machine."""
