"""What the board says: every number, its level, and what can be told apart. No page, no file."""
