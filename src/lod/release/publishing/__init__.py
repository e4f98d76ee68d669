"""How a release comes to be, is published, goes elsewhere, and goes."""
