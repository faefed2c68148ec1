"""What chat models that run on this machine share."""
