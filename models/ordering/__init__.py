"""What listwise reranking is made of: windows over a list, the question, the reading of answers."""
