"""Queries written anew where the engine answers wrongly, so that it answers rightly."""
