"""A validation report as people and their tools read it: traced, in words, by cause, in every form."""
