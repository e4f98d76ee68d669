"""lod: from a ministry's printed tables to five-star linked data."""

__version__ = "0.1.0"
