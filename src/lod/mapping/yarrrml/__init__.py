"""YARRRML, https://rml.io/yarrrml/spec/: mappings as people write them."""
