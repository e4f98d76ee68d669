"""Spreadsheets: as grids of cells for printed tables, and tidy sheets as tables."""
