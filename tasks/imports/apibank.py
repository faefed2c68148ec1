"""Predictions in the files that API-Bank's evaluators read.

One JSON object a line: {"file", "id", "pred"} for levels 1 and 2 (evaluator_by_json.py),
{"sample_id", "api_id", "pred"} for level 3 (lv3_evaluator.py). "pred" is what the model wrote: the
reply, or a call in brackets, of which the first counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.contracts import Importer, Unreadable
from harness.formats.bracket_calls import read_call
from harness.formats.trajectories import numbered
from harness.records import Message, Problem, ToolCall, Trajectory

_NO_CALL = "there is no call in the prediction"
_SPEAKERS = ("User:", "AI:")
"""What upstream takes out of a reply of level 3 before it compares it."""


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a file; a scenario's steps are gathered into one, at the end.

    Raises:
        UserError: there is no such file.
    """
    seen: set[str] = set()
    scenarios: dict[str, dict[int, str]] = {}
    for place, record in _records(path):
        if isinstance(record, str):
            yield Unreadable(place, record)
            continue
        keys, step, said = _parts(record)
        key = next((key for key in keys if key in problems), None)
        if key is None:
            yield Unreadable(place, f"the task has no problem {keys[0][:80]!a}")
        elif f"{key} {step}" in seen:
            yield Unreadable(place, f"a second prediction for {keys[0][:80]!a}: the first counts")
        elif not isinstance(said, str):
            yield Unreadable(place, "'pred' is not a text")
        elif step is not None and (wanted := len(problems[key].gold.calls or ())) > 1:
            if not 0 <= step < wanted:
                yield Unreadable(place, f"{keys[0][:80]!a} has no such step")
                continue
            seen.add(f"{key} {step}")
            scenarios.setdefault(key, {})[step] = said
        else:
            seen.add(f"{key} {step}")
            yield _single(key, problems[key], said, level_3="sample_id" in record)
    for key, steps in scenarios.items():
        yield _scenario(key, problems[key], steps)


def _records(path: Path) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """The place of every line, and its object or what is wrong with it."""
    for place, line in numbered(path):
        if isinstance(line, str):
            yield place, line
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        wrong = "not a JSON object that can be read"
        yield place, record if isinstance(record, dict) else wrong


def _parts(record: Mapping[str, Any]) -> tuple[tuple[str, ...], int | None, Any]:
    """The problem's possible keys, the step of a scenario, and what was said."""
    said = record.get("pred")
    file, id, sample, step = (_named(record.get(n)) for n in ("file", "id", "sample_id", "api_id"))
    if "sample_id" in record:
        number = record.get("api_id")
        return (f"{sample}-{step}", sample), number if isinstance(number, int) else None, said
    return (f"{file.removesuffix('.jsonl')}#{id}",), None, said


def _named(value: Any) -> str:
    """A text or a number as upstream joins them to a name; anything else names nothing."""
    return str(value) if isinstance(value, str | int) else ""


def _single(key: str, problem: Problem, said: str, *, level_3: bool) -> Trajectory:
    """A reply, or one call."""
    if problem.gold.calls is None:
        for speaker in _SPEAKERS if level_3 else ():
            said = said.replace(speaker, "")
        answer = said.strip() if level_3 else said
        if not answer:
            return Trajectory(key, end="malformed", detail="the prediction is empty")
        return Trajectory(key, messages=(Message("assistant", answer),), answer=answer)
    call = read_call(said)
    if call is None:
        message = Message("assistant", said)
        return Trajectory(key, messages=(message,), end="malformed", detail=_NO_CALL)
    return Trajectory(key, messages=(Message("assistant", said, (call,)),))


def _scenario(key: str, problem: Problem, steps: Mapping[int, str]) -> Trajectory:
    """A message for every step that there should be, so that each keeps its place."""
    messages = []
    for number in range(len(problem.gold.calls or ())):
        said = steps.get(number)
        reason = "there is no prediction for this step" if said is None else _NO_CALL
        call = (read_call(said) if said else None) or ToolCall("", problem=reason)
        messages.append(Message("assistant", said or "", (call,)))
    return Trajectory(key, messages=tuple(messages))


IMPORTER = Importer(
    name="apibank",
    reads="a JSONL file of predictions as API-Bank's evaluators read it: {file, id, pred} or "
    "{sample_id, api_id, pred}, one level a file",
    loses=(
        "Of several calls in one prediction only the first is read, and of it what upstream's "
        "patterns find: a list in quotation marks is cut, an empty value swallows the next.",
        "A prediction given twice counts once, the first time; upstream takes the last one on "
        "levels 1 and 2 and both on level 3.",
        "The prompt, and anything else that the lines hold besides the prediction, is dropped.",
        "The files know no usage, time or repeated trials.",
    ),
    convert=convert,
)
