"""The whole site as files: every page and format, for any web server or bucket."""
