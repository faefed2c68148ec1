"""The functions as agents are told of them: the catalogue's documentation, made exact."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from harness.records import ToolSpec
from tasks.worlds.starter.executable.arguments import RANGES
from tasks.worlds.starter.executable.functions import FUNCTIONS
from tasks.worlds.starter.executable.lookalikes import details_of
from tasks.worlds.starter.executable.shelf import Shape
from tasks.worlds.starter.tools import Tool, core
from tasks.worlds.starter.tools.fields import Field, field

_BOOKING = "booking_id number day status flight_id departs passengers seat pieces total"
_UNDOCUMENTED = {"bookings.get": tuple(field(name) for name in _BOOKING.split())}
"""What functions give of which the catalogue does not say it."""
_NULLABLE = {
    "diary.agenda": {"time"},
    "films.rating": {"average"},
    "people.employer": {"employer_id", "name"},
    "people.family": {"spouse_id", "parent_id"},
    "shops.hours": {"opens_at", "closes_at"},
}
"""Values that may be null."""


@cache
def core_specs() -> Mapping[str, ToolSpec]:
    """The specification of every core function by name."""
    return {name: spec_of(tool) for name, tool in core().items()}


def spec_of(tool: Tool) -> ToolSpec:
    """A tool of the catalogue: its sentence with what it leaves open, its types with their ranges.

    What it returns is a JSON Schema of the whole answer: an object; one with the list "items"; or
    one that also tells "page", "pages" and the "count" of all entries.
    """
    return ToolSpec(
        name=tool.name,
        description=f"{tool.description} {_details(tool)}".strip(),
        parameters={
            "type": "object",
            "properties": {own.name: _parameter(own) for own, _ in tool.parameters},
            "required": [own.name for own, needed in tool.parameters if needed],
        },
        returns=_returns(tool),
        group=tool.name.partition(".")[0],
    )


def _details(tool: Tool) -> str:
    return FUNCTIONS[tool.name].details if tool.core else details_of(tool)


def _parameter(own: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": own.type, "description": own.text}
    if own.type == "integer" and own.name in RANGES:
        schema["minimum"], schema["maximum"] = RANGES[own.name]
    return schema


def _returns(tool: Tool) -> dict[str, Any]:
    fields = _UNDOCUMENTED.get(tool.name, tool.returns)
    nullable = _NULLABLE.get(tool.name, set())
    row = _object({own.name: _value(own, own.name in nullable) for own in fields})
    shape: Shape = FUNCTIONS[tool.name].shape if tool.core else "one"
    if shape == "one":
        return row
    items: dict[str, Any] = {"items": {"type": "array", "items": row}}
    if shape == "pages":
        items |= {name: {"type": "integer"} for name in ("page", "pages", "count")}
    return _object(items)


def _value(own: Field, nullable: bool) -> dict[str, Any]:
    return {"type": [own.type, "null"] if nullable else own.type, "description": own.text}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}
