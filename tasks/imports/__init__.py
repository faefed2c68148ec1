"""Outputs that exist in the world, converted into trajectories: one file a format."""
