"""One result in full: every measure, what became of the queries, and where it all comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from harness.measures import is_share
from harness.ranking import MISSED, SOUGHT
from harness.render.words import (
    PARTIAL,
    QUIET,
    STRONG,
    WARNING,
    count,
    facts,
    grid,
    hundredths,
    in_order,
    number,
    setting_text,
    unanswered,
)
from harness.store import Counts, Result, setting_to_json

LISTED = 10
"""Splits, queries or other things of which a long list shows the first."""
REASONS = 3
"""Reasons that are spelled out."""
_HASH = 12
"""Digits of a hash that tell it from others at a glance."""
_FATES = (
    ("missing", "without an answer (score 0)"),
    ("malformed", "with an answer that cannot be read (score 0)"),
    ("without_relevant", "without a relevant document (score 0)"),
)


def details(result: Result, run_info: Mapping[str, Any] | None = None) -> Iterator[RenderableType]:
    """Everything about a result.

    Args:
        result: the result.
        run_info: where and how it was computed, where that is known.
    """
    yield _title(result)
    fields = [f for f in setting_to_json(result.setting) if f not in _unasked(result)]
    yield Text(setting_text(result.setting, fields), QUIET)
    yield ""
    if result.status == "complete":
        yield from _measures(result)
        yield from _unsaid(result)
        yield from _splits(result)
        yield from _breakdown(result)
    else:  # errors are no answers, so a mean would mean nothing
        counts = result.counts
        said = f"no numbers yet: {counts.answered:,} of {counts.queries:,} queries are answered"
        yield Text(said, WARNING)
    yield ""
    yield facts([*_queries(result), *_origin(result), *_model(result), *_run(run_info or {})])


def _unsaid(result: Result) -> Iterator[Text]:
    """Measures that say nothing, or nothing of some problems."""
    main = result.main_measure
    if main in result.undefined:
        why = "the judge gave no verdict" if result.setting.judge else "they want a judge"
        yield Text(f"{main} says nothing of these attempts: {why} (assay judge --list)", WARNING)
    elif main in result.measures and (left := result.counts.queries - result.measures[main].n):
        of = f"{left:,} of {count(result.counts.queries, 'problem')}"
        yield Text(f"{main} says nothing of {of}, which its mean leaves out", WARNING)
    if others := [name for name in result.undefined if name != main]:
        yield Text(f"nothing is known of {', '.join(others)} here", QUIET)


def _unasked(result: Result) -> Sequence[str]:
    """Fields of the setting that mean nothing where agents call tools."""
    tool_use = result.task_card.get("kind") == "tool_use"
    return ("instruction", "view", "join", "k") if tool_use else ()


def _title(result: Result) -> Text:
    title = Text.assemble((result.model, STRONG), " on ", (result.task, STRONG))
    if result.status != "complete":
        title.append(f"  {result.status}", WARNING)
    elif result.partial:
        title.append(f"  {PARTIAL}{_why(result)}", WARNING)
    return title


def _why(result: Result) -> str:
    """Why a complete result is partial."""
    if result.setting.limit is not None:
        return ": only the first queries were asked"
    main = result.measures.get(result.main_measure)
    if main is not None and main.n < result.counts.queries:
        return f": {result.main_measure} says something of {main.n:,} of {result.counts.queries:,}"
    return ": the data is not as published"


def _measures(result: Result) -> Iterator[RenderableType]:
    amounts = [name for name in result.measures if not is_share(name)]
    shares = [name for name in result.measures if name not in amounts]
    for heading, names in (("× 100", shares), ("amount", amounts)):
        table = grid("measure", heading, "95 % interval", "queries", numbers=3)
        for name in names:
            value = result.measures[name]
            style = STRONG if name == result.main_measure else ""
            shown = [number(name, v) for v in (value.value, value.ci_low, value.ci_high)]
            ends = f"[{shown[1]}, {shown[2]}]"
            table.add_row(Text(name, style), Text(shown[0], style), ends, f"{value.n:,}")
        if names:
            yield from ("", table) if heading == "amount" and shares else (table,)
    over = "trials" if result.setting.trials > 1 else "repeats"
    for name, deviation in result.deviations.items():
        mean = number(name, result.measures[name].value)
        yield Text(f"{name}: {mean} ± {number(name, deviation)} over {over}", QUIET)


def _breakdown(result: Result) -> Iterator[RenderableType]:
    name = result.main_name
    for label, by in result.breakdown.items():
        if len(by) < 2:
            continue
        yield ""
        table = grid(label, name if not is_share(name) else f"{name} × 100", numbers=1)
        for value in in_order(by)[:LISTED]:
            mean = by[value].get(name)
            table.add_row(Text(value), "" if mean is None else number(name, mean))
        yield table
        if len(by) > LISTED:
            yield Text(f"and {len(by) - LISTED} more in result.json", QUIET)


def _splits(result: Result) -> Iterator[RenderableType]:
    if not result.splits:
        return
    name = result.main_name
    yield ""
    table = grid("split", f"{name} × 100", numbers=1)
    for split, values in list(result.splits.items())[:LISTED]:
        table.add_row(Text(split), hundredths(values[name]) if name in values else "")
    yield table
    if len(result.splits) > LISTED:
        yield Text(f"and {len(result.splits) - LISTED} more in result.json", QUIET)


def _queries(result: Result) -> Iterator[tuple[str, str]]:
    counts: Counts = result.counts
    yield "queries", f"{counts.queries:,} asked, {counts.answered:,} answered"
    for name, fate in _FATES:
        if n := getattr(counts, name):
            found = getattr(result, name, ())
            yield "", f"{n:,} {fate}{_listed(found)}"
            if isinstance(found, Mapping):
                yield from (("", f"  {reason}") for reason in _reasons(found))
    for what, n, why in unanswered(result.errors, counts.errors):
        yield "", f"{n:,} {what} (the same command asks again){_listed(why)}"
        yield from (("", f"  {reason}") for reason in _reasons(why))
    if counts.clusters < counts.queries:
        yield "", f"{count(counts.clusters, 'distinct text')}: what the bootstrap resamples"
    if counts.judged_outside_corpus:
        judged = count(counts.judged_outside_corpus, "judged document")
        yield "", f"{judged} not in the corpus; relevant ones still count"
    if counts.tied:
        yield "", f"{counts.tied:,} returned documents share their score with another"
    if sought := result.notes.get(SOUGHT):
        recall = 1 - result.notes.get(MISSED, 0) / sought
        yield "", f"recall of the approximate search: {recall:.2%}"
    for note, n in result.notes.items():
        if note in (SOUGHT, MISSED):
            continue
        yield "", f"{note}: {n:,}{_share(n, counts.of(note))}"


def _reasons(why: Mapping[str, str]) -> Iterator[str]:
    """Why queries failed: each reason once, by the first query that it was given for."""
    first: dict[str, str] = {}
    for query, reason in why.items():
        first.setdefault(reason, query)
    for reason, query in list(first.items())[:REASONS]:
        yield f"{query}: {reason}"


def _share(n: int, whole: int | None) -> str:
    return f" of {whole:,} ({n / whole:.1%})" if whole else ""


def _listed(queries: Iterable[str]) -> str:
    ids = list(queries)
    more = ", ..." if len(ids) > LISTED else ""
    return f": {', '.join(ids[:LISTED])}{more}" if ids else ""


def _origin(result: Result) -> Iterator[tuple[str, str]]:
    yield "task", f"{result.task}, version {result.task_version}"
    for sentence in result.drift:
        yield "", sentence
    for i, read in enumerate(result.datasets[:LISTED]):
        where = "/".join(filter(None, (read.config, read.split)))
        vouched = f"revision {read.revision[:_HASH]}" if read.revision else f"from a {read.origin}"
        yield (
            "" if i else "data",
            f"{read.dataset} {where}: {count(read.rows, 'row')}, {vouched}, "
            f"sha256 {read.sha256[:_HASH]}",
        )
    if len(result.datasets) > LISTED:
        yield "", f"and {len(result.datasets) - LISTED} more in result.json"
    yield "content", f"sha256 {result.data_hash[:_HASH]}, seed {result.seed}"


def _model(result: Result) -> Iterator[tuple[str, str]]:
    yield "model", f"{result.model}, sha256 {result.model_fingerprint[:_HASH]}"
    if result.model_join and "join" not in _unasked(result):
        yield "", f"join of instruction and query: {result.model_join}"
    for name, value in result.model_identity.items():
        yield "", f"{name}: {_brief(value)}"


def _run(info: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not info:
        return
    yield (
        "computed in",
        f"{info.get('wall_seconds', 0):,} s, at most {info.get('peak_memory_mib', 0):,} MiB",
    )
    yield "on", f"{info.get('processor')}, {info.get('cores')} cores, {info.get('platform')}"
    packages = info.get("packages") or {}
    yield "with", ", ".join(f"{name} {version}" for name, version in packages.items())
    if git := info.get("git"):
        yield "commit", f"{git['commit'][:_HASH]}{', with changes' if git['dirty'] else ''}"


def _brief(value: object) -> str:
    """A parameter list in one line; one within another stands in brackets."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_within(item)}" for name, item in value.items()) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _within(value: object) -> str:
    if isinstance(value, Mapping):
        return f"({_brief(value)})" if value else "none"
    return _brief(value) or '""'
