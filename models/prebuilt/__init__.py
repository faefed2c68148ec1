"""Indexes that were made before, with their passages: nothing is indexed, no corpus is held."""
