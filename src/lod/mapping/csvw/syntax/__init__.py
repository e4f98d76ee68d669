"""The small specifications that CSVW rests on: JSON, language tags, URI templates, URLs, UAX 35, XML Schema types."""
