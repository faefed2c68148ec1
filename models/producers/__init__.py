"""Producers: methods that make checkpoints, one file each."""
