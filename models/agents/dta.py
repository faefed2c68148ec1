"""DTA: divide a request into calls that do not need each other, then aggregate what they gave.

Zhu et al., "Divide-Then-Aggregate", ACL 2025 (arXiv 2501.12432). The calls that solve a request are
a graph; its levels are the rounds. In each round the model thinks once and makes all calls of a
level (the paper's Process), they are carried out at the same time (its Threads), and what all of
them gave is told in the order of the calls. From the paper's code are the search around the rounds
(`DFS_parallel_llama`, two children a node: `models.agents.tree_search`), 200 queries, 12 steps and
Finish.

Reconstruction: the wording; native calls instead of "Thought: ... Function Call: [...]" as text,
which the paper's models were trained to write (`prompted(...)` makes a model without native calls
call); that 12 are rounds, where that code counts nodes of the tree, so that a round of three calls
costs 7 of them; and that calls are looked at for references to each other, which the paper's prompt
forbids and nothing checks. That code labels every result of a round with the last call's name; here
each has its own. The paper samples at a temperature of 0.5, up to 512 tokens a turn: settings of
the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from harness.contracts import ChatModel, Session
from harness.errors import UserError
from harness.records import Problem, ToolCall, Trajectory
from models.agents.asked import require_chat_model
from models.agents.tree_search import DEEPEST, Way, searched

RULES = """\
You solve a request in rounds. In every round, first think, in a few sentences: what is known, what
is still missing, and which parts of it do not need each other. Then make the calls for all of these
parts in the same turn: they are carried out at the same time, and none can use what another one
gives. A call that needs what another gives belongs to a later round. You are told what all of them
gave; put it together before you go on. When you know the answer, call Finish with give_answer and
the whole answer, which is a round of its own. When this line of attack leads nowhere, call Finish
with give_up_and_restart: you are then taken back and may try another."""
DEPENDS = (
    "This call was not made: '{text}' refers to what {name} gives, a call of the same round. Make "
    "it in a later round, with the value itself, or alone if the text is meant as it stands."
)
_NUMBERED = re.compile(r"[$#]\{?E?([1-9][0-9]{0,2})\}?(?!\.[0-9]+\Z)(?:[.\[].*)?", re.DOTALL)
"""A text that stands for what a call gave, by its place: "$1.items.0.id", "#E2"; not "$1.50"."""
_MARKED = re.compile(r"(?:\$?\{+|<+|\[+)([^{}<>]+?)(?:\}+|>+|\]+)", re.DOTALL)
"""A text that is a placeholder as a whole: "{{look.place}}", "<result of look>"."""
_LONGEST = 200
"""Characters of a text beyond which it stands for no value."""


@dataclass(eq=False)
class DTA:
    """Makes the calls that do not need each other in one round, at the same time.

    Attributes:
        model: a chat model that calls tools, several in a turn.
        rounds: on the way to an answer, for each turn of the user.
        beam: ways on that may be tried from a round; with 1 there is no way back, and the world
            need not be opened anew.
        queries: turns of the model in all, after which the attempt is stopped.
        longest: characters that are read of what a call gave.
        diversity: whether a second try is told what the first one did.
        concurrent: whether the calls of a round are carried out at the same time.
        checked: whether a call that refers to another of its round is told so, and not made.

    Raises:
        UserError: `model` is no chat model, or a number makes no sense.
    """

    model: ChatModel
    _: KW_ONLY
    rounds: int = 12
    beam: int = 2
    queries: int = 200
    longest: int = 1024
    diversity: bool = True
    concurrent: bool = True
    checked: bool = True

    version: ClassVar[str] = "1"
    needs_world: ClassVar[bool] = True

    def __post_init__(self) -> None:
        require_chat_model("dta", self.model)
        if min(self.rounds, self.beam, self.queries, self.longest) < 1:
            raise UserError("dta: rounds, beam, queries and longest are 1 at least")
        if self.rounds > DEEPEST:
            raise UserError(f"dta with rounds={self.rounds}: {DEEPEST} at most")

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt; each turn of a conversation goes on from where the last one ended."""
        way = Way(
            self.model,
            RULES,
            self.beam,
            self.queries,
            self.rounds,
            lambda turn: 1,
            self.longest,
            diversity=self.diversity,
            concurrent=self.concurrent,
            refused=dependent if self.checked else lambda calls: {},
        )
        return await searched(problem, session, way)


def dependent(calls: Sequence[ToolCall]) -> Mapping[int, str]:
    """The calls of a round that refer to what another of them gives: by place, what they are told.

    A reference is a text that stands for a value as a whole: by the other call's place ("$1.id"),
    or by its name, as a placeholder ("{{look.place}}") or as code ("look().place"). Values that
    depend on each other in any other way are not seen.
    """
    refused = {}
    for place, call in enumerate(calls):
        for text in _texts(call.arguments):
            other = _referred(text, place, calls)
            if other is not None:
                refused[place] = DEPENDS.format(text=text[:80], name=calls[other].name)
                break
    return refused


def _referred(text: str, place: int, calls: Sequence[ToolCall]) -> int | None:
    """The place of the other call that a text refers to."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if numbered := _NUMBERED.fullmatch(text):
        other = int(numbered[1]) - 1
        return other if other < len(calls) and other != place else None
    marked = _MARKED.fullmatch(text)
    for other, call in enumerate(calls):
        name = re.escape(call.name)
        if other == place or not name:
            continue
        if marked and re.search(rf"(?<!\w){name}(?!\w)", marked[1]):
            return other
        if re.fullmatch(rf"{name}(?:\([^()]*\)\S*|[.\[]\S+)", text):
            return other
    return None


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)
