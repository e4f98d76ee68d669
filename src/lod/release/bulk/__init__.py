"""The files of a release: dumps, columns, tidy tables, source cells."""
