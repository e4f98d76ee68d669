"""Sources as tables with row numbers."""
