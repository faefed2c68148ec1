"""Question answering: nine benchmarks, samples of them, and their gold passages to search for.

A question is a problem whose only tool is `search`; every accepted answer is in its gold, and in
`Gold.details` what the benchmark knows besides: "passages" (ids in the corpus chosen), "supports"
([title, number] of sentence or paragraph), "decomposition" ([{question, answer}]), "triples",
"provenance", "knowledge", "patterns", "type", "answerable". Where and in which formats files are
read stands in tasks/cards/qa.yaml; corpora are chosen by `pool`, see
`tasks.question_answering.task`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from harness.contracts import Task
from harness.suites import Benchmark, Suite
from tasks.question_answering.passages import PassageTask
from tasks.question_answering.sources import Places
from tasks.question_answering.task import FOUND, MEASURES, QuestionTask
from tasks.reading.cards import read_cards
from tasks.reading.means import means

__all__ = ["BENCHMARK", "PassageTask", "QuestionTask"]

_CARDS = read_cards("qa")
_PASSAGES = "passages"
_NINE = (
    "nq",
    "triviaqa",
    "popqa",
    "hotpotqa",
    "2wiki",
    "musique",
    "bamboogle",
    "strategyqa",
    "wow",
)
_SAMPLED = ("nq", "triviaqa", "popqa", "hotpotqa", "2wiki", "musique")
_SEVEN = (*(f"{name}-512" for name in _SAMPLED), "bamboogle")


def _task(name: str, own: Mapping[str, Any]) -> QuestionTask:
    corpus, rows = own.get("corpus", ""), bool(own.get("passages"))
    kind = own.get("own", "none")
    measures = own.get("measures") or (*MEASURES, *(FOUND if kind != "none" else ()))
    return QuestionTask(
        _CARDS.card(name, {"problems": own["problems"]}),
        Places.of(own),
        own["split"],
        own.get("success", "exact_match"),
        rows,
        kind,
        corpus,
        tuple(measures),
    )


def _searched(task: QuestionTask, own: Mapping[str, Any]) -> PassageTask:
    """The task of finding its gold passages."""
    counts = {what: own[what] for what in ("documents", "judgements") if what in own}
    card = replace(
        task.card,
        name=f"{task.card.name}-{_PASSAGES}",
        title=f"{task.card.title}, its passages",
        description=f"The passages that answer a question. {task.card.description}",
        kind="retrieval",
        main_measure="R@5",
        runs="",
        statistics={"queries": own["problems"], **counts},
    )
    return PassageTask(task, card)


def _tasks() -> Iterator[Task]:
    for name, own in _CARDS.tasks.items():
        task = _task(name, own)
        if own.get("answers", True):
            yield task
        if task.passages or task.corpus:
            yield _searched(task, own)


def _suite(name: str, title: str, parts: tuple[str, ...], what: str) -> Suite:
    tasks = tuple(f"qa/{part}" for part in parts)
    averages = means(tasks, f"the {len(tasks)} benchmarks", "questions")
    return Suite(name, title, tasks, averages, what)


BENCHMARK = Benchmark(
    "qa",
    {task.card.name: task for task in _tasks()},
    (
        _suite("qa", "Question answering", _NINE, "nine benchmarks of question answering"),
        _suite("qa-512", "Question answering, sampled", _SEVEN, "samples of seven benchmarks"),
    ),
)
