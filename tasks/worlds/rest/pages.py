"""Lists cut into pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list.

    Attributes:
        number: of the page, from 1.
        items: on it.
        pages: how many there are.
        total: items on all of them.
    """

    number: int
    items: Sequence[T]
    pages: int
    total: int


def page_of(items: Sequence[T], number: int, size: int) -> Page[T]:
    """The page of that number, from 1. One behind the last is empty."""
    start = (number - 1) * size
    return Page(number, items[start : start + size], -(-len(items) // size), len(items))


def window_of(items: Sequence[T], offset: int, limit: int) -> Sequence[T]:
    """At most `limit` items from the one at `offset` on, which counts from 0."""
    return items[offset : offset + limit]
