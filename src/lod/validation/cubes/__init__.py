"""The integrity constraints of RDF data cubes."""
