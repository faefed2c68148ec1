"""What models that run on torch share. Importing any of it loads no heavy package."""
