"""Rewrites of a plan, in order."""
