"""The verdict on every attempt, one JSON object a line: to be compared item by item."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

from harness.attempts import Noter
from harness.files import replacing
from harness.measures.attempt import Attempt


@contextmanager
def noting(path: Path) -> Iterator[Noter]:
    """A file of verdicts that is there once all of them are.

    Every line has the `problem`, the `trial`, how it came to its `end`, its `values` by measure
    (those that say nothing of it left out), and what is wrong with its calls: `errors`, each with
    the class of the `fault`, what is `said` of it, and the benchmark's own name for it, `upstream`.

    Raises:
        UserError: the file cannot be written.
    """
    with replacing(path) as file:

        def note(attempt: Attempt, values: Mapping[str, float]) -> None:
            line = json.dumps(_verdict(attempt, values), ensure_ascii=False)
            file.write(line.encode("utf-8", "replace") + b"\n")

        yield note


def _verdict(attempt: Attempt, values: Mapping[str, float]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "problem": attempt.trajectory.problem,
        "trial": attempt.trajectory.trial,
        "end": attempt.trajectory.end,
        "values": {name: value for name, value in values.items() if not isnan(value)},
    }
    gold = attempt.problem.gold
    if gold.calls is not None or gold.wants_call is not None:
        found["errors"] = [asdict(error) for error in attempt.verdict.errors]
    return found
