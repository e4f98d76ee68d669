"""First cube files by looking at sheets."""
