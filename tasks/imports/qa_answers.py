"""What the files of predictions on questions have in common: an answer, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.formats import strict_json
from harness.formats.trajectories import numbered
from harness.records import Message, Trajectory


def rows(path: Path) -> Iterator[tuple[str, dict[str, Any] | Unreadable]]:
    """The objects of a file of one JSON object a line, by place, or why one cannot be had.

    Raises:
        UserError: the file cannot be read.
    """
    for place, line in numbered(path):
        try:
            row = strict_json.loads(line.decode()) if isinstance(line, bytes) else line
            strict_json.check(row)
        except (strict_json.Refused, UnicodeDecodeError) as error:
            row = str(error)
        if isinstance(row, dict):
            yield place, row
        else:
            yield place, Unreadable(place, row if isinstance(row, str) else "it is no object")


def predicted(id: str, said: Any, given: Mapping[str, Any]) -> Trajectory:
    """An attempt of which an answer is known, and what was predicted besides.

    Args:
        id: of the problem.
        said: the answer; None where there is none.
        given: what goes into the state, such as "supports".

    Raises:
        UserError: the answer is not a text, or what is given is not to be trusted.
    """
    if said is not None and not isinstance(said, str):
        raise UserError("its answer is not a text")
    try:
        strict_json.check(given)
    except strict_json.Refused as error:
        raise UserError(str(error)) from None
    return Trajectory(
        id,
        messages=() if said is None else (Message("assistant", said),),
        answer=said,
        end="gave up" if said is None else "finished",
        state=dict(given) or None,
    )
