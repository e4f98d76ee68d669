"""What machines fetch: descriptions of resources, bulk files, frozen releases, feeds and maps of the site."""
