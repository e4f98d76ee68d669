"""RDF terms, IRIs, syntaxes, languages and media types."""
