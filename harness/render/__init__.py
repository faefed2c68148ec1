"""Typed results as text that a person reads: tables by rich, for any width, with or without colour.

Nothing here computes a number. Imported only when something is shown.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.text import Text


def console(*, stderr: bool = False) -> Console:
    """A console that shows text as it is; it honours NO_COLOR, COLUMNS and what is no terminal."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def show(items: Iterable[RenderableType], *, stderr: bool = False) -> None:
    """Prints one thing after the other. A command to copy stays on one line, however long."""
    screen = console(stderr=stderr)
    for item in items:
        whole = isinstance(item, Text) and bool(item.no_wrap)
        screen.print(item, no_wrap=whole, overflow="ignore" if whole else None, crop=not whole)
