"""Questions with a passage that answers them, as grounding is learned from."""
