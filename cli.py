"""The command line `assay`: parses, calls the harness, prints. Nothing is computed here.

Exit codes: 0 done; 1 partial, or something failed outside the models; 2 the user's mistake; 130
interrupted. Imports are inside the commands, so that help is there at once.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from harness.report import Report

HOME = Path(__file__).resolve().parent
PACKAGES = ("harness", "tasks", "models", "leaderboard")
"""Ours. Their names are generic, so another project may have packages that are called the same."""


class _Command(TyperCommand):
    """A command whose repeatable options take several values at once: `-m bm25 random`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:
        repeatable = {name for p in self.params if getattr(p, "multiple", False) for name in p.opts}
        return super().parse_args(ctx, _spread(args, repeatable))

    def get_params(self, ctx: typer.Context) -> list[Any]:
        params = super().get_params(ctx)
        for param in params:
            if getattr(param, "is_flag", False) and param.metavar is None:
                param.metavar = ""  # else recent versions of typer write <bool> beside every flag
        return params


def _spread(arguments: Sequence[str], repeatable: set[str]) -> list[str]:
    """Repeats an option before each of its values; an experiment file is never one of them."""
    spread: list[str] = []
    option, bare = "", False
    for argument in arguments:
        value = option and not argument.startswith("-") and not _is_experiment(argument)
        if bare and not value:
            spread.append(option)
        if value:
            spread += [option, argument]
        elif argument not in repeatable:
            spread.append(argument)
        option = argument if argument in repeatable else option if value else ""
        bare = argument in repeatable
    return [*spread, option] if bare else spread


def _is_experiment(text: str) -> bool:
    return text.endswith((".yaml", ".yml"))


def _complete_models(incomplete: str) -> list[str]:
    from harness.registry import models

    return [name for name in models if name.startswith(incomplete)]


def _complete_tasks(incomplete: str) -> list[str]:
    from harness.catalogue import all_tasks

    return [task.card.name for task in all_tasks() if task.card.name.startswith(incomplete)]


def _complete_suites(incomplete: str) -> list[str]:
    from harness.catalogue import all_suites

    return [suite.name for suite in all_suites() if suite.name.startswith(incomplete)]


app = typer.Typer(
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="First steps: `assay run -m bm25 random -s starter`, then `assay show results`.",
)
_ASK, _DATA, _WORK, _SHOW = "What to ask", "Data and results", "How to work", "Output"

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object and nothing else.", rich_help_panel=_SHOW)
]
Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder that mirrors the data (default: ASSAY_DATA; else the hub).",
        rich_help_panel=_DATA,
    ),
]
Measures = Annotated[
    list[str],
    typer.Option(
        "--measures",
        metavar="LIST",
        help='In notation, "nDCG@10,AP,P(rel=2)@5", or your own, my.py:f (default: the task\'s).',
        rich_help_panel=_ASK,
    ),
]
Instruction = Annotated[
    str | None,
    typer.Option(
        "--instruction",
        metavar="MODE",
        help="auto (where the data has them), yes, no, both, generic or shuffled.",
        rich_help_panel=_ASK,
    ),
]
Pool = Annotated[
    str | None,
    typer.Option(
        "--pool",
        metavar="POOL",
        help="Documents to rank: all, category, task or candidates (default: all).",
        rich_help_panel=_ASK,
    ),
]
View = Annotated[
    str | None,
    typer.Option(
        "--view",
        metavar="NAME",
        help="How a tool becomes text: documentation (default), python or name-description.",
        rich_help_panel=_ASK,
    ),
]
Compat = Annotated[
    list[str],
    typer.Option(
        "--compat",
        metavar="NAME...",
        help="Quirks of the original evaluation to repeat; `assay tasks NAME` lists them.",
        rich_help_panel=_ASK,
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        min=1,
        metavar="N",
        help="Only the first N queries of every split: to try things out.",
        rich_help_panel=_ASK,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        help="Of the bootstrap and of shuffled instructions (default: 0).",
        rich_help_panel=_WORK,
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Refuse judgements of documents that the corpus lacks.",
        rich_help_panel=_DATA,
    ),
]


@app.callback(invoke_without_command=True)
def assay(
    version: Annotated[bool, typer.Option("--version", help="Show the version.", metavar="")] = False,
) -> None:
    """Measures retrieval models on tool retrieval, instructed retrieval and your own collections.

    Every number comes with its 95 % interval, can be recomputed from the predictions that are
    stored beside it, and says what it was measured on.
    """
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"assay {installed('assay-harness')}")


@app.command(cls=_Command)
def run(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE.yaml]", help="An experiment file.")
    ] = None,
    models: Annotated[
        list[str],
        typer.Option(
            "-m",
            "--model",
            metavar="MODEL...",
            help='Expressions: bm25, "bm25(k1=0.9)", my_model.py:MyRetriever, path/to/checkpoint/.',
            autocompletion=_complete_models,
            rich_help_panel=_ASK,
        ),
    ] = [],  # noqa: B006  (typer reads the default and never changes it)
    tasks: Annotated[
        list[str],
        typer.Option(
            "-t",
            "--task",
            metavar="TASK...",
            help="Names, folders in BEIR layout (./folder@split), my_task.py:MyTask.",
            autocompletion=_complete_tasks,
            rich_help_panel=_ASK,
        ),
    ] = [],  # noqa: B006
    suites: Annotated[
        list[str],
        typer.Option(
            "-s",
            "--suite",
            metavar="SUITE...",
            help="Tasks that are run and averaged together; see assay suites.",
            autocompletion=_complete_suites,
            rich_help_panel=_ASK,
        ),
    ] = [],  # noqa: B006
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="An experiment file; options given here replace what it says.",
            rich_help_panel=_ASK,
        ),
    ] = None,
    k: Annotated[
        int | None,
        typer.Option(
            "--k",
            min=1,
            metavar="N",
            help="Documents that a query gets (default: 100).",
            rich_help_panel=_ASK,
        ),
    ] = None,
    limit: Limit = None,
    instruction: Instruction = None,
    pool: Pool = None,
    view: View = None,
    join: Annotated[
        str | None,
        typer.Option(
            "--join",
            metavar="NAME",
            help="How instruction and query become one text (default: the model's own way).",
            rich_help_panel=_ASK,
        ),
    ] = None,
    compat: Compat = [],  # noqa: B006
    trials: Annotated[
        int | None,
        typer.Option(
            "--trials",
            min=1,
            metavar="N",
            help="How often each query is asked (default: 1).",
            rich_help_panel=_ASK,
        ),
    ] = None,
    measures: Measures = [],  # noqa: B006
    data: Data = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder of results; what is there already is reused (default: results).",
            rich_help_panel=_DATA,
        ),
    ] = None,
    strict: Strict = False,
    allow_missing: Annotated[
        bool,
        typer.Option(
            "--allow-missing",
            help="Tasks without data do not make the exit code 1.",
            rich_help_panel=_DATA,
        ),
    ] = False,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh", help="Compute again what is there already.", rich_help_panel=_DATA
        ),
    ] = False,
    device: Annotated[
        str | None,
        typer.Option(
            "--device", metavar="D", help="Where neural models run.", rich_help_panel=_WORK
        ),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            min=1,
            metavar="N",
            help="Texts that a neural model encodes at a time.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            "--shard",
            metavar="i/n",
            help="This machine's share, counted from 1; then assay merge.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    seed: Seed = None,
    json: Json = False,
) -> int:
    """Evaluate models on tasks.

    Asks every model every task, writes answers and scores down, and shows one row a model. After
    an interruption the same command goes on where it stopped.

    ```
    assay run -m bm25 random -s starter
    assay run -m bm25-lucene -t ./my_collection --data DIR --out results
    assay run -m bm25 my_model.py:MyRetriever -s toolret --instruction both --allow-missing
    assay run experiment.yaml
    ```
    """
    from harness.errors import UserError
    from harness.experiment import Experiment, read_experiment
    from harness.render.progress import Watch

    if file and not _is_experiment(file):
        raise UserError(f"'{file}' is no experiment file (.yaml): models go after -m, tasks after -t")
    if file and config:
        raise UserError(f"two experiment files: {file} and --config {config}")
    path = file or config
    given = {name: value for name, value in locals().items() if name in _RUN_OPTIONS}
    experiment = (read_experiment(path) if path else Experiment()).override(given)
    with Watch(lines=not json) as watch:
        report = experiment.run(watch)
    _print_report(report, json=json, out=experiment.out)
    return _code(report, allow_missing=experiment.allow_missing)


_RUN_OPTIONS = set(run.__annotations__) - {"file", "config", "json", "return"}


@app.command(cls=_Command)
def score(
    task: Annotated[
        str,
        typer.Argument(help="A name or a folder.", autocompletion=_complete_tasks),
    ],
    predictions: Annotated[
        str,
        typer.Argument(help="A TREC run, JSONL, a JSON of {query: [ids]}, or a result's folder."),
    ],
    measures: Measures = [],  # noqa: B006
    data: Data = None,
    instruction: Instruction = None,
    pool: Pool = None,
    view: View = None,
    compat: Compat = [],  # noqa: B006
    limit: Limit = None,
    strict: Strict = False,
    seed: Seed = None,
    json: Json = False,
) -> int:
    """Score predictions that are there already.

    Nothing is written. The folder of a result is recomputed from its predictions, bit for bit.

    ```
    assay score ./my_collection run.trec
    assay score toolret/apibank answers.json --measures "nDCG@10,AP,P@30" --data DIR
    assay score toolret/apibank results/bm25-1a2b3c4d/toolret_apibank/default
    ```
    """
    from harness import evaluate
    from harness.measures import parse_many
    from harness.report import Report

    chosen = {"instruction": instruction, "pool": pool, "view": view, "limit": limit}
    setting: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    if compat:
        setting["compat"] = compat
    result = evaluate.score(
        task,
        predictions,
        data=data,
        measures=[m.name for text in measures for m in parse_many(text)] or None,
        seed=seed or 0,
        strict=strict,
        **setting,
    )
    report = Report((result,))
    if json:
        _print_json(report.to_json())
    else:
        from harness.render.result import details

        _print(details(result))
    return _code(report)


@app.command(cls=_Command)
def merge(
    outs: Annotated[list[str], typer.Argument(metavar="OUT...", help="Folders that shards wrote.")],
    into: Annotated[
        str | None,
        typer.Option(
            "--into", metavar="DIR", help="Where the whole goes (default: the first OUT)."
        ),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Join what the shards of a run have written.

    The joined results are identical to those of one run on one machine.

    ```
    assay merge shard-1 shard-2 shard-3 --into results --data DIR
    ```
    """
    from dataclasses import replace

    from harness.overview import read_report
    from harness.shards import merge

    joined = merge(outs, into=into, data=data)
    whole = read_report(into or outs[0])
    report = replace(whole, missing=joined.missing, unfinished=joined.unfinished)
    _print_report(report, json=json, out=into or outs[0])
    return 1 if report.unfinished else _code(report)


@app.command(cls=_Command)
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="The baseline's folder of results.")],
    others: Annotated[
        list[str], typer.Argument(metavar="B [C ...]", help="The challengers' folders.")
    ],
    measure: Annotated[
        str | None,
        typer.Option("--measure", metavar="M", help="What is compared (default: each task's main)."),
    ] = None,
    fail_if_worse: Annotated[
        bool,
        typer.Option("--fail-if-worse", help="Exit code 1 when a challenger is worse somewhere."),
    ] = False,
    json: Json = False,
) -> int:
    """Test which differences between models are real.

    Query by query, with a paired randomisation test, Holm's correction over all tests, and the
    queries that differ most.

    ```
    assay compare results/bm25-1a2b3c4d results/bm25-mteb-5e6f7a8b
    assay compare old new --measure R@100 --fail-if-worse
    ```
    """
    from harness import compare as comparing

    found = comparing.compare(first, *others, measure=measure)
    if json:
        _print_json(found.to_json())
    else:
        from harness.render.comparison import comparison

        _print(comparison(found))
    return 1 if fail_if_worse and found.worse else 0


@app.command(cls=_Command)
def show(
    result: Annotated[
        str, typer.Argument(help="A result's folder, or a folder of many results.")
    ] = "results",
    json: Json = False,
) -> int:
    """Show results.

    One result: every measure, what became of the queries, where data and model come from. A
    folder of many: a table of all, with the means of the suites.

    ```
    assay show results
    assay show results/bm25-1a2b3c4d/toolret_apibank/default
    ```
    """
    from harness.overview import read_report, read_single

    single = read_single(result)
    if json:
        _print_json(read_report(result).to_json())
    elif single is not None:
        from harness.render.result import details

        _print(details(*single))
    else:
        from harness.render.report import overview

        _print(overview(read_report(result), gathered=True))
    return 0


@app.command(cls=_Command)
def tasks(
    name: Annotated[
        str | None,
        typer.Argument(help="A task, or a benchmark.", autocompletion=_complete_tasks),
    ] = None,
    json: Json = False,
) -> int:
    """List tasks, or show one task's card.

    ```
    assay tasks
    assay tasks toolret
    assay tasks toolret/apibank
    ```
    """
    from harness.catalogue import find_tasks
    from harness.render.catalogue import task_card, task_list, task_row

    found = find_tasks(name)
    if json:
        _print_json({"tasks": [task_row(task) for task in found]})
    else:
        _print(task_card(found[0]) if name and len(found) == 1 else task_list(found))
    return 0


def _print_report(report: Report, *, json: bool, out: str) -> None:
    if json:
        _print_json(report.to_json())
    else:
        from harness.render.report import next_steps, overview

        _print(overview(report))
        _print(next_steps(report, out))


def _code(report: Report, *, allow_missing: bool = False) -> int:
    """0, or 1 where infrastructure errors are left or tasks are missing without leave."""
    unfinished = any(result.status != "complete" for result in report.results)
    return 1 if unfinished or (report.missing and not allow_missing) else 0
