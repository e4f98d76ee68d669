"""SHACL, with results traced to rows."""
