"""What the lexical models share: analysis of text, weights, and exact ranking."""
