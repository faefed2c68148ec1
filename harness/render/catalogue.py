"""What there is: tasks, suites, models, and the data at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from harness.check import Check
from harness.contracts import Task
from harness.loading.lookup import ModelEntry
from harness.play.ways import way, way_in_short
from harness.records import TaskCard
from harness.render.words import (
    BAD,
    GOOD,
    QUIET,
    STRONG,
    WARNING,
    command,
    count,
    facts,
    grid,
)
from harness.sources import ENVIRONMENT
from harness.sources.availability import Availability, Need, Survey, requirements
from harness.sources.folder import Folder
from harness.suites import Suite

SPLITS = 3
"""Missing splits of a dataset that are named."""


def task_list(tasks: Sequence[Task]) -> Iterator[RenderableType]:
    """A line a task. With tool use among them, how agents attempt it stands for the language."""
    agents = any(way(task.card) for task in tasks)
    table = grid(
        "task", "domain", "agents" if agents else "language", "measure", "asked", numbers=1
    )
    table.columns[0].no_wrap = table.columns[2].no_wrap = True
    for task in tasks:
        card = task.card
        asked = card.statistics.get("queries", card.statistics.get("problems"))
        table.add_row(
            Text(card.name),
            card.domain,
            way_in_short(card) if agents else ", ".join(card.language),
            card.main_measure,
            "" if asked is None else f"{asked:,}",
        )
    yield table
    yield ""
    yield command("one task's card", f"assay tasks {tasks[0].card.name}")


def task_card(task: Task) -> Iterator[RenderableType]:
    """A task's card."""
    card: TaskCard = task.card
    offers = {"pools": "--pool", "views": "--view", "compats": "--compat"}
    yield Text.assemble((card.name, STRONG), f"  {card.title}")
    yield Text(card.description, QUIET)
    yield ""
    yield facts(
        [
            ("kind", card.kind),
            ("agents", way(card)),
            ("domain", card.domain),
            ("language", ", ".join(card.language)),
            ("measures", ", ".join(task.measures)),
            ("main measure", card.main_measure),
            *((option, ", ".join(getattr(task, name, ()))) for name, option in offers.items()),
            ("statistics", ", ".join(f"{n:,} {what}" for what, n in card.statistics.items())),
            *(("" if i else "data", text) for i, text in enumerate(_sources(task))),
            ("version", card.version),
            ("licence", card.licence),
            ("homepage", card.homepage),
            *(("" if i else "known defects", text) for i, text in enumerate(card.defects)),
        ]
    )
    if card.citation:
        yield ""
        yield Text(card.citation.strip(), QUIET, no_wrap=True)


def _sources(task: Task) -> Iterator[str]:
    """Where the data comes from, a dataset or a folder a line."""
    reads = requirements(task)
    for dataset in dict.fromkeys(read[0] for read in reads if not isinstance(read, Folder)):
        yield f"{dataset} on the Hugging Face hub"
    for folder in (read for read in reads if isinstance(read, Folder)):
        yield f"{folder.path} of a mirror: {folder.holds}"


def suite_list(suites: Sequence[Suite]) -> Iterator[RenderableType]:
    """A line a suite."""
    table = grid("suite", "what it is", "means", "tasks", numbers=1)
    for suite in suites:
        means = ", ".join(aggregate.name for aggregate in suite.aggregates)
        what = Text(suite.description or suite.title)
        table.add_row(suite.name, what, means, f"{len(suite.tasks)}")
    yield table
    yield ""
    yield command("one suite", f"assay suites {suites[0].name}")


def suite_card(suite: Suite) -> Iterator[RenderableType]:
    """What a suite runs, and what it averages."""
    yield Text.assemble((suite.name, STRONG), f"  {suite.title}")
    yield Text(suite.description, QUIET)
    yield ""
    table = grid("mean", "what is averaged", "tasks", numbers=1)
    for aggregate in suite.aggregates:
        table.add_row(aggregate.name, Text(aggregate.description), f"{len(aggregate.tasks)}")
    yield table
    yield ""
    yield facts([("tasks", ", ".join(suite.tasks))])


def model_list(models: Sequence[ModelEntry]) -> Iterator[RenderableType]:
    """A line a model."""
    kinds = list(dict.fromkeys(model.kind for model in models))
    table = grid("model", "what it is")
    table.columns[0].no_wrap = True
    for kind in kinds:
        table.add_row(Text(kind or "others", STRONG), "")
        for model in models:
            if model.kind == kind:
                title = Text(model.title or model.stands_for)
                if model.problem:
                    title.append(f"\n{model.problem}", WARNING)
                table.add_row(Text(f"  {model.name}"), title)
    yield table
    yield ""
    yield command("one model", f"assay models {models[0].name}")
    yield command("your own", "assay models check my_model.py:MyRetriever")


def model_card(model: ModelEntry) -> Iterator[RenderableType]:
    """What a model is, and what can be set."""
    yield Text.assemble((model.name, STRONG), f"  {model.title}")
    if description := model.card.get("description"):
        yield Text(" ".join(str(description).split()), QUIET)
    yield ""
    known = {"title", "description", "parameters", "citation", "stands_for"}
    explained = model.card.get("parameters")
    explained = explained if isinstance(explained, Mapping) else {}
    yield facts(
        [
            ("stands for", model.stands_for),
            ("contracts", ", ".join(model.contracts)),
            *((name, _said(value)) for name, value in model.card.items() if name not in known),
            ("fingerprint", model.fingerprint),
            ("not ready", model.problem),
        ]
    )
    if model.parameters:
        yield ""
        table = grid("parameter", "value", "")
        for name, value in model.parameters.items():
            table.add_row(
                Text(name), Text(json.dumps(value)), Text(str(explained.get(name, "")), QUIET)
            )
        yield table
    if citation := model.card.get("citation"):
        yield ""
        yield Text(str(citation).strip(), QUIET, no_wrap=True)


def _said(value: object) -> str:
    """A field of a card as a person reads it."""
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_said(item)}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def checks(found: Sequence[Check]) -> Iterator[RenderableType]:
    """What was tried on a model, and how it went."""
    table = grid("", "a sound model", "seen")
    for check in found:
        mark = Text("ok", GOOD) if check.passed else Text("fails", BAD)
        table.add_row(mark, check.name, Text(check.detail, QUIET if check.passed else ""))
    yield table
    yield ""
    failed = sum(not check.passed for check in found)
    yield (
        Text(f"{failed} of {count(len(found), 'check')} failed", BAD)
        if failed
        else Text(f"all {len(found)} checks passed", GOOD)
    )


def data_list(found: Sequence[Survey]) -> Iterator[RenderableType]:
    """For each suite, how many of its tasks have their data here."""
    table = grid("suite", "data here", "", numbers=0)
    for part in found:
        here = sum(task.here for task in part.tasks)
        table.add_row(part.name, f"{here} of {count(len(part.tasks), 'task')}", _state(part.tasks))
    yield table
    yield ""
    lacking = [part.name for part in found if not all(task.here for task in part.tasks)]
    yield command("what is missing", f"assay data {(lacking or [found[0].name])[0]}")


def data_card(found: Survey, root: Path | None) -> Iterator[RenderableType]:
    """What of the tasks' data is missing, and how to get it."""
    table = grid("task", "", "missing")
    for task in found.tasks:
        lacks = [
            f"{need.config}/{need.split}" if need.hub else need.dataset for need in task.missing
        ]
        more = f" and {len(lacks) - SPLITS} more" if len(lacks) > SPLITS else ""
        shown = f"{', '.join(lacks[:SPLITS])}{more}"
        table.add_row(Text(task.task), _state([task]), Text(shown, QUIET))
    yield table
    yield ""
    missing = dict.fromkeys(need for task in found.tasks for need in task.missing)
    if missing:
        yield from _ways(list(missing), str(root or "DIR"))
    else:
        yield Text("Everything is here.", GOOD)


def _ways(missing: Sequence[Need], root: str) -> Iterator[RenderableType]:
    """How to get what is missing."""
    splits = [need for need in missing if need.hub]
    folders = [need.folder for need in missing if need.folder]
    mirror = f"a mirror folder, named by --data or {ENVIRONMENT}, such as"
    if splits:
        yield Text(f"To get the {count(len(splits), 'split')}, either", STRONG)
        yield Text("  go online: the next run fetches what it needs from the Hugging Face hub, or")
        yield Text(f"  put them into {mirror}")
    for dataset, need in {need.dataset: need for need in reversed(splits)}.items():
        file = f"    {root}/hub/{dataset}/{need.config}/{need.split}.jsonl"
        yield Text(file, QUIET, no_wrap=True)
    if folders:
        yield Text(f"Fill {count(len(folders), 'folder')} of {mirror}", STRONG)
    for folder in folders:
        yield Text.assemble(f"    {root}/{folder.path}", (f"  {folder.holds}", QUIET), no_wrap=True)
        for there, below in folder.copies:
            here = f"{folder.path}/{below}".rstrip("/")
            yield Text(f"        {there}  to  {root}/{here}", QUIET, no_wrap=True)


def _state(tasks: Sequence[Availability]) -> Text:
    if all(task.here for task in tasks):
        return Text("here", GOOD)
    some = any(need.here for task in tasks for need in task.needs)
    return Text("part" if some else "missing", WARNING)
