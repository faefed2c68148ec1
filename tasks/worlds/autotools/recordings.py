"""What the services answered when they were recorded: one response a tool, read from the mirror."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.errors import UserError
from harness.sources import Source
from tasks.reading.autotools import MIRROR

DOMAINS = ("food", "game", "music", "weather")
"""Services of which every tool has a recorded response."""


class Recordings:
    """The recorded responses of a service.

    Args:
        responses: tool -> what it gave once. Never changed; `of` hands out copies.
        defaults: tool -> documented parameter -> example or default value.
    """

    def __init__(
        self, responses: Mapping[str, Any], defaults: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.responses, self.defaults = responses, defaults

    def of(self, tool: str) -> Any:
        """A copy of the response of a tool."""
        return copy.deepcopy(self.responses[tool])

    def key(self, tool: str, parameter: str) -> int:
        """The id that was asked for when the tool was recorded, as documented."""
        return int(self.defaults[tool][parameter])


def read_recordings(source: Source, domain: str) -> Recordings:
    """The recordings of a service.

    Raises:
        MissingData: they are not to be had.
        UserError: they cannot be read.
    """
    name = f"{domain}.tools.json"
    try:
        listed = MIRROR.json(source, name)["endpoints"]
        responses = {tool["name"]: _response(tool) for tool in listed}
        defaults = {tool["name"]: dict(_defaults(tool)) for tool in listed}
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{MIRROR.folder}/{name} cannot be read: {error!r}") from None
    return Recordings(responses, defaults)


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value within a JSON value, outer ones first, with its dotted path."""
    level = [(path, value)]
    while level:
        yield from level
        level = [child for at, found in level for child in _children(at, found)]


def _children(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield f"{path}.{key}", part
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield f"{path}.{number}", part


def _response(tool: Mapping[str, Any]) -> Any:
    found = tool["response"] if "response" in tool else tool["responses"]
    return json.loads(found) if isinstance(found, str) else found


def _defaults(tool: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for parameter in tool.get("parameters") or tool.get("params") or ():
        if "default" in (own := parameter.get("schema") or {}):
            yield parameter["name"], own["default"]
