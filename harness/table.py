"""One table of everything that a folder of results holds: a row a model and setting.

The columns are measures in notation, each the mean over the tasks of a suite, or of a task its
value, with its 95 % interval from the values of every problem that are stored beside a result. What
a result has not measured is computed from its predictions, as long as its task can be loaded and
is the same as then.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from harness.asking import ask
from harness.errors import AssayError, UserError
from harness.flows.tool_use import ToolUseFlow
from harness.formats.trajectories import read_trajectories
from harness.loading.catalogue import all_suites
from harness.measures import names
from harness.rescoring import rescore
from harness.scoring import Estimate, Scores, aggregate, means
from harness.sources import Source
from harness.store import (
    Result,
    ResultFolder,
    differing_data,
    find_results,
    read_result,
    setting_slug,
    setting_to_json,
)
from harness.store.predictions import read_run
from harness.suites import Aggregate

By = Literal["suite", "task"]
TOOL_USE = (
    "success",
    "path_subsequence",
    "path_recall",
    "call_precision",
    "calls",
    "steps",
    "input_tokens",
    "output_tokens",
    "latency",
)
"""Columns by default where all results are of tool use; with them goes pass^k, where there are
several trials, for as many as every result has."""


@dataclass(frozen=True)
class Row:
    """One model under one setting, over the tasks of a part.

    Attributes:
        first: any of its results, which tells who was asked and how.
        values: measure -> the mean over tasks; a measure that says nothing here has none.
        missing: tasks of the part that it has not finished.
        partial: whether a task is missing, or one of them was cut short.
        short: measure -> the tasks of its mean, where it says nothing of some finished one.
    """

    first: Result
    values: Mapping[str, Estimate]
    missing: tuple[str, ...]
    partial: bool
    short: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """Rows that can be compared with each other.

    Attributes:
        name: of a suite or a task.
        tasks: over which the means go.
        rows: by model, then by setting.
        differing: tasks of which results rest on different data, so that rows do not compare.
    """

    name: str
    tasks: tuple[str, ...]
    rows: tuple[Row, ...]
    differing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Parts that share their columns."""

    measures: tuple[str, ...]
    parts: tuple[Part, ...]

    def to_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {
            "measures": list(self.measures),
            "parts": [
                {
                    "name": part.name,
                    "tasks": list(part.tasks),
                    "differing_data": list(part.differing),
                    "rows": [
                        {
                            "model": row.first.model,
                            "model_fingerprint": row.first.model_fingerprint,
                            "setting": setting_to_json(row.first.setting),
                            "seed": row.first.seed,
                            "partial": row.partial or bool(row.short),
                            "missing": list(row.missing),
                            "short": {name: list(tasks) for name, tasks in row.short.items()},
                            "values": {name: asdict(value) for name, value in row.values.items()},
                        }
                        for row in part.rows
                    ],
                }
                for part in self.parts
            ],
        }

    def to_csv(self) -> str:
        """A line a row: where, who, how, and each measure's value with the ends of its interval.

        "short" names measures whose mean leaves out a finished task, of which they say nothing.
        """
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        columns = (column for m in self.measures for column in (m, f"{m} low", f"{m} high"))
        who = ["part", "model", "fingerprint", "setting", "seed", "partial", "short"]
        lines.writerow([*who, *columns])
        for part in self.parts:
            for row in part.rows:
                first = row.first
                who = [part.name, first.model, first.model_fingerprint[:8]]
                partial = "yes" if row.partial or row.short else "no"
                how = [setting_slug(first.setting), first.seed, partial, "; ".join(row.short)]
                lines.writerow([*who, *how, *_numbers(row, self.measures)])
        return text.getvalue()


def table(
    path: str | Path,
    measures: str | Sequence[str] | None = None,
    *,
    by: str = "suite",
    data: str | Path | None = None,
) -> Table:
    """The table of a folder of results.

    Args:
        path: an `--out` folder, any folder within it, or one result.
        measures: in notation; default `TOOL_USE` for tool use, else all that was measured. By
            default, a result of which some cannot be computed shows what it has measured.
        by: "suite", the mean over the tasks of each suite; or "task", every task by itself. Tasks
            of no suite stand by themselves in either.
        data: folder that mirrors the data, for what has to be computed; default the environment
            variable ASSAY_DATA.

    Raises:
        UserError: there is no result, a measure makes no sense, or one that was asked for is not
            there yet and cannot be computed.
    """
    if by not in get_args(By):
        raise UserError(f"--by {by}: it is {' or '.join(get_args(By))}")
    folders = list(find_results(Path(path)))
    found = [(read_result(folder.path), folder) for folder in folders]
    if not found:
        raise UserError(f"no result under {path}: give a folder that `assay run --out` has written")
    asked = names(measures)
    wanted = asked or _default([result for result, _ in found])
    shown, scored = dict.fromkeys(wanted), []
    for result, folder in found:
        try:
            scores = _scores(result, folder, wanted, data)
        except UserError:
            if asked:
                raise
            scores = folder.scores()
            shown |= dict.fromkeys(result.measures)
        scored.append((result, scores))
    columns = tuple(name for name in shown if any(name in scores.values for _, scores in scored))
    tasks = list(dict.fromkeys(result.task for result, _ in scored))
    parts = (_part(name, of, scored, columns) for name, of in _parts(tasks, by))
    return Table(columns, tuple(parts))


def _default(results: Sequence[Result]) -> list[str]:
    """The columns where nobody says which."""
    if any(result.task_card.get("kind") != "tool_use" for result in results):
        return list(dict.fromkeys(name for result in results for name in result.measures))
    trials = min(result.setting.trials for result in results)
    return [*TOOL_USE, *([f"pass^{trials}"] if trials > 1 else [])]


def _scores(
    result: Result, folder: ResultFolder, wanted: Sequence[str], data: str | Path | None
) -> Scores:
    """The values of every problem, those that are not stored computed from the predictions."""
    stored = folder.scores()
    lacking = [name for name in wanted if name not in stored.values]
    if not lacking:
        return stored
    try:
        asked = ask(result.task, result.setting, Source(data), result.seed)
        if asked.flow.data_hash != result.data_hash:
            raise UserError("its data is not the same as then")
        if isinstance(asked.flow, ToolUseFlow):
            new = asked.flow.score_all(read_trajectories(folder.predictions), lacking).scores
        else:
            run = read_run(folder.predictions, asked.retrieval, encoded=True)
            new = rescore(asked, run, result, lacking)[1]
    except AssayError as error:
        raise UserError(
            f"{result.model} on {result.task} has no {', '.join(lacking)}, and it cannot be "
            f"computed: {error}"
        ) from error
    return replace(stored, values={**stored.values, **new.values}, _resampled={})


def _parts(tasks: Sequence[str], by: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What gets rows of its own: name and tasks.

    Of suites that share their tasks here, the smallest is taken; one all of whose tasks here
    another one has as well is left out.
    """
    suites: dict[frozenset[str], tuple[str, tuple[str, ...]]] = {}
    for suite in all_suites() if by == "suite" else ():
        here = frozenset(suite.tasks).intersection(tasks)
        if here and (here not in suites or len(suite.tasks) < len(suites[here][1])):
            suites[here] = (suite.name, suite.tasks)
    yield from (
        found for here, found in suites.items() if not any(here < other for other in suites)
    )
    alone = set(tasks).difference(*suites)
    yield from ((task, (task,)) for task in tasks if task in alone)


def _part(
    name: str,
    tasks: tuple[str, ...],
    scored: Iterable[tuple[Result, Scores]],
    measures: Sequence[str],
) -> Part:
    groups: dict[tuple[str, str, int], dict[str, tuple[Result, Scores]]] = {}
    own = [pair for pair in scored if pair[0].task in tasks]
    for result, scores in own:
        key = (result.model_fingerprint, setting_slug(result.setting), result.seed)
        groups.setdefault(key, {})[result.task] = (result, scores)
    rows = tuple(_row(tasks, group, measures) for group in groups.values())
    return Part(name, tasks, rows, differing_data(result for result, _ in own))


def _row(
    tasks: tuple[str, ...], group: Mapping[str, tuple[Result, Scores]], measures: Sequence[str]
) -> Row:
    """The means of one model under one setting. Results with errors left do not count."""
    first = next(iter(group.values()))[0]
    whole = {task: pair for task, pair in group.items() if pair[0].status == "complete"}
    known = {task: means(scores) for task, (_, scores) in whole.items()}
    values, short = {}, {}
    for measure in measures:
        own = {
            task: result.measures[measure].value if measure in result.measures else by[measure]
            for (task, (result, _)), by in zip(whole.items(), known.values(), strict=True)
            if measure in by
        }
        scores = {task: scores for task, (_, scores) in whole.items()}
        mean = aggregate(Aggregate("mean", (tasks,)), measure, own, scores, seed=first.seed)
        if mean is not None:
            values[measure] = mean
            if len(own) < len(whole):
                short[measure] = tuple(task for task in tasks if task in own)
    missing = tuple(task for task in tasks if task not in whole)
    cut = any(result.partial for result, _ in whole.values())
    return Row(first, values, missing, bool(missing) or cut, short)


def _numbers(row: Row, measures: Sequence[str]) -> Iterator[float | str]:
    for name in measures:
        value = row.values.get(name)
        yield from (value.value, value.ci_low, value.ci_high) if value else ("", "", "")
