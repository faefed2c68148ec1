"""Requests that were solved one turn at a time, as steps: what is to be divided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from harness.formats import strict_json
from harness.formats.strict_json import Refused
from harness.records import Message, ToolCall, ToolSpec
from models.agents.tree_search import ANSWERS, DEEPEST, FINISH
from models.chat.wire import identified
from models.training.text.conversations import Dialogue

NO_PATH = "no path of the tree ends in an answer"
NO_ANSWER = "it does not end with an answer"
REQUESTS = "it is not one request, solved without a word in between"
NO_RESULT = "it is not told what a call gave"
TOO_LONG = "there are more calls than an agent may make"


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a solution.

    Attributes:
        call: without an id.
        gave: what it gave.
        thought: what was said with it; only with the first of several calls of a turn.
        turn: of the solution in which it was made, from 0.
        failed: whether it gave an error.
    """

    call: ToolCall
    gave: str
    thought: str = ""
    turn: int = 0
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Solution:
    """A request and how it was solved.

    Attributes:
        line: of the file, from 1.
        opening: what was said first: the request, and a system message before it, if any.
        steps: in order.
        answer: in the end.
        thought: what was said with the answer, besides it.
        tools: what could be called.
        weight: of the line, if it tells one.
    """

    line: int
    opening: tuple[Message, ...]
    steps: tuple[Step, ...]
    answer: str
    thought: str = ""
    tools: tuple[ToolSpec, ...] = ()
    weight: float | None = None

    @property
    def request(self) -> str:
        """What the user asked for."""
        return next(m.content for m in self.opening if m.role == "user")

    @property
    def turns(self) -> tuple[tuple[int, ...], ...]:
        """Numbers of the steps, from 1, by the turns in which they were made."""
        found: dict[int, tuple[int, ...]] = {}
        for number, step in enumerate(self.steps, 1):
            found[step.turn] = (*found.get(step.turn, ()), number)
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Unusable:
    """A line that is sound, and of no use. `why` is one of a few sentences, to be counted by."""

    line: int
    why: str


Read: TypeAlias = "Solution | Unusable"


def solution_of(dialogue: Dialogue) -> Read:
    """The solution that a conversation tells."""
    messages = tuple(identified(dialogue.messages))
    first = next(i for i, m in enumerate(messages) if m.role == "assistant")
    start = max(first, dialogue.first)
    opening, rest = messages[:start], messages[start:]
    asked = [m.role for m in opening if m.role != "system"]
    if asked != ["user"] or {m.role for m in rest} - {"assistant", "tool"}:
        return Unusable(dialogue.line, REQUESTS)
    *turns, (last, _) = _turns(rest)
    answer = _answer(last)
    if not answer or any(call.name == FINISH.name for turn, _ in turns for call in turn.calls):
        return Unusable(dialogue.line, NO_ANSWER)
    if any(call.id not in gave for turn, gave in turns for call in turn.calls):
        return Unusable(dialogue.line, NO_RESULT)
    steps: list[Step] = []
    said = ""
    for number, (turn, gave) in enumerate(turns):
        said = joined(said, turn.content)
        for call in turn.calls:
            told = gave[call.id]
            steps.append(Step(replace(call, id=""), told, said, number, tells_error(told)))
            said = ""
    thought = joined(said, last.content if last.calls else "")
    return bounded(
        Solution(
            dialogue.line, opening, tuple(steps), answer, thought, dialogue.tools, dialogue.weight
        )
    )


def _turns(messages: Iterable[Message]) -> list[tuple[Message, dict[str, str]]]:
    """The assistant's turns, each with what its calls gave: ids may come again in later turns."""
    found: list[tuple[Message, dict[str, str]]] = []
    for message in messages:
        if message.role == "assistant":
            found.append((message, {}))
        else:
            found[-1][1].setdefault(message.call_id, message.content)
    return found


def _answer(message: Message) -> str:
    """The answer that a last turn gives; "" where it gives none."""
    if not message.calls:
        return message.content.strip()
    [call, *more] = message.calls
    answer = call.arguments.get("final_answer")
    gives = call.name == FINISH.name and call.arguments.get("return_type") == ANSWERS
    return answer.strip() if gives and not more and isinstance(answer, str) else ""


def bounded(solution: Solution) -> Read:
    """The solution, unless no agent could go that far."""
    return Unusable(solution.line, TOO_LONG) if len(solution.steps) >= DEEPEST else solution


def joined(*thoughts: str) -> str:
    """Thoughts that come one after the other."""
    return "\n".join(thought.strip() for thought in thoughts if thought.strip())


def tells_error(gave: str) -> bool:
    """Whether what a call gave is an object with an "error" that is not empty."""
    try:
        value = strict_json.loads(gave)
    except Refused:
        return False
    return isinstance(value, dict) and bool(value.get("error"))
