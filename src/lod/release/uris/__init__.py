"""Every URI that was ever published, and what took the place of those that are gone."""
