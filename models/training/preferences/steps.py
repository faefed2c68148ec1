"""Turns of an assistant that may call something, as problems of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UserError
from harness.records import Message, ToolCall, ToolSpec
from models.training.text.conversations import read_dialogues


@dataclass(frozen=True, slots=True)
class Step:
    """What was said so far, and which calls are right next, or that none is.

    Attributes:
        line: of the conversation in its file, from 1.
        number: of the turn among the conversation's messages, from 0.
        before: the messages before the turn.
        turn: the turn as it was.
        tools: what may be called.
    """

    line: int
    number: int
    before: tuple[Message, ...]
    turn: Message
    tools: tuple[ToolSpec, ...]

    @property
    def gold(self) -> tuple[ToolCall, ...]:
        """The calls that are right."""
        return self.turn.calls


@contextmanager
def placed(step: Step) -> Iterator[None]:
    """Within, a `UserError` is told with the conversation's line and the number of the turn."""
    try:
        yield
    except UserError as error:
        raise UserError(
            f"line {step.line} of the conversations, messages[{step.number}]: {error}"
        ) from error


def read_steps(path: Path, answers: bool = False) -> Iterator[Step]:
    """The steps of a file of conversations, in order.

    Args:
        path: of the file.
        answers: whether turns in which nothing is called are steps, too.

    Raises:
        UserError: the file cannot be read, nothing is called in it, or a call is of a tool that
            could not be called.
    """
    found = 0
    for dialogue in read_dialogues(path):
        offered = {tool.name for tool in dialogue.tools}
        for number, message in enumerate(dialogue.messages):
            if number < dialogue.first or message.role != "assistant":
                continue
            if not message.calls and not answers:
                continue
            if strange := next((c.name for c in message.calls if c.name not in offered), None):
                raise UserError(
                    f"{path} line {dialogue.line}: messages[{number}] calls '{strange}', which is "
                    'none of the conversation\'s "tools"'
                )
            found += bool(message.calls)
            before = dialogue.messages[:number]
            yield Step(dialogue.line, number, before, message, dialogue.tools)
    if not found:
        raise UserError(f"{path}: no assistant calls a tool, so there is nothing to prefer")
