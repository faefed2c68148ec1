"""One result in full: every measure, what became of the queries, and where it all comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
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
    number,
    setting_text,
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
    ("errors", "failed outside the model (tried again by the same command)"),
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
    yield from _measures(result)
    if result.main_measure in result.undefined:
        said = f"{result.main_measure} says nothing of these attempts: they want a judge"
        yield Text(f"{said} (assay judge --list)", WARNING)
    elif left := result.counts.queries - result.measures[result.main_measure].n:
        of = f"{left:,} of {count(result.counts.queries, 'problem')}"
        yield Text(
            f"{result.main_measure} says nothing of {of}, which its mean leaves out", WARNING
        )
    yield from _splits(result)
    yield from _breakdown(result)
    yield ""
    yield facts([*_queries(result), *_origin(result), *_model(result), *_run(run_info or {})])


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
    for name, deviation in result.deviations.items():
        mean = number(name, result.measures[name].value)
        yield Text(f"{name}: {mean} ± {number(name, deviation)} over repeats", QUIET)


def _breakdown(result: Result) -> Iterator[RenderableType]:
    name = result.main_name
    for label, by in result.breakdown.items():
        if len(by) < 2:
            continue
        yield ""
        table = grid(label, name if not is_share(name) else f"{name} × 100", numbers=1)
        for value, means in list(by.items())[:LISTED]:
            table.add_row(Text(value), number(name, means[name]) if name in means else "")
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
            yield "", f"{n:,} {fate}{_named(result, name)}"
            yield from (("", f"  {reason}") for reason in _reasons(result, name))
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


def _reasons(result: Result, fate: str) -> Iterator[str]:
    """Why queries failed: each reason once, by the first query that it was given for."""
    why = getattr(result, fate, ())
    first: dict[str, str] = {}
    for query, reason in why.items() if isinstance(why, Mapping) else ():
        first.setdefault(reason, query)
    for reason, query in list(first.items())[:REASONS]:
        yield f"{query}: {reason}"


def _share(n: int, whole: int | None) -> str:
    return f" of {whole:,} ({n / whole:.1%})" if whole else ""


def _named(result: Result, fate: str) -> str:
    ids = list(getattr(result, fate, ()))
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
    """A parameter list in one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_brief(item)}" for name, item in value.items()) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
