"""What happens around the steps of any trainer: checkpoints, curves, stops, divergence."""
