"""Printed tables: sheets made for the eye, read by a declared layout."""
