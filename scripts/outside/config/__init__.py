"""settings.toml in, Settings out."""
