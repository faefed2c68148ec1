"""Question answering: what an answer, its supports and the passages found are worth, over texts.

Only `trail` knows of attempts; the measures of them are in `harness.measures.tools`.
"""
