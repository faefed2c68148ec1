"""Predictions as hotpot_evaluate_v1.py of HotpotQA reads them: one JSON object.

    {"answer": {id: text}, "sp": {id: [[title, number of the sentence], ...]}}

Supporting facts become `state["supports"]`, where the measures of supports look for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.records import Problem, Trajectory
from tasks.imports.files import converted, read_json
from tasks.imports.qa_answers import predicted

PARTS = {"sp": "supports"}
"""What is predicted beside the answer: its name in the file, and in a trajectory's state."""


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a file.

    Raises:
        UserError: the file cannot be read, or has no answers.
    """
    return by_part(path, problems, PARTS)


def by_part(
    path: Path, problems: Mapping[str, Problem], parts: Mapping[str, str]
) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a file that holds an object by question for each part of a prediction.

    Args:
        path: of the file.
        problems: the task's.
        parts: what there is beside "answer", and what it is called in a trajectory's state.

    Raises:
        UserError: the file cannot be read, or has no answers.
    """
    value = read_json(path)
    if not isinstance(value, dict) or not isinstance(value.get("answer"), dict):
        raise UserError(f"{path} holds no object with an object 'answer': {{id: text}}")
    for name in parts:
        if not isinstance(value.get(name, {}), dict):
            raise UserError(f"{path}: '{name}' is no object")
    ids = dict.fromkeys(id for name in ("answer", *parts) for id in value.get(name, {}))
    return converted(
        ((f"item {id[:80]!a}", id) for id in ids), partial(_one, value, parts), problems
    )


def _one(value: Mapping[str, Any], parts: Mapping[str, str], id: str) -> Trajectory:
    given = {own: value[name][id] for name, own in parts.items() if id in value.get(name, {})}
    for own, facts in given.items():
        if not isinstance(facts, list):
            raise UserError(f"its {own} are no list")
    return predicted(id, value["answer"].get(id), given)


IMPORTER = Importer(
    name="hotpotqa",
    reads='a JSON file of predictions as HotpotQA\'s evaluator reads it: {"answer": {id: text}, '
    '"sp": {id: [[title, number], ...]}}',
    loses=(
        "How an answer was found is not in the file: by measures of searches nothing was found.",
        "A question without an answer whose supporting facts are predicted has given up; its facts "
        "count.",
        "The files know no usage, time or repeated trials.",
    ),
    convert=convert,
)
