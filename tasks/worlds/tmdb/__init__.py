"""A simulated film database in the form of TMDB's interface, version 3, drawn from a seed.

`tmdb_world(document)` is the environment of RestBench's TMDB queries and of ToolFlow's movie part,
whose functions ("GET_movie_movie_id") stand for the same operations. Titles, names and dates of
what the queries ask about are public facts or wanted by third-party oracles; everything else is
made up. The day is always 14 February 2025. Results are of a simulated world: they must never be
set beside figures that were measured on the live service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.reading.openapi import base_address, read_operations
from tasks.worlds.rest import RestWorld
from tasks.worlds.tmdb.generate import generate
from tasks.worlds.tmdb.service import FilmDatabase
from tasks.worlds.tmdb.shapes import examples


def tmdb_world(
    document: Mapping[str, Any], name: str = "tmdb_oas.json", seed: int = 1
) -> RestWorld:
    """The world of a seed.

    Args:
        document: RestBench's OpenAPI document of the service; answers take the form of its
            examples.
        name: of the document, for messages.
        seed: which world.

    Raises:
        UserError: it is no OpenAPI document.
    """
    operations = read_operations(document, name, "tmdb")
    shapes, store = examples(document, name), generate(seed)
    return RestWorld(
        operations, lambda problem: FilmDatabase(store, shapes), base_address(document, name)
    )


__all__ = ["tmdb_world"]
