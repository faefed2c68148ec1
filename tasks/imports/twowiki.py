"""Predictions as 2wikimultihop_evaluate_v1.1.py of 2WikiMultihopQA reads them: one JSON object.

    {"answer": {id: text}, "sp": {id: [[title, number], ...]},
     "evidence": {id: [[subject, relation, object], ...]}}

HotpotQA's format with evidence triples, which become `state["triples"]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.contracts import Importer, Unreadable
from harness.records import Problem, Trajectory
from tasks.imports import hotpotqa

PARTS = {**hotpotqa.PARTS, "evidence": "triples"}


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a file.

    Raises:
        UserError: the file cannot be read, or has no answers.
    """
    return hotpotqa.by_part(path, problems, PARTS)


IMPORTER = Importer(
    name="2wiki",
    reads='a JSON file of predictions as 2Wiki\'s evaluator reads it: {"answer": {id: text}, "sp": '
    '{id: [[title, number], ...]}, "evidence": {id: [[subject, relation, object], ...]}}',
    loses=hotpotqa.IMPORTER.loses,
    convert=convert,
)
