"""Learning by doing: problems in their worlds, attempts at them, and what was said in those."""
