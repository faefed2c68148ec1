"""Expectation maximisation over samples: of trajectories, or of orders of passages."""
