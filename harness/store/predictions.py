"""Predictions as files: TREC runs whose ids may hold anything.

A TREC run separates its columns by white space, so an id that has some is written percent-encoded,
and so is one that has a percent sign. In a run of ours every percent sign is therefore an escape;
in a run made elsewhere, an id that is unknown as it stands is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote

from harness.run import Run

_UNSAFE = re.compile(r"[\s%]")


class Checker(Protocol):
    """Whatever knows which ids a run may hold (a flow)."""

    def check(self, run: Run) -> Run:
        """The run under our keys. Raises `UserError` when it holds unknown ids."""
        ...

    def knows(self, id: str) -> bool:
        """True for the id of a query or a document of the task."""
        ...


def write_run(path: Path, run: Run, tag: str) -> None:
    """Writes a TREC run atomically, the same bytes for the same run."""
    encoded = run.renamed(queries=_encoded(run.queries), documents=_encoded(run.vocabulary))
    encoded.write_trec(path, tag=_UNSAFE.sub("_", tag))


def read_run(path: Path, checker: Checker, *, encoded: bool = False) -> Run:
    """Reads predictions in any format of `Run.read` and makes sure that they fit the task.

    Args:
        path: of the predictions.
        checker: the task's flow.
        encoded: whether `write_run` has written them, so that every percent sign is an escape.

    Raises:
        UserError: a broken line, an unknown id, a duplicate or a score that is not finite.
    """
    return check_run(Run.read(path), checker, encoded=encoded)


def check_run(run: Run, checker: Checker, *, encoded: bool = False) -> Run:
    """The run under the task's keys, percent-encoded ids decoded. Raises as `read_run`."""

    def decode(id: str) -> str:
        return unquote(id) if "%" in id and (encoded or not checker.knows(id)) else id

    return checker.check(
        run.renamed(
            queries=_changes(run.queries, decode), documents=_changes(run.vocabulary, decode)
        )
    )


def _encoded(ids: Sequence[str]) -> dict[str, str]:
    """The ids that need it, encoded; one look at all of them tells whether there are any."""
    return _changes(ids, _encode) if _UNSAFE.search("\0".join(ids)) else {}


def _encode(id: str) -> str:
    return quote(id, safe="/:;,=@&+$!*'()[]{}<>|\\^`~#?\"") if _UNSAFE.search(id) else id


def _changes(ids: Iterable[str], change: Callable[[str], str]) -> dict[str, str]:
    return {id: new for id in ids if (new := change(id)) != id}
