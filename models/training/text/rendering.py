"""Conversations as the tokens that a model is asked with, and which of them are the assistant's.

Rendered by the code that answers (`models.local.prompts`). A turn is what a template writes behind
the point at which it would have asked for that turn, up to and with the token that ends it; what
follows that token (mostly a line break) nobody ever samples.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.errors import UserError
from harness.names import Names
from harness.records import Message, ToolSpec
from models.local.prompts import Prompts

_ASKS_NOT = "{% set add_generation_prompt = false %}\n"
"""Before a template: it does not ask for a turn. Jinja drops the line break behind a block."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sequence of tokens.

    Attributes:
        ids: of all tokens.
        spans: the parts that are learned, from the first token to behind the last, in order.
    """

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    @property
    def trained(self) -> int:
        """How many tokens are learned."""
        return sum(end - start for start, end in self.spans)


@dataclass(eq=False)
class Renderer:
    """Conversations to tokens, for one model.

    Attributes:
        tokenizer: with its chat template.
        name: of the model, for messages.
        template: a template in the place of its own; "" leaves that.
        ends: ids of the tokens that end a turn, as the model's settings have them. Where a template
            ends turns with none of them, its last special token counts.
    """

    tokenizer: Any
    name: str
    template: str = ""
    ends: Collection[int] = ()
    _special: frozenset[int] = field(init=False, repr=False)
    _asking: Prompts = field(init=False, repr=False)
    _plain: Mapping[bool, Prompts] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        added = self.tokenizer.added_tokens_decoder.items()
        self._special = frozenset(id for id, token in added if token.special)
        self._asking = Prompts(self.tokenizer, self.name, self.template)
        self._plain = {
            tools: Prompts(self.tokenizer, self.name, _ASKS_NOT + self._asking.source(tools=tools))
            for tools in (False, True)
        }

    def sequences(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec] = (), first: int = 0
    ) -> list[Encoded]:
        """The conversation, with the assistant's turns from message `first` on to be learned.

        Returns:
            One sequence; or one a turn, where the template writes earlier turns otherwise once
            later ones follow (as those do that drop old thoughts).

        Raises:
            UserError: the template refuses the conversation, or does not show where turns begin or
                end.
        """
        if tools:
            self._asking.require_tools()
        names = Names(tool.name for tool in tools)
        turns = [
            self._turn(messages, tools, names, number)
            for number, message in enumerate(messages)
            if message.role == "assistant" and number >= first
        ]
        whole = turns[-1]
        spans = [turn.spans[0] for turn in turns]
        if all(whole.ids[:end] == turn.ids for turn, (_, end) in zip(turns, spans, strict=True)):
            return [Encoded(whole.ids, tuple(spans))]
        return turns

    def _turn(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], names: Names, number: int
    ) -> Encoded:
        """The conversation up to the end of a turn, which is learned."""
        before = self._asking.tokens(messages[:number], tools, names)
        after = self._plain[bool(tools)].tokens(messages[: number + 1], tools, names)
        if after[: len(before)] != before:
            raise UserError(
                f"the chat template of '{self.name}' asks for an assistant's turn otherwise than "
                "it writes one, so that what would be learned is not what is asked later: give one "
                "that does not by template='FILE'"
            )
        end = self._end(after, len(before))
        return Encoded(tuple(after[:end]), ((len(before), end),))

    def _end(self, ids: Sequence[int], start: int) -> int:
        """Behind the token that ends the turn which begins at `start`."""
        for known in (self.ends, self._special):
            for place in range(len(ids) - 1, start - 1, -1):
                if ids[place] in known:
                    return place + 1
        raise UserError(
            f"the chat template of '{self.name}' ends an assistant's turn with no special token, "
            "so that no model could learn where to stop: give one that does by template='FILE'"
        )
