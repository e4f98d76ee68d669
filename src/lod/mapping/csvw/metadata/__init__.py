"""The Metadata Vocabulary for Tabular Data: documents, read and normalised."""
