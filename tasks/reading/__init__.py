"""What the benchmarks share: reading rows, judgements and cards, and rendering tools as text."""
