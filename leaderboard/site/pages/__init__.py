"""The pages of the site, one module each.

A module has `pages(board, renderer) -> Iterator[tuple[str, bytes]]`, which yields path and content
of every file that it is about, in a fixed order. A new kind of page is one file here and its name
below.
"""

PAGES = (
    "home",
    "suite",
    "task",
    "model",
    "compare",
    "reproduction",
    "instructions",
    "submit",
    "about",
    "docs",
)
