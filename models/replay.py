"""Recorded completions as a chat model: what was asked once is answered again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import ClassVar

from harness.errors import InfrastructureError, UserError
from harness.files import sha256_of
from harness.records import Completion, Message, ToolSpec
from harness.workspace import workspace
from models.chat.request import Request
from models.chat.store import Store


class Replay:
    """Answers with the completions of a file that `record` wrote.

    A completion is found by messages, tools, limit, temperature and, unless that is 0, the trial.

    Args:
        path: of the file, JSONL. Results show only its name; its SHA-256 is its identity.

    Raises:
        UserError: there is no such file.
    """

    version = "1"
    resolved: ClassVar[tuple[str, ...]] = ("path",)

    def __init__(self, path: str) -> None:
        self._file = workspace().path(path)
        self.path = self._file.name
        if not self._file.is_file():
            raise UserError(
                f"no file of completions at {path}: write one with record(openai(...), ...)"
            )
        self._store = Store(self._file)

    @property
    def contents(self) -> Mapping[str, str]:
        """The SHA-256 of the file."""
        return {"path": self._digest}

    @cached_property
    def _digest(self) -> str:
        return sha256_of(self._file)

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Completion:
        """The recorded turn.

        Raises:
            InfrastructureError: none was recorded; the message says of which request.
        """
        request = Request(tuple(messages), tuple(tools), max_tokens, temperature)
        found = self._store.get(request.key())
        if found is None:
            raise InfrastructureError(
                f"{self.path} has {len(self._store):,} completions, and none for this request: "
                f"{len(request.messages)} messages, {len(request.tools)} tools, "
                f"max_tokens={max_tokens}, temperature={temperature}, trial {request.trial}, "
                f"the last message is '{request.shown}'"
            )
        return found
