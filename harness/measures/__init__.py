"""The scoring engine: pure functions over arrays and records."""
