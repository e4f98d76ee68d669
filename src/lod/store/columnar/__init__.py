"""Answering questions about cubes from a release's columns, where that is proven to say what the store says."""
