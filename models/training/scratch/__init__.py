"""Models from nothing: their tokenizer, packed batches, and a loop of our own."""
