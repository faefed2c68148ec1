"""Data that is made line by line, with a model that helps where one is needed."""
