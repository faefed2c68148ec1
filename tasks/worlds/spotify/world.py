"""The simulated music service as an environment: a session an attempt, each with its own room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.records import Problem, ToolSpec
from tasks.worlds.rest import HttpError, RestWorld
from tasks.worlds.spotify.account import account_of
from tasks.worlds.spotify.asked import as_served
from tasks.worlds.spotify.generate import generate
from tasks.worlds.spotify.operations import OPERATIONS
from tasks.worlds.spotify.room import Room
from tasks.worlds.spotify.shape import shaped
from tasks.worlds.spotify.views import BASE

SEED = 1
"""The world of the benchmark."""


class SpotifyWorld(RestWorld):
    """A world in which the operations of the music service are carried out.

    Nothing in it comes from the service: the catalogue is drawn from a seed around the names in the
    requests, the account is invented, and time stands still. What an answer looks like is read from
    the interface's document.

    Args:
        operations: of the document, as `tasks.reading.openapi.read_operations` gives them.
        seed: which world.
    """

    def __init__(self, operations: Sequence[ToolSpec], seed: int = SEED) -> None:
        schemas = {operation.name: operation.returns for operation in operations}

        def opened(problem: Problem) -> MusicService:
            room = Room(generate(seed), account_of(problem.id, seed), seed)
            return MusicService(room, schemas)

        self.service = opened
        super().__init__([as_served(operation) for operation in operations], opened, BASE)


class MusicService:
    """One attempt's copy of the service.

    Args:
        room: what the listener has.
        schemas: of the answers, by operation; None where one has no body.
    """

    def __init__(self, room: Room, schemas: Mapping[str, Mapping[str, Any] | None]) -> None:
        self.room, self._schemas = room, schemas

    def answer(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """The answer in the document's shape; None where it has no body."""
        carried_out = OPERATIONS.get(operation)
        if carried_out is None:
            raise HttpError(404, "Service not found")
        facts = carried_out(self.room, arguments)
        return None if facts is None else shaped(self._schemas.get(operation) or {}, facts)

    def refused(self, error: HttpError) -> Any:
        """The service's own form of an error."""
        return {"error": {"status": error.status, "message": str(error)}}

    @property
    def state(self) -> Any:
        """What the attempt has changed, and that it is simulated."""
        return self.room.state
