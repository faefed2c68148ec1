"""A report: the board of all models, what is missing, and what a reader must know of the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from harness.ranking import MISSED, SOUGHT
from harness.render.board import Board, Cell, Column, without_common_benchmark
from harness.render.words import (
    PARTIAL,
    QUIET,
    STRONG,
    WARNING,
    Interval,
    command,
    count,
    setting_text,
    shared,
    unanswered,
    varying,
)
from harness.report import AggregateValue, Missing, Report
from harness.store import Result, ResultFolder, setting_slug

FEW = 8
"""Tasks that a board shows one by one; of more it shows the aggregates."""
NAMED = 12
"""Missing tasks that are named; --json and `assay data` name them all."""
REASONS = 3
"""Reasons that are spelled out when tasks are missing for many."""
DIFFERING = "results rest on different data; run them again on the same"


@dataclass
class _Rows:
    """The rows of a board, in the order in which they first appear."""

    keys: list[tuple[str, str]] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)

    @classmethod
    def of(cls, results: Iterable[Result]) -> _Rows:
        rows = cls()
        for result in results:
            if (key := _key(result)) not in rows.keys:
                rows.keys.append(key)
                rows.results.append(result)
        return rows

    def number(self, value: Result | AggregateValue) -> int:
        return self.keys.index(_key(value))

    def cells(self, rivals: Iterable[tuple[int, Interval, bool]]) -> dict[int, Cell]:
        """The values of one task or aggregate (row, value, partial), with the best one marked.

        A reference model is no rival, and one alone is not the best.
        """
        given = list(rivals)
        scores = [v.value for row, v, _ in given if not _reference(self.results[row])]
        best = max(scores) if len(scores) > 1 else None
        return {
            row: Cell(v, partial, v.value == best and not _reference(self.results[row]))
            for row, v, partial in given
        }

    def labels(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Headings and texts: the model, and the settings where there are several."""
        fields = varying([result.setting for result in self.results])
        names = ("model", "setting") if fields else ("model",)
        texts = (
            (name, setting_text(result.setting, fields))
            for name, result in zip(told_apart(self.results), self.results, strict=True)
        )
        return names, [text[: len(names)] for text in texts]


def overview(report: Report, *, gathered: bool = False) -> Iterator[RenderableType]:
    """The report for a person.

    Args:
        report: what was found out.
        gathered: the report is all that a folder holds, not what a command asked for. Every task
            is listed, and a suite whose tasks another one contains is left out.
    """
    rows = _Rows.of(report.results)
    values = [v for v in report.aggregates if v.measure == _main(report, v)]
    values = [v for v in values if len(v.tasks) > 1 or not v.missing]
    if gathered:
        values = _outermost(values)
    if rows.results:
        yield from _boards(report, rows, values, gathered=gathered)
    if any(r.partial for r in report.results) or any(value.partial for value in values):
        yield Text.assemble(
            (f"\n{PARTIAL}", WARNING),
            (": not all of its tasks have a value, or not all queries were asked", QUIET),
        )
    yield from _missing(report)
    yield from _undecided(report)
    yield from _remarks(report)
    if report.spent is not None:
        yield Text.assemble(("\nSpent ", QUIET), str(report.spent))


def next_steps(report: Report, out: str | Path) -> Iterator[RenderableType]:
    """Where the results are, and what to type next."""
    if not report.results:
        return
    folders = [
        ResultFolder.of(Path(out), r.model, r.model_fingerprint, r.task, r.setting).path
        for r in report.results
    ]
    yield Text.assemble(("\nResults are in ", QUIET), str(out))
    yield command("every measure", f"assay show {folders[0]}")
    if len(folders) > 1:
        yield command("all of them", f"assay show {out}")
    pairs = zip(report.results, folders, strict=True)
    by_rank = sorted(pairs, key=lambda pair: _reference(pair[0]))  # keeps the order otherwise
    models = list(dict.fromkeys(str(folder.parent.parent) for _, folder in by_rank))
    if len(models) > 1:
        yield command("a real difference?", f"assay compare {models[0]} {models[1]}")


def _boards(
    report: Report, rows: _Rows, values: Sequence[AggregateValue], *, gathered: bool
) -> Iterator[RenderableType]:
    names, labels = rows.labels()
    tasks = list(dict.fromkeys(result.task for result in report.results))
    yield _caption(report, rows)
    columns = _task_columns(report, rows, tasks)
    if len(tasks) <= FEW:
        yield Board(names, labels, columns)
    elif gathered or not values:
        yield _turned(labels, columns)
    for suite in dict.fromkeys(value.suite for value in values):
        yield Text.assemble((f"\n{suite}", STRONG), ("  means over its tasks", QUIET))
        yield Board(names, labels, _aggregate_columns(rows, values, suite))


def _caption(report: Report, rows: _Rows) -> Text:
    """What the numbers are, and the settings that all share."""
    measures = dict.fromkeys(_measured([result]) for result in report.results)
    what = next(iter(measures)) if len(measures) == 1 else "main measures"
    text = Text.assemble((f"{what} × 100", STRONG), ("  ± half the 95 % interval", QUIET))
    if fields := shared([result.setting for result in rows.results]):
        text.append(f"  ·  {setting_text(rows.results[0].setting, fields)}", QUIET)
    return text


def _turned(labels: Sequence[tuple[str, ...]], columns: Sequence[Column]) -> Board:
    """One row a task, one column a model: for many tasks."""
    tasks = [(" ".join(filter(None, (column.title, column.note))),) for column in columns]
    models = [
        Column(" ".join(label), {i: c.cells[row] for i, c in enumerate(columns) if row in c.cells})
        for row, label in enumerate(labels)
    ]
    return Board(("task",), tasks, models)


def _task_columns(report: Report, rows: _Rows, tasks: Sequence[str]) -> list[Column]:
    several = len({_measured([result]) for result in report.results}) > 1
    columns = []
    for task, title in zip(tasks, without_common_benchmark(tasks), strict=True):
        results = [result for result in report.results if result.task == task]
        whole = (r for r in results if r.status == "complete" and not _waits(r))
        cells = rows.cells((rows.number(r), r.main, r.partial) for r in whole)
        cells |= {rows.number(r): _unjudged(r) for r in results if _waits(r)}
        cells |= {rows.number(r): _unfinished(r) for r in results if r.status != "complete"}
        columns.append(Column(title, cells, _measured(results) if several else ""))
    return columns


def _waits(result: Result) -> bool:
    """Whether success is a judge's to tell, and none has looked at the attempts."""
    return result.main_measure in result.undefined


def _unjudged(result: Result) -> Cell:
    return Cell(result.main, True, instead="not judged")


def _measured(results: Sequence[Result]) -> str:
    """What the numbers of a task are."""
    first = results[0]
    return first.main_measure if _waits(first) else first.main_name


def _unfinished(result: Result) -> Cell:
    """Errors are no answers, so a mean over what was answered would mean nothing."""
    counts = result.counts
    return Cell(result.main, True, instead=f"{counts.answered:,} of {counts.queries:,}\nanswered")


def _aggregate_columns(rows: _Rows, values: Iterable[AggregateValue], suite: str) -> list[Column]:
    names: dict[str, list[tuple[int, Interval, bool]]] = {}
    for value in values:
        if value.suite == suite:
            names.setdefault(value.name, []).append((rows.number(value), value, value.partial))
    return [Column(name, rows.cells(rivals)) for name, rivals in names.items()]


def _reference(result: Result) -> bool:
    """True for a model that is there for orientation, such as the oracle."""
    return (result.model_card or {}).get("kind") == "reference"


def _outermost(values: Sequence[AggregateValue]) -> list[AggregateValue]:
    """Without the suites all of whose tasks with a value another suite has too."""
    present: dict[str, set[str]] = {}
    sizes: dict[str, int] = {}
    for value in values:
        present.setdefault(value.suite, set()).update(value.tasks)
        whole = len(value.tasks) + len(value.missing)
        sizes[value.suite] = max(sizes.get(value.suite, 0), whole)

    def contained(suite: str) -> bool:
        mine = present[suite]
        return any(
            mine < theirs or (mine == theirs and sizes[other] < sizes[suite])
            for other, theirs in present.items()
        )

    return [value for value in values if not contained(value.suite)]


def _missing(report: Report) -> Iterator[RenderableType]:
    """The tasks that could not be asked, with the reasons."""
    if report.missing:
        yield from _reasons(report.missing)
    if report.unfinished:
        names = list(dict.fromkeys(report.unfinished))
        yield Text.assemble(("\nUnfinished: ", WARNING), (", ".join(names), ""))
        yield Text("  run the same command again, or merge the shards: assay merge", QUIET)


def _undecided(report: Report) -> Iterator[RenderableType]:
    """Tasks whose main measure says nothing, because nobody has judged the attempts yet."""
    waiting = {(r.task, bool(r.setting.judge)): r.main_measure for r in report.results if _waits(r)}
    for measure, failed in dict.fromkeys((m, failed) for (_, failed), m in waiting.items()):
        names = ", ".join(task for (task, f), m in waiting.items() if (m, f) == (measure, failed))
        lacks = "is not known, the judge gave no verdict" if failed else "wants a judge"
        yield Text.assemble((f"\n{measure} {lacks}: ", WARNING), names)
        yield Text(
            "  assay judge asks for what is missing" if failed else "  assay judge --list", QUIET
        )


def _reasons(missing: Sequence[Missing]) -> Iterator[RenderableType]:
    """The names, then each reason once: one that differs only in the task's name is the same."""
    tasks = list(dict.fromkeys(m.task for m in missing))
    names = without_common_benchmark(tasks)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    shown = ", ".join(names[:NAMED]) + more
    yield Text.assemble((f"\nMissing {count(len(tasks), 'task')}: ", WARNING), shown)
    reasons: dict[str, Missing] = {}
    for m in missing:
        reasons.setdefault(m.reason.replace(m.task.rpartition("/")[2], "*"), m)
    for m in list(reasons.values())[:REASONS]:
        yield Text.assemble((f"  {m.task}: ", STRONG), (m.reason, QUIET))
    if len(reasons) > REASONS:
        yield Text(f"  and {len(reasons) - REASONS} other reasons", QUIET)
    lacking = list(dict.fromkeys(m.task for m in missing if m.data))
    if not lacking:
        return
    name = lacking[0].partition("/")[0] if len(lacking) > 1 else lacking[0]
    yield command("how to get it", f"assay data {name}")


def _remarks(report: Report) -> Iterator[RenderableType]:
    """What happened to queries, and faults of the data: each once, with all it is about."""
    about: dict[str, list[str]] = {}
    for result in report.results:
        counts = result.counts
        own = (
            *((n, _again(what, why)) for what, n, why in unanswered(result.errors, counts.errors)),
            (counts.malformed, "got an answer that cannot be read and score 0"),
            (counts.missing, "got no answer and score 0"),
        )
        for n, what in own:
            if n:
                sentence = f"{count(n, 'query')} of {counts.queries:,} {what}"
                about.setdefault(sentence, []).append(f"{result.model} on {result.task}")
        if sought := result.notes.get(SOUGHT):
            sentence = f"approximate search, recall {1 - result.notes.get(MISSED, 0) / sought:.1%}"
            about.setdefault(sentence, []).append(f"{result.model} on {result.task}")
        if _drawn_once(result):
            sentence = (
                f"all {result.setting.trials} trials came out alike, as they do at temperature=0: "
                "a higher one draws each by itself"
            )
            about.setdefault(sentence, []).append(f"{result.model} on {result.task}")
        for sentence in [*_faults(result), *result.drift]:
            if result.task not in about.setdefault(sentence, []):
                about[sentence].append(result.task)
    if report.differing:
        about[DIFFERING] = list(report.differing)
    if about:
        yield Text("\nTo know", WARNING)
    for sentence, names in about.items():
        shown = ", ".join(names[:REASONS])
        more = f" and {len(names) - REASONS} more" if len(names) > REASONS else ""
        yield Text.assemble((f"  {shown}{more}: ", STRONG), sentence)


def _again(what: str, reasons: Mapping[str, str]) -> str:
    """What became of queries without an answer, with one of the reasons."""
    verb = "were " if what == "not asked" else ""
    why = next(iter(reasons.values()), "")
    return f"{verb}{what}; the same command asks again{f' ({why})' if why else ''}"


def _drawn_once(result: Result) -> bool:
    """Whether trials agree in everything because the model that was asked had no choice."""
    if result.setting.trials < 2 or not result.deviations or any(result.deviations.values()):
        return False
    temperatures = set(_temperatures(result.model_identity))
    return bool(temperatures) and not any(temperatures)


def _temperatures(identity: object) -> Iterator[object]:
    """Every temperature in what a model is, and in what it is made of."""
    if isinstance(identity, Mapping):
        for name, value in identity.items():
            if name == "temperature":
                yield value
            yield from _temperatures(value)
    elif isinstance(identity, list | tuple):
        for value in identity:
            yield from _temperatures(value)


def _faults(result: Result) -> Iterator[str]:
    """Faults of the data that change scores."""
    outside = result.counts.judged_outside_corpus
    if outside:
        yield f"{count(outside, 'judged document')} not in the corpus, which count all the same"
    if idle := result.counts.without_relevant:
        yield f"{count(idle, 'query')} without a relevant document, which score 0"


def _main(report: Report, value: AggregateValue) -> str:
    """The main measure of the tasks behind an aggregate, "" where all of them wait for a judge."""
    results = [result for result in report.results if result.task in value.tasks]
    return next((result.main_name for result in results if not _waits(result)), "")


def told_apart(results: Sequence[Result]) -> list[str]:
    """The models' names; those of different models that share one get their fingerprint to it."""
    holders: dict[str, set[str]] = {}
    for result in results:
        holders.setdefault(result.model, set()).add(result.model_fingerprint)
    return [
        f"{result.model} #{result.model_fingerprint[:8]}"
        if len(holders[result.model]) > 1
        else result.model
        for result in results
    ]


def _key(value: Result | AggregateValue) -> tuple[str, str]:
    return value.model_fingerprint, setting_slug(value.setting)
