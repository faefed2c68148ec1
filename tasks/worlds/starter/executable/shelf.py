"""Where the functions of a domain are put, so that they are found by their documented names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Row: TypeAlias = dict[str, Any]
"""One entry of an answer, as plain JSON."""
Shape = Literal["one", "list", "pages"]
"""What a function gives: one object; all entries of a list; or a page of it."""
Body: TypeAlias = Callable[..., Any]

PAGE = 20
"""Entries of a page."""


@dataclass(frozen=True, slots=True)
class Executable:
    """A function that can be carried out.

    Attributes:
        body: from a desk and arguments by name to a row, or to rows where the shape is no "one".
        shape: of what it gives.
        details: what the catalogue's sentence leaves open, for agents.
    """

    body: Body
    shape: Shape
    details: str


class Shelf(dict[str, Executable]):
    """The functions of one domain by full name.

    Args:
        domain: what the names begin with.
    """

    def __init__(self, domain: str) -> None:
        super().__init__()
        self._domain = domain

    def __call__(self, shape: Shape, details: str = "") -> Callable[[Body], Body]:
        """Puts a function on the shelf; an underscore that ends its name is left out."""

        def put(body: Body) -> Body:
            self[f"{self._domain}.{body.__name__.rstrip('_')}"] = Executable(body, shape, details)
            return body

        return put


def as_page(rows: Iterable[Row], page: int) -> Row:
    """One page of a list, with how many pages and entries there are."""
    rows = list(rows)
    items = rows[PAGE * (page - 1) : PAGE * page]
    return {"items": items, "page": page, "pages": -(-len(rows) // PAGE), "count": len(rows)}
