"""Files of attempts, judged; and how far those who judged them agree."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, cast

from harness.asking import ask
from harness.attempts import Teller
from harness.contracts import Judge, Unreadable
from harness.errors import UserError
from harness.flows.tool_use import ToolUseFlow
from harness.formats.trajectories import read_trajectories, write_trajectories
from harness.judging import judge_all
from harness.loading import load_model
from harness.measures.agreement import (
    Agreement,
    calibrate,
    fleiss_kappa,
    judges_of,
    ratings,
    unanimity,
)
from harness.records import Trajectory
from harness.registry import judges
from harness.settings import setting_of
from harness.sources import Source

REPEATS = 3
STORE = ".judgements"
"""What is put behind a file's name for the judgements that are made while it is judged."""


@dataclass(frozen=True)
class Assessment:
    """What judging a file came to.

    Attributes:
        judge: who judged.
        attempts: how many attempts there were.
        asked: how many judgements were made now.
        failures: what could not be judged -> what failed.
        unreadable: entries of the file that could not be used, and are not in what was written.
    """

    judge: str
    attempts: int
    asked: int
    failures: Mapping[str, str]
    unreadable: int = 0


def judge_file(
    task: str,
    predictions: str | Path,
    out: str | Path,
    judge: str,
    *,
    model: str | None = None,
    repeats: int | None = None,
    against: str | Path | None = None,
    swap: bool = True,
    at_once: int = 8,
    data: str | Path | None = None,
    tell: Teller = lambda _: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Assessment:
    """Has the attempts of a file judged and writes them with what was said.

    Judgements are kept beside `out` as soon as they are made: the same call goes on after an
    interruption, and asks again for what failed.

    Args:
        task: whose problems were attempted.
        predictions: JSONL of trajectories.
        out: the JSONL file to write.
        judge: name of a judge.
        model: expression of the chat model that it asks, for judges that ask one.
        repeats: how often each attempt is judged; None leaves it to the judge, else 3 times.
        against: trajectories of a reference, for judges that compare.
        swap: whether a judge that compares swaps the order in every second repeat.
        at_once: how many judgements are asked for at the same time.
        data: folder that mirrors the data, as for `evaluate`.
        tell: called with what cannot be read in the files.
        progress: called with the number of judgements there are and of those wanted.

    Raises:
        UserError: no such judge, one that wants a model or a reference, or broken files.
    """
    source = Source(data)
    flow = ask(task, setting_of({}), source, seed=0).flow
    if not isinstance(flow, ToolUseFlow):
        raise UserError(f"{task} is a retrieval task: there are no attempts to judge")
    out = Path(out)
    offered = {
        "model": load_model(model) if model else None,
        "source": source,
        "references": _references(flow, Path(against), tell) if against else None,
        "against": Path(against).stem if against else None,
        "swap": swap,
    }
    made = _made(judge, offered)
    unreadable = 0

    def noticed(found: Unreadable | int) -> None:
        nonlocal unreadable
        unreadable += isinstance(found, Unreadable)
        tell(found)

    attempts = tuple(_readable(flow, Path(predictions), noticed))
    if not attempts:
        raise UserError(f"{predictions} holds no attempts at {task}")
    with ExitStack() as stack:
        stack.callback(getattr(made, "close", lambda: None))
        done = judge_all(
            flow.problems,
            attempts,
            made,
            repeats=repeats or int(getattr(made, "repeats", REPEATS)),
            store=out.with_name(f"{out.name}{STORE}"),
            at_once=at_once,
            tell=progress,
        )
    write_trajectories(out, done.trajectories)
    return Assessment(made.name, len(attempts), done.asked, done.failures, unreadable)


@dataclass(frozen=True)
class Consent:
    """How far judges agree about one question.

    Attributes:
        question: what was asked.
        judge: who.
        other: the judge it is compared with; "" for its own repeats.
        items: attempts that were judged again, or pairs of judgements that were compared.
        raw: share judged alike: by both, or in all repeats.
        kappa: Cohen's with the other, Fleiss's over repeats; NaN where chance would agree too.
    """

    question: str
    judge: str
    other: str
    items: int
    raw: float
    kappa: float


def agreement(predictions: str | Path, tell: Teller = lambda _: None) -> list[Consent]:
    """How far the judges whose judgements a file holds agree, with themselves and in pairs.

    Attempts that a judge was asked about less often than about others, because it failed, are left
    out of its agreement with itself.

    Raises:
        UserError: the file holds no judgements that could be compared.
    """
    found = [t for t in _read(Path(predictions), tell) if t.judgements]
    questions = sorted({j.question for t in found for j in t.judgements})
    consents = [consent for question in questions for consent in _consents(found, question)]
    if not consents:
        wanting = (
            "one judgement of each attempt: make more" if found else "no judgements: make some"
        )
        raise UserError(f"{predictions} holds {wanting} with assay judge")
    return consents


def _consents(found: list[Trajectory], question: str) -> Iterator[Consent]:
    names = [name for name in judges_of(found) if ratings(found, name, question)]
    for name in names:
        rated = ratings(found, name, question)
        repeats = max(map(len, rated))
        several = [labels for labels in rated if len(labels) == repeats > 1]
        if several:
            kappa = fleiss_kappa(several)
            yield Consent(question, name, "", len(several), unanimity(several), kappa)
    for first, second in combinations(names, 2):
        if not any(
            {first, second} <= {j.judge for j in t.judgements} for t in _on(found, question)
        ):
            continue
        both: Agreement = calibrate(found, first, second, question)
        yield Consent(question, first, second, both.items, both.raw, both.kappa)


def _on(found: list[Trajectory], question: str) -> Iterator[Trajectory]:
    """The attempts with the judgements of one question alone."""
    for attempt in found:
        kept = tuple(j for j in attempt.judgements if j.question == question)
        yield replace(attempt, judgements=kept)


def all_judges() -> Iterator[tuple[str, str]]:
    """Every judge by name, with what it is in a sentence."""
    for name in sorted(judges):
        said = (inspect.getdoc(judges.get(name)) or "").partition("\n\n")[0]
        yield name, " ".join(said.split())


def _made(name: str, offered: Mapping[str, object]) -> Judge:
    """The judge of that name, made from whatever it takes."""
    factory = cast("Callable[..., Any]", judges.get(name))
    takes = inspect.signature(factory).parameters
    given = {key: offered[key] for key in takes if offered.get(key) is not None}
    for key, parameter in takes.items():
        if parameter.default is inspect.Parameter.empty and key not in given:
            option = "--against FILE" if key in ("references", "against") else f"--{key}"
            raise UserError(f"the judge {name} wants {option}")
    if offered.get("model") is not None and "model" not in takes:
        raise UserError(f"the judge {name} asks no model: leave out --model")
    return cast("Judge", factory(**given))


def _references(flow: ToolUseFlow, path: Path, tell: Teller) -> dict[str, Trajectory]:
    """The first attempt of the reference at each problem, by the problem's id."""
    found: dict[str, Trajectory] = {}
    for attempt in _readable(flow, path, tell):
        found.setdefault(flow.problems[attempt.problem].id, attempt)
    return found


def _readable(flow: ToolUseFlow, path: Path, tell: Teller) -> Iterator[Trajectory]:
    for attempt in map(flow.known, _read(path, tell)):
        if attempt.problem in flow.problems:
            yield attempt
        else:
            tell(Unreadable(f"problem {attempt.problem}", "the task has no such problem"))


def _read(path: Path, tell: Teller) -> Iterator[Trajectory]:
    for found in read_trajectories(path):
        if isinstance(found, Unreadable):
            tell(found)
        else:
            yield found
