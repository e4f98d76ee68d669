"""Releases beside each other: what there is, what was published when, what changed."""
