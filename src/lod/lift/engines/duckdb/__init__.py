"""DuckDB: it reads the tables, and carries out plans unless another engine is asked for."""
