"""Solutions found one call at a time, as graphs of what needs what, and as rounds of calls."""
