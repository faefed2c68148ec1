"""What a call asks, as the service reads it: lists, bounds, URIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.records import ToolSpec
from tasks.worlds.rest import HttpError
from tasks.worlds.spotify.records import Catalogue

LISTS = frozenset({"ids", "uris", "type"})
"""What is a text with commas in a query string and a list in a body."""
_MOST = 100


def as_served(operation: ToolSpec) -> ToolSpec:
    """The operation as the service takes it, where its document says less or otherwise.

    A list may come in the body or, with commas, in the query string, and is read by `listed`. What
    the document wants and nowhere describes ("uris" of PUT /me/tracks) cannot be wanted. Seeds of
    recommendations are documented as "any combination", and marked as required, all of them.
    """
    properties = dict(operation.parameters.get("properties", {}))
    for name in LISTS & properties.keys():
        if operation.name != "GET /me/top/{type}" and not _one_of(name, properties[name]):
            properties[name] = {}
    seeds = operation.name == "GET /recommendations"
    required = [
        name
        for name in operation.parameters.get("required", ())
        if name in properties and not (seeds and name.startswith("seed_"))
    ]
    return replace(
        operation,
        parameters={**operation.parameters, "properties": properties, "required": required},
    )


def _one_of(name: str, schema: Mapping[str, Any]) -> bool:
    """Whether it is one of several words (the type of what is followed) and no list of them."""
    return name == "type" and schema.get("type") == "string"


def listed(arguments: Mapping[str, Any], name: str, most: int = _MOST) -> list[str]:
    """The texts of a list, given as a list or with commas; none where it was left out.

    Raises:
        HttpError: it is neither, or holds something else than texts, or too many (400).
    """
    given = arguments.get(name)
    if given is None:
        return []
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise HttpError(400, f"{name} must be a list of texts, or a text with commas", name)
    parts = [part.strip() for part in parts if part.strip()]
    if len(parts) > most:
        raise HttpError(400, f"Too many {name}: at most {most}", name)
    return parts


def ids_in(arguments: Mapping[str, Any], known: Mapping[str, Any], most: int = 50) -> list[str]:
    """The ids that are asked for; URIs count as the ids in them.

    Raises:
        HttpError: there are none, too many (400), or one that is nobody's (404).
    """
    ids = [part.rpartition(":")[2] for part in listed(arguments, "ids", most)]
    if not ids:
        raise HttpError(400, "Missing required field: ids", "ids")
    for id in ids:
        one_of(known, id, "ids")
    return ids


def one_of(known: Mapping[str, Any], id: str, name: str = "id") -> Any:
    """What has that id.

    Raises:
        HttpError: the id is none (400) or nobody's (404).
    """
    if id in known:
        return known[id]
    if not id.isascii() or not id.isalnum():
        raise HttpError(400, "Invalid base62 id", name)
    raise HttpError(404, "Resource not found", name)


def uris_in(
    world: Catalogue, arguments: Mapping[str, Any], name: str = "uris", most: int = _MOST
) -> list[str]:
    """The URIs of songs and episodes that are asked for.

    Raises:
        HttpError: one is no URI of a song or an episode (400), or nobody's (404).
    """
    return [playable(world, uri, name) for uri in listed(arguments, name, most)]


def playable(world: Catalogue, uri: str, name: str) -> str:
    """The URI, if it is one of a song or an episode.

    Raises:
        HttpError: it is none (400), or nobody's (404).
    """
    service, _, rest = uri.partition(":")
    kind, _, id = rest.partition(":")
    kinds: Mapping[str, Mapping[str, Any]] = {"track": world.tracks, "episode": world.episodes}
    if service != "spotify" or kind not in kinds:
        raise HttpError(400, f"Invalid track uri: {uri[:80]}", name)
    one_of(kinds[kind], id, name)
    return uri


def window(arguments: Mapping[str, Any], most: int = 50) -> tuple[int, int]:
    """Offset and limit.

    Raises:
        HttpError: one is out of its bounds (400).
    """
    limit, offset = int(arguments.get("limit", 20)), int(arguments.get("offset", 0))
    if not 1 <= limit <= most:
        raise HttpError(400, "Invalid limit", "limit")
    if offset < 0:
        raise HttpError(400, "Invalid offset", "offset")
    return offset, limit
