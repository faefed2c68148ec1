"""Trajectories as a log of inspect_ai, whose viewer shows them (extra `view`).

A log is a zip: `header.json` says what was run, `samples/{id}_epoch_{n}.json` holds an attempt, and
`summaries.json` a line of each for the list. What goes in is made by inspect_ai's own classes, and
one attempt is in memory at a time. Where the two formats differ:

    problem           id of the sample; a character that cannot be printed becomes "?", and what
                      comes out like another gets a number
    trial             epoch, which counts from 1
    what was asked    input; also begins the messages, where the attempt leaves it out
    gold              target: the answers, and the path of tools or else the calls
    values            scores by measure; one that says nothing of the attempt is left out
    failed            a tool message's error
    end "error"       the sample's error; how every attempt ended is in its metadata, with detail,
                      state, reward, tools offered, labels and judgements
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from harness.files import replacing
from harness.formats.inspect_messages import messages
from harness.formats.trajectories import to_json
from harness.records import Expected, Problem, Trajectory

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSample
    from inspect_ai.model import ModelOutput, ModelUsage
    from pydantic import BaseModel

SUFFIX = ".eval"
_DETAILS = ("end", "detail", "reward", "state", "offered", "judgements")
"""Fields of a trajectory that a sample has no place of its own for."""


class Writer:
    """Adds attempts to a log that is being written.

    Args:
        archive: the open zip.
        model: who made the attempts.

    Attributes:
        usage: what they cost together, by model; empty where nobody counted.
    """

    def __init__(self, archive: ZipFile, model: str) -> None:
        self.usage: dict[str, ModelUsage] = {}
        self._archive, self._model = archive, model
        self._names: set[str] = set()
        self._ids: dict[str, str] = {}
        self._summaries: list[bytes] = []

    def __len__(self) -> int:
        return len(self._names)

    def add(
        self, attempt: Trajectory, values: Mapping[str, float], problem: Problem | None = None
    ) -> bool:
        """Writes an attempt; False where there is one of that problem and trial already.

        Args:
            attempt: what was said and called.
            values: of the attempt, by measure.
            problem: what was asked; None where nobody knows any more.
        """
        made = sample(attempt, values, problem, self._model)
        made.id = self._id(str(made.id), attempt.problem)
        name = f"samples/{made.id}_epoch_{made.epoch}.json"
        if name in self._names:
            return False
        self._names.add(name)
        for who, usage in made.model_usage.items():
            self.usage[who] = self.usage[who] + usage if who in self.usage else usage
        self.write(name, _dumped(made))
        self._summaries.append(_dumped(made.summary()))
        return True

    def _id(self, shown: str, problem: str) -> str:
        """The id of a problem's samples, which no other problem has."""
        own, number = shown, 1
        while self._ids.setdefault(own, problem) != problem:
            number += 1
            own = f"{shown} ({number})"
        return own

    def finish(self, header: EvalLog) -> None:
        """Writes what holds for all attempts."""
        start = header.model_dump(mode="json", include={"version", "eval", "plan"})
        self.write("_journal/start.json", json.dumps(start).encode())
        self.write("summaries.json", b"[" + b",".join(self._summaries) + b"]")
        self.write("header.json", _dumped(header))

    def write(self, name: str, content: bytes) -> None:
        """Adds a file, dated like all others, so that the same attempts give the same bytes."""
        self._archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)


@contextmanager
def writing(path: Path, model: str) -> Iterator[Writer]:
    """A log that is there once it is whole.

    Raises:
        UserError: the file cannot be written.
    """
    with replacing(path) as file, ZipFile(file, "w") as archive:
        yield Writer(archive, model)


def sample(
    attempt: Trajectory, values: Mapping[str, float], problem: Problem | None, model: str
) -> EvalSample:
    """An attempt as a sample."""
    from inspect_ai.log import EvalError, EvalSample
    from inspect_ai.model import ModelUsage
    from inspect_ai.scorer import Score

    asked = [m for turn in problem.turns for m in turn] if problem else []
    told = [message for message in attempt.messages if message.role == "user"]
    said = [*([] if told else asked), *attempt.messages]
    usage, failed = attempt.usage, attempt.end == "error"
    counted = ModelUsage(
        input_tokens=usage.input_tokens if usage else 0,
        output_tokens=usage.output_tokens if usage else 0,
        total_tokens=usage.input_tokens + usage.output_tokens if usage else 0,
        total_cost=usage.money if usage else None,
    )
    plain = to_json(attempt)
    known = {name: plain[name] for name in _DETAILS if name in plain}
    labels = {"labels": dict(problem.labels)} if problem and problem.labels else {}
    detail = attempt.detail or "it failed outside the model"
    return EvalSample(
        id="".join(c if c.isprintable() else "?" for c in attempt.problem),
        epoch=attempt.trial + 1,
        input=list(messages(asked or told)),
        target=_target(problem) if problem else "",
        messages=list(messages(said)),
        output=_output(attempt, model),
        scores={
            name: Score(value=value, answer=attempt.answer)
            for name, value in values.items()
            if not isnan(value)
        },
        metadata={"end": attempt.end, **known, **labels},
        model_usage={model: counted} if usage else {},
        total_time=attempt.seconds,
        error=EvalError(message=detail, traceback="", traceback_ansi="") if failed else None,
    )


def _output(attempt: Trajectory, model: str) -> ModelOutput:
    from inspect_ai.model import ChatCompletionChoice, ChatMessageAssistant, ModelOutput

    if attempt.answer is None:
        return ModelOutput(model=model)
    said = ChatMessageAssistant(id="answer", content=attempt.answer)
    return ModelOutput(model=model, choices=[ChatCompletionChoice(message=said)])


def _target(problem: Problem) -> list[str]:
    gold = problem.gold
    path = " → ".join(gold.path or [call.name for call in gold.program])
    calls = [] if path else [_expected(call) for call in gold.calls or ()]
    return [*gold.answers, *([path] if path else []), *calls]


def _expected(call: Expected) -> str:
    """A right call; where a parameter may have several values, any of them."""
    wanted = (f"{name}={' or '.join(map(_value, vs))}" for name, vs in call.arguments.items())
    return f"{call.name}({', '.join(wanted)})"


def _value(value: Any) -> str:
    return "left out" if value == "" else json.dumps(value, ensure_ascii=False)


def _dumped(value: BaseModel) -> bytes:
    return value.model_dump_json(exclude_none=True).encode()
