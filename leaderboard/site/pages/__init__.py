"""The pages of the site, one module each.

A module has `pages(board, renderer) -> Iterator[tuple[str, bytes]]`, which yields path and content
of every file that it is about, in a fixed order. A new kind of page is one file here and its name
below.
"""

LARGE = ("suite", "task", "model", "compare")
"""Kinds with many files: each module yields the part that `Renderer.share` gives to the worker."""

SMALL = ("home", "reproduction", "instructions", "submit", "about", "docs")
"""Kinds that one worker makes whole."""

PAGES = (*LARGE, *SMALL)
