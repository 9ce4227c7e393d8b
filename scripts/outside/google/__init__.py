"""The register as a Google Sheet that people edit while we run."""
