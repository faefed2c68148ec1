"""Programs of calls: each may use what the calls before it gave."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.contracts import Session
from harness.errors import UserError
from harness.records import Message, Problem, Trajectory

REFERENCE = re.compile(r"\$([1-9][0-9]{0,5})((?:\.[\w-]+)*)", re.ASCII)
ANSWER = "answer"
"""Where in `Gold.details` stands how the final answer follows from what the calls gave."""


async def run_program_of(problem: Problem, session: Session) -> Trajectory:
    """Carries out the problem's gold program in a session, which is left open.

    A text "$2.items.0.id" among the arguments stands for a value that the second call gave: the
    field "items" of its answer, the first entry of that, its field "id". The final answer is what
    `Gold.details["answer"]` refers to in the same way, or {"sum": [...]} of several such values;
    None where it says nothing. The program ends early where a call fails.

    Raises:
        UserError: the problem has no program, or a reference leads nowhere.
    """
    if not problem.gold.program:
        raise UserError(f"problem '{problem.id}' has no gold program")
    said: list[Message] = [message for turn in problem.turns for message in turn]
    given: list[Any] = []
    for number, call in enumerate(problem.gold.program, 1):
        arguments = {name: resolve(value, given) for name, value in call.arguments.items()}
        made = replace(call, arguments=arguments, id=f"call-{number}")
        observed = await session.call(made)
        said.append(Message("assistant", calls=(made,)))
        said.append(Message("tool", observed.content, call_id=made.id, failed=observed.failed))
        if observed.failed:
            detail = f"call {number} ({call.name}) failed: {observed.content[:300]}"
            return Trajectory(
                problem.id, session.trial, tuple(said), None, "stopped", detail, state=session.state
            )
        given.append(_read(observed.content))
    answer = _answer(problem.gold.details.get(ANSWER), given)
    if answer is not None:
        said.append(Message("assistant", answer))
    return Trajectory(problem.id, session.trial, tuple(said), answer, state=session.state)


def resolve(value: Any, given: Sequence[Any]) -> Any:
    """A value with every reference in it, however deep, replaced by what it refers to.

    Args:
        value: plain JSON.
        given: what the calls gave, in order; the first is "$1".

    Raises:
        UserError: a reference leads nowhere.
    """
    if isinstance(value, Mapping):
        return {name: resolve(part, given) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(part, given) for part in value]
    match = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    number = int(match[1])
    if number > len(given):
        raise UserError(f"'{value}' refers to a call that has not been made")
    found = given[number - 1]
    for step in match[2].split(".")[1:]:
        found = _step(found, step, value)
    return found


def _step(value: Any, step: str, reference: str) -> Any:
    if isinstance(value, Mapping) and step in value:
        return value[step]
    if isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    raise UserError(f"'{reference}' leads nowhere: there is no '{step}'")


def _answer(told: Any, given: Sequence[Any]) -> str | None:
    if told is None:
        return None
    if isinstance(told, Mapping) and set(told) == {"sum"}:
        return str(sum(resolve(told["sum"], given)))
    return str(resolve(told, given))


def _read(content: str) -> Any:
    """What a call gave: JSON where it is JSON, else the text."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content
