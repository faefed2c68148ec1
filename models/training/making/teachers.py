"""A chat model that helps to make data: asked until what it answers can be read, or given up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from harness.contracts import ChatModel
from harness.errors import UserError
from harness.formats.toolcalls.form import without_thoughts
from harness.loading import load_model
from harness.records import Message
from models.agents.answerers.answering import REWORD, Unreadable

T = TypeVar("T")


def chat_model(expression: str) -> ChatModel:
    """The chat model that an expression names, as `assay run -m` takes it.

    Raises:
        UserError: it names none.
    """
    model = load_model(expression).model
    if not isinstance(model, ChatModel):
        raise UserError(f'{expression} is no chat model: give one such as openai("name")')
    return model


class Teacher:
    """Asks a model, and counts what that costs.

    Args:
        expression: of the chat model, as `assay run -m` takes it.
        misreadings: answers to one question that cannot be read, after which it is given up; the
            model is told each time what is wrong.

    Raises:
        UserError: the expression names no chat model.
    """

    def __init__(self, expression: str, misreadings: int) -> None:
        self._model, self._misreadings = chat_model(expression), misreadings
        self._spent: Counter[str] = Counter()

    async def ask(self, messages: Sequence[Message], read: Callable[[str], T]) -> T:
        """What it answers, as `read` reads it.

        Raises:
            Unreadable: that could not be read, each time.
            InfrastructureError: no answer is to be had.
        """
        told, misread = list(messages), 0
        while True:
            made = await self._model.complete(told)
            self._spent["requests"] += 1
            self._spent["tokens_read"] += made.usage.input_tokens
            self._spent["tokens_written"] += made.usage.output_tokens
            text = without_thoughts(made.text)
            try:
                return read(text)
            except Unreadable as problem:
                misread += 1
                if misread > self._misreadings:
                    raise
                again = Message("user", REWORD.format(problem=problem))
                told += [Message("assistant", text), again]

    def spent(self) -> dict[str, int]:
        """Requests and tokens, as far as the model counts them, since this was last asked."""
        found, self._spent = dict(self._spent), Counter()
        return found
