"""A run that was saved, as a model: what was found once is found again, without searching.

It is a first stage for rerankers (`run("bm25.trec") % 100 >> ce("name")`) and a model like any
other. A file is a run in any format of `harness.formats.read`, or a first stage as MAIR publishes
them (sunnweiwei/MAIR, mair.py, `eval_rerank`): one object with an entry "<task>/<split>" for each
split, a list of results whose last one counts, its rankings under "results".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

from harness.contracts import Corpus
from harness.errors import UserError
from harness.files import sha256_of
from harness.formats.rows import opened
from harness.ranking import Ranking
from harness.records import Query
from harness.run import Run
from harness.workspace import workspace

Pools = Mapping[str, Sequence[str]]
OUTSIDE = "documents of the saved run that the corpus lacks, which were left out"


class SavedRun:
    """Answers every query with its ranking in a file; the order is a run's: score, then id.

    A query of a task with several splits may stand under "split/id" or under its bare id. Of a
    file in MAIR's format the entry of the task and split that are asked is used; upstream takes a
    ranking in the order of the file, which differs only where scores are equal.

    Args:
        path: of the file, gzipped when it ends in ".gz". Results show only its name; its content's
            SHA-256 is its identity.

    Raises:
        UserError: there is no such file.
    """

    version = "1"
    resolved: ClassVar[tuple[str, ...]] = ("path",)

    def __init__(self, path: str) -> None:
        self._file = workspace().path(path)
        self.path = self._file.name
        if not self._file.is_file():
            raise UserError(f"no run file at {path}")

    @property
    def contents(self) -> Mapping[str, str]:
        """The SHA-256 of the file."""
        return {"path": self._digest}

    def index(self, corpus: Corpus) -> _SavedIndex:
        """The saved rankings over a corpus.

        Raises:
            UserError: the file is malformed; the message names the line.
        """
        return _SavedIndex(self, corpus)

    def part(self, task: str, split: str) -> Run:
        """The rankings of one split.

        Args:
            task: name of the task, such as "mair/SciFact"; empty when it is unknown.
            split: name of its split, such as "queries".

        Raises:
            UserError: the file is malformed, or holds other tasks or splits only.
        """
        if not isinstance(self._saved, dict):
            return self._saved
        key = _entry(self._saved, task, split)
        if key is None:
            wanted = f"task '{task}', split '{split}'" if task else "this (no task is named)"
            raise UserError(
                f"{self._file} has no rankings for {wanted}; it holds {_some(self._saved)}"
            )
        if key not in self._parts:
            self._parts[key] = _rankings(self._saved[key], f"{self._file}: '{key}'")
        return self._parts[key]

    @cached_property
    def _digest(self) -> str:
        try:
            return f"sha256:{sha256_of(self._file)}"
        except OSError as error:
            raise UserError(f"cannot read {self._file}: {error.strerror}") from error

    @cached_property
    def _saved(self) -> Run | dict[str, Any]:
        """One run, or MAIR's results by "<task>/<split>"."""
        return _mair(self._file) or Run.read(self._file)

    @cached_property
    def _parts(self) -> dict[str, Run]:
        return {}


class _SavedIndex:
    """The saved rankings over one corpus. Splits may share it: each search asks where it is."""

    def __init__(self, model: SavedRun, corpus: Corpus) -> None:
        self._model, self._corpus = model, corpus

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Ranking:
        """The saved rankings of these queries; a query that was not saved is left out.

        Raises:
            UserError: the file is malformed, or fits neither the task, nor any of the queries, nor
                the corpus.
        """
        here = workspace()
        saved = self._model.part(here.task, here.split)
        run = _asked(saved, queries, here.split, self._model._file)
        run, outside = _inside(run, self._corpus, self._model._file)
        run = run.within(within or {}).without(without or {}).cut(k)
        return Ranking(run, notes={OUTSIDE: outside} if outside else {})


def _asked(saved: Run, queries: Sequence[Query], split: str, file: Path) -> Run:
    """The rankings of the queries that are asked, under our ids.

    An id may be percent-encoded, as our own runs write one that holds white space.
    """
    decoded = {unquote(id): id for id in saved.queries if "%" in id}
    ours: dict[str, str] = {}
    for query in queries:
        for theirs in (f"{split}/{query.id}", query.id):
            found = theirs if theirs in saved.index else decoded.get(theirs)
            if found is not None:
                ours[found] = query.id
                break
    if queries and not ours:
        raise UserError(
            f"{file} has a ranking for none of the {len(queries)} queries that are asked, such as "
            f"'{queries[0].id}'; it holds {_some(saved.queries)}: was it made for another task?"
        )
    return saved.select(ours).renamed(queries=ours)


def _inside(run: Run, corpus: Corpus, file: Path) -> tuple[Run, int]:
    """The run with only the corpus's documents, and how many it lost."""
    strange = [id for id in run.vocabulary if id not in corpus]
    decoded = {id: unquote(id) for id in strange if unquote(id) in corpus}
    run = run.renamed(documents=decoded)
    strangers = set(strange).difference(decoded)
    if not strangers:
        return run, 0
    if len(strangers) == len(run.vocabulary):
        raise UserError(
            f"{file} ranks no document of this corpus for the queries that are asked, but "
            f"{_some(run.vocabulary)}: was it made for another task?"
        )
    ranked = {query: [id for id, _ in run.ranked(query)] for query in run.queries}
    kept = run.without({q: [id for id in ids if id in strangers] for q, ids in ranked.items()})
    return kept, run.docs.size - kept.docs.size


def _mair(path: Path) -> dict[str, Any] | None:
    """A file in MAIR's format, by "<task>/<split>"; None for any other."""
    try:
        with opened(path) as file:
            if not file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
                return None
            file.seek(0)
            content = json.loads(file.read())
    except (OSError, EOFError, ValueError, RecursionError):
        return None  # whoever reads it as a run says what is wrong with it
    results = {key: _last(value) for key, value in content.items()}
    return results if any("results" in result for result in results.values()) else None


def _last(results: Any) -> dict[str, Any]:
    """The last of an entry's results, which may stand in a list of lists; nothing if none is."""
    while isinstance(results, list) and results:
        results = results[-1]
        if isinstance(results, dict):
            return results
    return {}


def _entry(saved: Mapping[str, Any], task: str, split: str) -> str | None:
    """The key of a task and split; that of the only entry where the task is unknown."""
    if not task:
        return next(iter(saved)) if len(saved) == 1 else None
    name = f"{task.rpartition('/')[2]}/{split}"
    return name if name in saved else None


def _rankings(result: Mapping[str, Any], place: str) -> Run:
    """The rankings of one result, query id -> document id -> score."""
    rankings = result.get("results")
    if not isinstance(rankings, dict) or not all(isinstance(r, dict) for r in rankings.values()):
        raise UserError(f"{place}: 'results' must be {{query id: {{document id: score}}}}")
    try:
        return Run.from_scores(rankings)
    except UserError as error:
        raise UserError(f"{place}: {error}") from error


def _some(ids: Iterable[str]) -> str:
    """A few of many ids, and how many there are."""
    names = list(ids)
    shown = ", ".join(f"'{id}'" for id in islice(names, 5))
    return f"{shown} ({len(names)} in all)" if len(names) > 5 else shown or "nothing"
