"""Cube files: statistics in a few lines of YAML."""
