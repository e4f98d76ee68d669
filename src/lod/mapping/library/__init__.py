"""What the built-in functions of mappings do, by where their names come from."""
