"""What training retrievers takes: examples, mined negatives, the contrastive loss, the trainer."""
