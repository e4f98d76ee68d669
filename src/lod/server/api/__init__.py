"""`/api`: datasets, their structures, codes, slices and observations as JSON and CSV, by one table of routes."""
