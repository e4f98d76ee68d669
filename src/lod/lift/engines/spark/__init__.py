"""Apache Spark: carries out plans over the files that DuckDB has read, on one machine or a cluster."""
