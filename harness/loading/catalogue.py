"""Finds tasks and suites by the names that people give them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

from harness import spec
from harness.contracts import Task
from harness.errors import UserError, unknown
from harness.loading.factory import Factory
from harness.loading.plugins import load_plugin
from harness.records import TaskCard
from harness.registry import benchmarks, own_package, resolve
from harness.suites import Benchmark, Suite


def load_task(task: object) -> Task:
    """Finds a task.

    Args:
        task: an object that satisfies `Task`; or one of
            "toolret/apibank", a registered name;
            "apibank", its last part, where only one benchmark has it;
            "path/to/folder" or "path/to/folder@split", a folder in BEIR layout;
            'folder("path", split="test", drop_identical=true)', the same with options;
            'questions("gold.json")', a file of questions;
            "my_task.py:MyTask", a class or an object in a Python file.
            A full name goes before a folder, and a folder before a last part; "./name" is always a
            folder.

    Raises:
        UserError: nothing has that name, or several tasks do.
    """
    if not isinstance(task, str):
        return _checked(task() if isinstance(task, type) else task, repr(task))
    if not task.strip():
        raise UserError("a task needs a name. See: assay tasks; a folder is written ./name")
    if re.match(r"[a-z]+\s*\(|.*\.py\s*($|[:(])", task) and not Path(task).is_dir():
        return _from_expression(task)
    if not task.startswith((".", "/", "~")):
        found = _registered(task, filter(task.startswith, _nearest(task)))
        if found is not None:
            return found
    if (folder := _folder(task)) is not None:
        return _maker("folder")(*folder)
    return _registered(task, _nearest(task)) or _by_last_part(task)


def load_suite(suite: object) -> Suite:
    """Finds a suite by name; a `Suite` is returned as it is.

    Raises:
        UserError: no benchmark has it; the message holds the closest names.
    """
    if isinstance(suite, Suite):
        return suite
    name = str(suite)
    for entry in _nearest(name):
        for found in _benchmark(entry).suites:
            if found.name == name:
                return found
    raise unknown("suite", name, [found.name for found in all_suites()], "See: assay suites")


def all_tasks() -> Iterator[Task]:
    """Every registered task, benchmark by benchmark."""
    for entry in benchmarks:
        yield from _benchmark(entry).tasks.values()


def all_suites() -> Iterator[Suite]:
    """Every registered suite, benchmark by benchmark."""
    for entry in benchmarks:
        yield from _benchmark(entry).suites


def _nearest(name: str) -> Iterator[str]:
    """The registered benchmarks: first those that a name starts with, last other packages'."""
    own = sorted(benchmarks.table, key=lambda entry: not name.startswith(entry))
    yield from own
    yield from (entry for entry in benchmarks if entry not in own)


def _benchmark(entry: str) -> Benchmark:
    """A registered benchmark; a task that is registered by itself is a benchmark of one."""
    found: object = benchmarks.get(entry)
    found = found() if isinstance(found, type) else found
    if isinstance(found, Benchmark):
        return found
    task = _checked(found, f"the task '{entry}'")
    return Benchmark(entry, {task.card.name: task})


def _registered(name: str, entries: Iterable[str]) -> Task | None:
    """The task of that name; the only task of a benchmark goes by the benchmark's name too."""
    for entry in entries:
        tasks = _benchmark(entry).tasks
        if name in tasks:
            return tasks[name]
        if name == entry and len(tasks) == 1:
            return next(iter(tasks.values()))
    return None


def _by_last_part(name: str) -> Task:
    """The one task whose name ends in "/name"."""
    names = [full for entry in benchmarks for full in _benchmark(entry).tasks]
    found = [full for full in names if full.rpartition("/")[2] == name]
    if any(suite.name == name for suite in all_suites()):
        end = f", and the end of {found[0]}" if found else ""
        raise UserError(
            f"'{name}' is a suite of tasks{end}: use it as a suite, or see assay tasks {name}"
        )
    if len(found) == 1:
        return cast("Task", _registered(found[0], _nearest(found[0])))
    if found:
        raise UserError(f"several tasks are called '{name}': choose {' or '.join(found)}")
    if "/" in name or name.startswith((".", "~")):
        raise unknown("task or folder", name, names, "See: assay tasks")
    short = [full.rpartition("/")[2] for full in names]
    raise unknown("task", name, [*names, *short], "See: assay tasks; a folder is written ./name")


def _folder(name: str) -> tuple[Path, str | None] | None:
    """The folder and split that a name means, or None where it can be no folder.

    A name that is clearly a path is one even if nothing is there: its task says what is missing.
    """
    path, split = Path(name).expanduser(), None
    if "@" in name and not path.exists():
        before, _, split = name.rpartition("@")
        path = Path(before).expanduser()
    explicit = name.startswith((".", "/", "~"))
    return (path, split) if explicit or path.is_dir() else None


def _makers() -> Mapping[str, str]:
    return cast("Mapping[str, str]", own_package("tasks").MAKERS)  # type: ignore[attr-defined]


def _maker(name: str) -> Callable[..., Task]:
    """What makes a task of a folder, or of a file."""
    return cast("Callable[..., Task]", resolve(_makers()[name]))


def _from_expression(text: str) -> Task:
    """A task from a Python file, or of a person's own data."""
    node = spec.parse(text)
    if isinstance(node, spec.Call) and node.name in _makers():
        return cast("Task", _made(_maker(node.name), node.name, node))
    if not isinstance(node, spec.File):
        known = ", ".join(f'{name}("path")' for name in _makers())
        raise UserError(f"'{text}' is no task: expected {known} or my_task.py:MyTask")
    plugin = load_plugin(node.path)
    name = node.attribute or plugin.only(_looks_like_task, "task", "it has card, measures and load")
    found, shown = plugin.get(name), f"{node.path}:{name}"
    if callable(found):
        found = _made(found, shown, node)
    elif node.args or node.kwargs:
        raise UserError(f"{shown} takes no arguments: it is an object, not a class")
    return _checked(found, shown)


def _made(make: Callable[..., object], label: str, node: spec.Call | spec.File) -> object:
    factory = Factory(make, label)
    given = factory.bind(
        [_plain(value, label) for value in node.args],
        {name: _plain(value, label) for name, value in node.kwargs},
    )
    factory.complete(given)
    return factory.build(given)


def _plain(value: spec.Value, label: str) -> object:
    if isinstance(value, tuple):
        return [_plain(item, label) for item in value]
    if isinstance(value, spec.NODES):
        raise UserError(f'{label}: a text goes in quotes, "{value}"')
    return value


def _looks_like_task(found: object) -> bool:
    return isinstance(found, type | Task) and callable(getattr(found, "load", None))


def _checked(found: object, shown: str) -> Task:
    if isinstance(found, Task):
        return _complete(found, shown)
    lacking = [name for name in ("card", "measures", "load") if not hasattr(found, name)]
    raise UserError(f"{shown} is no task: it lacks {', '.join(lacking)}")


def _complete(task: Task, shown: str) -> Task:
    """The task, refused where its card or its measures would let nothing be written down."""
    card, measures = task.card, task.measures
    if not isinstance(card, TaskCard) or not card.name.strip():
        raise UserError(f"{shown}: card must be a TaskCard with a name, not {card!r}")
    texts = not isinstance(measures, str) and all(isinstance(name, str) for name in measures)
    if not texts or not measures:
        raise UserError(f'{shown}: measures must be texts such as ("nDCG@10",), not {measures!r}')
    return task
