"""What producers of language models share: reading data, rendering it, and training on torch."""
