"""Validation on columns: shapes are pulled back through the mapping, and only what may fail becomes a graph."""
