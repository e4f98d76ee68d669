"""What can be said about a mapping before a row is read."""
