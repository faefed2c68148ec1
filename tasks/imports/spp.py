"""What Solo Performance Prompting wrote: its logs, one JSON object a line (`logs/`).

Of a line, "idx" is the problem's number in its file, "unwrapped_output" the text that is scored,
and "raw_response" the server's answer. A request that failed has neither of these, and upstream
leaves it out of its mean. Of self-refinement the answer counts that "num_refine" names, and none
before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.formats.trajectories import numbered
from harness.records import Message, Problem, Trajectory, Usage
from tasks.imports.files import converted, whole

FAILED = "the request failed"


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a log.

    Raises:
        UserError: the file cannot be read.
    """
    return converted(_lines(path), _trajectory, problems)


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    """Place and content of every line, and which line it is, from 0."""
    for number, (place, line) in enumerate(numbered(path)):
        yield place, Unreadable(place, line) if isinstance(line, str) else (number, line)


def _trajectory(item: tuple[int, bytes]) -> Trajectory:
    number, line = item
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise UserError("it is no JSON object that can be read")
    part = row.get(f"answer_{row['num_refine']}", {}) if "num_refine" in row else row
    if not isinstance(part, dict):
        raise UserError("its last answer is no object")
    problem = str(whole(part.get("idx", number), "idx"))
    outputs = part.get("unwrapped_output")
    if not outputs:
        return Trajectory(problem, end="error", detail=FAILED)
    if not isinstance(outputs, list) or not isinstance(outputs[0], str):
        raise UserError("its 'unwrapped_output' is no list of texts")
    said, usage = _response(part.get("raw_response"))
    return Trajectory(
        problem,
        messages=(Message("assistant", said or outputs[0]),),
        answer=outputs[0],
        usage=usage,
    )


def _response(value: Any) -> tuple[str, Usage | None]:
    """What the model said and how many tokens it took, as far as the server's answer tells."""
    try:
        said = value[0]["choices"][0]["message"]["content"]
        used = value[0]["usage"]
        usage = Usage(
            whole(used["prompt_tokens"], "prompt_tokens"),
            whole(used["completion_tokens"], "completion_tokens"),
            None,
        )
    except (LookupError, TypeError, UserError):
        return "", None
    return (said if isinstance(said, str) else ""), usage


IMPORTER = Importer(
    name="spp",
    reads="a log of Solo Performance Prompting, logs/trivia_creative_writing/.../*.jsonl",
    loses=(
        "Its prompts, which ask in other words than ours, are left out.",
        "Its logs are of whole files: lines on problems that are another task's here are told as "
        "unknown.",
        "Of several generations for one problem the first is read, of self-refinement the last "
        "answer; tokens are those of that answer alone.",
        "The numbers that upstream computed (test_output_infos) are left out: ours are computed "
        "from the text.",
    ),
    convert=convert,
)
