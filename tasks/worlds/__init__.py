"""Worlds: invented, seeded settings from which tasks and training data are derived."""
