"""A mapping and its tables, compiled to a plan and run to N-Quads."""
