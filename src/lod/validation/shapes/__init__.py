"""The shapes graph: read, indexed, and what people get wrong in it."""
