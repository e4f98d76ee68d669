"""Immutable, versioned releases."""
