"""What a release says of itself, for machines: catalogues, counts, provenance, structures."""
