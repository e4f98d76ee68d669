"""Documents that are no grids, as tables: JSON, XML, RDF, by the query that says what a row is."""
