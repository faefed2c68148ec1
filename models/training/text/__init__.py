"""Language models learn from conversations: rows of token ids, trainers, what they leave."""
