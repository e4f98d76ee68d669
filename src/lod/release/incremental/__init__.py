"""A release made from the one before and what changed: the change, and each file brought up to date by it."""
