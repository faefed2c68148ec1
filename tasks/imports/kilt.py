"""Predictions as eval_downstream.py of KILT reads them: one JSON object a line.

    {"id", "output": [{"answer", "provenance": [{"wikipedia_id", "title", ...}, ...]}]}

Pages become `state["passages"]`, ids in the order in which they stand; those that name no page are
left out, as upstream does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.records import Problem, Trajectory
from tasks.imports.files import converted
from tasks.imports.qa_answers import predicted, rows


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a file.

    Raises:
        UserError: the file cannot be read.
    """
    return converted(rows(path), _predicted, problems)


def _predicted(row: Mapping[str, Any]) -> Trajectory:
    id, outputs = row.get("id"), row.get("output")
    if isinstance(id, bool) or not isinstance(id, str | int):
        raise UserError("it has no id that is a text or a whole number")
    if not isinstance(outputs, list) or len(outputs) != 1 or not isinstance(outputs[0], dict):
        raise UserError("its output is no list of exactly one object")
    said, sources = outputs[0].get("answer"), outputs[0].get("provenance")
    if isinstance(said, str):
        said = said.strip() or None
    given = {} if sources is None else {"passages": list(_pages(sources))}
    return predicted(str(id).strip(), said, given)


def _pages(sources: Any) -> Iterator[str]:
    if not isinstance(sources, list) or not all(isinstance(page, dict) for page in sources):
        raise UserError("its provenance is no list of objects")
    for page in sources:
        id = page.get("wikipedia_id")
        if id is None:
            continue
        if isinstance(id, bool) or not isinstance(id, str | int):
            raise UserError("a wikipedia_id is neither a text nor a whole number")
        yield str(id).strip()


IMPORTER = Importer(
    name="kilt",
    reads="a JSONL file of predictions as KILT's evaluators read it: {id, output: [{answer, "
    "provenance: [{wikipedia_id, ...}]}]}",
    loses=(
        "Of provenance only the pages are kept, not their titles, paragraphs or characters.",
        "Upstream refuses a file that lacks an answer; here a line without one has given up, and "
        "its pages count.",
        "Where a line has more than one output it is refused, as upstream does.",
        "The files know no searches, usage, time or repeated trials.",
    ),
    convert=convert,
)
