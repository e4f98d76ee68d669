"""RML → IR: the vocabulary of https://w3id.org/rml/ and, read-compatible, its predecessors."""
