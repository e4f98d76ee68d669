"""Links to vocabularies of others."""
