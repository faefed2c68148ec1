"""The few examples of a task that are given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from harness.errors import AssayError, UserError
from harness.formats.toolcalls.form import MAX_LENGTH
from harness.formats.trajectories import numbered
from harness.names import ANYTHING, Names
from harness.records import Message
from models.chat.wire import to_wire
from models.training.text.base import open_base
from models.training.text.conversations import Dialogue, read_dialogues
from models.training.text.settings import TextTraining
from models.training.text.supervised import encode

Wire = Sequence[Mapping[str, Any]]
"""Messages as OpenAI's chat interface has them."""


@dataclass(frozen=True, slots=True)
class Seed:
    """An example.

    Attributes:
        dialogue: the conversation.
        row: the line of the file that it was read from, as plain JSON.
    """

    dialogue: Dialogue
    row: Mapping[str, Any]

    @property
    def line(self) -> int:
        """Of the file, from 1: by this it is called."""
        return self.dialogue.line

    @property
    def system(self) -> tuple[Message, ...]:
        """What stands before the first user says anything."""
        messages = self.dialogue.messages
        told = next((i for i, each in enumerate(messages) if each.role != "system"), len(messages))
        return messages[:told]

    @property
    def talk(self) -> tuple[Message, ...]:
        """The conversation behind that."""
        return self.dialogue.messages[len(self.system) :]

    @property
    def plain(self) -> bool:
        """Whether it is one question and one answer in words."""
        talk = self.talk
        return [each.role for each in talk] == ["user", "assistant"] and not talk[1].calls

    @property
    def form(self) -> tuple[object, ...]:
        """What examples have in common that can stand beside one another."""
        return self.plain, self.system, self.dialogue.tools

    @property
    def asked(self) -> str:
        """What users say in it."""
        return asked_in(wire(self.talk))

    @property
    def said(self) -> list[str]:
        """What anybody but the system says in it, arguments of calls too."""
        return said_in(wire(self.talk))

    @property
    def shown(self) -> str:
        """The conversation as JSON in one line, in the form in which new ones are asked for."""
        return shown_as(wire(self.talk), plain=self.plain)


def wire(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages as OpenAI's chat interface has them, but tools by their own names.

    Data, unlike requests to a server, names tools in calls as it does where it describes them.
    """
    return to_wire(messages, Names((), ANYTHING, MAX_LENGTH))


def asked_in(messages: Wire) -> str:
    """What users say in a conversation."""
    return "\n".join(each["content"] for each in messages if each["role"] == "user")


def said_in(messages: Wire) -> list[str]:
    """What anybody but the system says in it, arguments of calls too."""
    found = []
    for each in messages:
        if each["role"] != "system":
            calls = each.get("tool_calls", ())
            found += [each["content"], *(call["function"]["arguments"] for call in calls)]
    return list(filter(None, found))


def shown_as(messages: Wire, *, plain: bool) -> str:
    """A conversation as JSON in one line, in the form in which new ones are asked for.

    Args:
        messages: all of it.
        plain: whether it is one question and one answer in words.
    """
    talk = [each for each in messages if each["role"] != "system"]
    if plain:
        return _json({"prompt": talk[0]["content"], "completion": talk[1]["content"]})
    return _json({"messages": talk})


def read_seeds(path: Path, number: int, seed: int) -> list[Seed]:
    """Examples of a file, drawn by chance, in the order in which they were drawn.

    Args:
        path: JSONL, as `models.training.text.conversations` reads it.
        number: how many; 0 for all.
        seed: of the draw.

    Raises:
        UserError: the file holds no conversations, or fewer than that.
    """
    dialogues = list(read_dialogues(path))
    rows = [json.loads(line) for _, line in numbered(path)]
    if number > len(dialogues):
        raise UserError(f"seeds={number}: {path.name} has only {len(dialogues)} conversations")
    found = [Seed(*pair) for pair in zip(dialogues, rows, strict=True)]
    return Random(f"{seed} seeds").sample(found, number or len(found))


def require_learnable(settings: TextTraining, seeds: Iterable[Seed]) -> None:
    """Looks at a base that is here, or to be had.

    Raises:
        UserError: it has no chat template, or one that has no place for a seed.
    """
    try:
        base = open_base(settings)
    except AssayError:
        if settings.is_here:
            raise
        return
    for seed in seeds:
        try:
            encode(base, seed.dialogue)
        except UserError as error:
            raise UserError(f"{settings.data} line {seed.line}: {error}") from error


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
