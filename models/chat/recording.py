"""A chat model whose completions are written down, for `replay`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from harness.contracts import ChatModel
from harness.errors import UserError
from harness.records import Completion, Message, ToolSpec
from harness.workspace import workspace
from models.chat.request import Request, turn
from models.chat.store import Store


@dataclass(eq=False)
class Record:
    """Answers as its model does, and adds every completion to a file.

    Attributes:
        model: a chat model.
        path: of the file, JSONL; `replay` finds in it what is asked in the same way again.

    Raises:
        UserError: `model` is no chat model.
    """

    model: ChatModel
    path: str
    _store: Store = field(init=False, repr=False)

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"path"})

    def __post_init__(self) -> None:
        if not isinstance(self.model, ChatModel):
            raise UserError(f"record wants a chat model, and {type(self.model).__name__} is none")
        self._store = Store(workspace().path(self.path))

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Completion:
        """The model's next turn. Raises as the model does, and where the file cannot be written."""
        request = Request(tuple(messages), tuple(tools), max_tokens, temperature)
        said = await turn(self.model, request)
        self._store.add(request.key(), request.shown, said)
        return said
