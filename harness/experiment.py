"""An experiment: models x tasks x settings, from a YAML file, from command-line options, or both.

    models: [bm25, bm25-mteb]
    suites: toolret                    # and/or tasks:
    settings:                          # every combination of what is listed
      instruction: [no, yes]
      pool: category
    data: ../data
    out: results

`settings` may also be a list of such blocks. Relative paths start at the current directory, as on
the command line. An option that is given on the command line replaces what the file says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from harness.answering import Watcher
from harness.errors import UserError, unknown
from harness.evaluation import DEFAULT_MEMORY, evaluate
from harness.measures import Measure, parse_many
from harness.play.faulty import parse_faults
from harness.play.toolsets import check_order, parse_tools
from harness.records import Setting
from harness.report import Report
from harness.settings import expand
from harness.shards import parse_shard


def _several(value: object) -> tuple[Any, ...]:
    """One thing or several, as a tuple."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _words(value: object) -> tuple[Any, ...]:
    """One word or several; YAML reads a bare yes or no as a truth value."""
    spelled = {True: "yes", False: "no"}
    return tuple(spelled[v] if isinstance(v, bool) else v for v in _several(value))


def _shares(value: object) -> tuple[Any, ...]:
    """One notation or several; YAML reads a bare 0.1 as a number, and "no" as a truth value."""
    return tuple("" if v in (None, False) else _number(v) for v in _several(value))


def _number(value: object) -> object:
    """A number as it is written out; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return format(Decimal(repr(value)), "f")


Several = Annotated[tuple[str, ...], BeforeValidator(_several)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Shares = Annotated[tuple[str, ...], BeforeValidator(_shares)]
Numbers = Annotated[tuple[int, ...], BeforeValidator(_several)]
Limits = Annotated[tuple[int | None, ...], BeforeValidator(_several)]

_DEFAULT = Setting()
NO_CACHE = "none"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Grid(_Strict):
    """Values of every field of a `Setting`; all their combinations are asked."""

    instruction: Words = (_DEFAULT.instruction,)
    pool: Several = (_DEFAULT.pool,)
    view: Several = (_DEFAULT.view,)
    join: Several = (_DEFAULT.join,)
    k: Numbers = (_DEFAULT.k,)
    trials: Numbers = (_DEFAULT.trials,)
    limit: Limits = (_DEFAULT.limit,)
    tools: Several = (_DEFAULT.tools,)
    tool_order: Several = (_DEFAULT.tool_order,)
    faults: Shares = (_DEFAULT.faults,)
    search: Several = (_DEFAULT.search,)
    simulator: Several = (_DEFAULT.simulator,)
    judge: Several = (_DEFAULT.judge,)
    compat: Several = _DEFAULT.compat
    """Switches that are all on at once; not a choice of one."""

    def settings(self) -> list[Setting]:
        """Every combination; the instruction "both" is two of them."""
        names = [name for name in Grid.model_fields if name != "compat"]
        return [
            setting
            for values in product(*(getattr(self, name) for name in names))
            for setting in expand({"compat": self.compat, **dict(zip(names, values, strict=True))})
        ]


class Experiment(_Strict):
    """What one `assay run` does."""

    models: Several = ()
    tasks: Several = ()
    suites: Several = ()
    settings: Annotated[tuple[Grid, ...], BeforeValidator(_several)] = Field(default=(Grid(),))
    data: str | None = None
    out: str = "results"
    measures: Several = ()
    """In notation, each possibly several with commas; default each task's own."""
    seed: int = 0
    shard: str | None = None
    """"i/n", counted from 1."""
    device: str | None = None
    batch_size: int | None = Field(default=None, ge=1)
    cache: str | bool = True
    """Folder of embeddings; "none" or false keeps them for this run only."""
    memory: str = DEFAULT_MEMORY
    """What one search may hold at a time."""
    budget: str | dict[str, float | str] | None = None
    """What completions of chat models may cost: "tokens=2M, money=5, seconds=2h"."""
    strict: bool = False
    fresh: bool = False
    allow_missing: bool = False
    """Whether a task without data makes the whole run a failure (exit code 1)."""

    def override(self, options: Mapping[str, Any]) -> Experiment:
        """The experiment with options in place of what it says.

        Args:
            options: fields of an experiment or of a setting. None, False and what is empty stand
                for options that were not given. Tasks and suites are replaced together.
        """
        given = {
            name: value
            for name, value in options.items()
            if value is not None and value is not False and value not in ((), [])
        }
        fields = {name: value for name, value in given.items() if name in Experiment.model_fields}
        if fields.keys() & {"tasks", "suites"}:
            fields = {"tasks": (), "suites": ()} | fields
        grid = {name: _several(value) for name, value in given.items() if name not in fields}
        settings = tuple(block.model_copy(update=grid) for block in self.settings)
        same = {name: getattr(self, name) for name in Experiment.model_fields}
        return Experiment(**same | {"settings": settings} | fields)

    def plan(self) -> list[Setting]:
        """Every setting once, in order.

        What is wrong with the last of them is said before the first is asked, which may cost money.

        Raises:
            UserError: a list of values is empty, or a value cannot be read.
        """
        plan = list(dict.fromkeys(s for block in self.settings for s in block.settings()))
        if not plan:
            raise UserError("settings: nothing to ask, for a list of values is empty")
        for setting in plan:
            parse_tools(setting.tools)
            check_order(setting.tool_order)
            parse_faults(setting.faults)
        return plan

    def run(self, watch: Watcher) -> Report:
        """Does it. Raises as `harness.evaluation`."""
        measures = [m for text in self.measures for m in parse_many(text)]
        plan = self.plan()
        _require_trials(measures, plan)
        return evaluate(
            list(self.models),
            list(self.tasks),
            list(self.suites),
            data=self.data,
            out=self.out,
            settings=plan,
            seed=self.seed,
            measures=[measure.name for measure in measures] or None,
            fresh=self.fresh,
            strict=self.strict,
            shard=parse_shard(self.shard) if self.shard else None,
            device=self.device,
            batch_size=self.batch_size,
            cache=False if self.cache == NO_CACHE else self.cache,
            memory=self.memory,
            budget=self.budget,
            watch=watch,
        )


def _require_trials(measures: Sequence[Measure], plan: Sequence[Setting]) -> None:
    """Refuses pass@k of fewer than k trials, before any is made.

    Raises:
        UserError: which measure, and the trials that it needs.
    """
    fewest = min(setting.trials for setting in plan)
    for measure in measures:
        wanted = getattr(measure.compute, "keywords", {}).get("k", 1)
        if measure.kind == "trials" and wanted > fewest:
            raise UserError(
                f"{measure.name} needs {wanted} trials of every problem, and {fewest} would be "
                f"made: add --trials {wanted}"
            )


def read_experiment(path: str | Path) -> Experiment:
    """Reads an experiment file.

    Raises:
        UserError: it cannot be read, is no YAML, or holds an unknown key or a wrong value.
    """
    import yaml

    try:
        text = Path(path).read_text(encoding="utf-8")
        _refuse_repeated_keys(yaml.compose(text, Loader=yaml.SafeLoader))
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = f" line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UserError(f"{path}{line}: broken YAML ({error.problem})") from None
    except RecursionError:
        raise UserError(
            f"{path} cannot be read: it is nested too deeply, or an alias stands for itself"
        ) from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise UserError(f"{path} cannot be read: {reason}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path} is no experiment: it needs keys such as models and tasks")
    try:
        return Experiment(**_spelled(content))
    except ValidationError as error:
        raise _explained(path, error) from None


def _spelled(content: Mapping[Any, Any]) -> dict[str, Any]:
    """The keys of a file and of its settings as fields are called; options have "-" for "_"."""
    fields = {str(key).replace("-", "_"): value for key, value in content.items()}
    if "settings" in fields:
        blocks = fields["settings"]
        several = blocks if isinstance(blocks, list) else [blocks]
        fields["settings"] = [_spelled(b) if isinstance(b, Mapping) else b for b in several]
    return fields


def _refuse_repeated_keys(node: Any) -> None:
    """YAML would take the last of two keys and say nothing. Raises `yaml.MarkedYAMLError`."""
    import yaml

    children = node.value if isinstance(node, yaml.CollectionNode) else ()
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"'{name}' stands twice", problem_mark=key.start_mark
                )
            seen.add(name)
        children = [value for _, value in node.value]
    for child in children:
        _refuse_repeated_keys(child)


def _explained(path: str | Path, error: ValidationError) -> UserError:
    """The first thing that is wrong with a file, as one line."""
    first = error.errors()[0]
    *place, name = map(str, first["loc"])
    if first["type"] == "extra_forbidden":
        fields = Grid.model_fields if place else Experiment.model_fields
        return UserError(f"{path}: {unknown('key', name, fields, 'Keys: ' + ', '.join(fields))}")
    where = ".".join([*place, name])
    return UserError(f"{path}: {where}: {first['msg'][0].lower()}{first['msg'][1:]}")
