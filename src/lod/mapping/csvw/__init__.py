"""CSV on the Web: metadata documents, the tabular data model, and what csv2rdf makes of them."""
