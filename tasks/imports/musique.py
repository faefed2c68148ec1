"""Predictions as evaluate_v1.0.py of MuSiQue reads them: one JSON object a line.

    {"id", "predicted_answer", "predicted_support_idxs": [number, ...], "predicted_answerable"}

Of MuSiQue-Full the second line of an id is on the version of the question that is called "id#2"
here, as the second in upstream's file is. Numbers of paragraphs become [title, number], as the gold
ones are; the title of a wrong one is left empty, which is wrong as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.records import Problem, Trajectory
from tasks.imports.files import converted, whole
from tasks.imports.qa_answers import predicted, rows


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a file.

    Raises:
        UserError: the file cannot be read.
    """
    seen: set[str] = set()

    def one(row: Mapping[str, Any]) -> Trajectory:
        id = row.get("id")
        if not isinstance(id, str):
            raise UserError("it has no id that is a text")
        if id in seen and f"{id}#2" in problems:
            id = f"{id}#2"
        if id in problems:
            seen.add(id)
        gold = problems[id].gold.details.get("supports", ()) if id in problems else ()
        return _predicted(id, row, {fact[-1]: fact[0] for fact in gold})

    return converted(rows(path), one, problems)


def _predicted(id: str, row: Mapping[str, Any], titles: Mapping[int, str]) -> Trajectory:
    given: dict[str, Any] = {}
    numbers = row.get("predicted_support_idxs")
    if numbers is not None:
        if not isinstance(numbers, list):
            raise UserError("its predicted_support_idxs are no list")
        idxs = [whole(number, "predicted_support_idxs") for number in numbers]
        given["supports"] = [[titles.get(number, ""), number] for number in idxs]
    answerable = row.get("predicted_answerable")
    if answerable is not None:
        if not isinstance(answerable, bool):
            raise UserError("its predicted_answerable is neither true nor false")
        given["answerable"] = answerable
    return predicted(id, row.get("predicted_answer"), given)


IMPORTER = Importer(
    name="musique",
    reads="a JSONL file of predictions as MuSiQue's evaluator reads it: {id, predicted_answer, "
    "predicted_support_idxs, predicted_answerable}",
    loses=(
        "How an answer was found is not in the file: by measures of searches nothing was found.",
        "The order of the lines, which upstream wants to be that of the questions, is of no "
        "matter; of two lines on one question the first is on the first in upstream's file.",
        "The files know no usage, time or repeated trials.",
    ),
    convert=convert,
)
