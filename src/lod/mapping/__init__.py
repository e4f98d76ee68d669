"""Mapping languages, read into one strict intermediate representation."""
