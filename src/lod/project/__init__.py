"""What `lod.toml` declares."""
