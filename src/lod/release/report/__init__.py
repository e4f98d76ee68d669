"""What validation said and what was found, kept with the release."""
