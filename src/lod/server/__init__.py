"""The site over a release."""
