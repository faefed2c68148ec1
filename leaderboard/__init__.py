"""Submissions, their checks, and the static site."""
