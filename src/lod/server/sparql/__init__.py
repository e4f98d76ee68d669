"""The endpoint: the SPARQL protocol over a pool of killable workers, within limits."""
