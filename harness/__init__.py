"""Assay's engine. Everything the command line does, from Python."""
