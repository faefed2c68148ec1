"""The command line `assay`: parses, calls the harness, prints. Nothing is computed here.

Exit codes: 0 done; 1 partial, or something failed outside the models; 2 the user's mistake; 130
interrupted. Imports are inside the commands, so that help is there at once.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from rich.console import RenderableType

    from harness.report import Report
    from harness.store import Result

HOME = Path(__file__).resolve().parent
PACKAGES = ("harness", "tasks", "models", "leaderboard")
"""Ours. Their names are generic, so packages of another project may be called the same."""
INTERRUPTED = 130
_reserved: list[TextIO] = []
"""Standard output, while it is kept for one JSON object."""


class _Command(TyperCommand):
    """A command whose repeatable options take several values at once: `-m bm25 random`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        repeatable = {name for p in self.params if getattr(p, "multiple", False) for name in p.opts}
        return super().parse_args(ctx, _spread(args, repeatable))

    def get_params(self, ctx: Any) -> list[Any]:
        return _bare_flags(super().get_params(ctx))


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return _bare_flags(super().get_params(ctx))


def _bare_flags(params: list[Any]) -> list[Any]:
    """Keeps recent versions of typer from writing <bool> beside every flag."""
    for param in params:
        if getattr(param, "is_flag", False) and param.metavar is None:
            param.metavar = ""
    return params


def _spread(arguments: Sequence[str], repeatable: set[str]) -> list[str]:
    """Writes a repeatable option before each of its values; an experiment file is none of them."""
    spread: list[str] = []
    option = ""
    for i, argument in enumerate(arguments):
        if option and not argument.startswith("-") and not _is_experiment(argument):
            spread += [argument] if arguments[i - 1] == option else [option, argument]
        else:
            option = argument if argument in repeatable else ""
            spread.append(argument)
    return spread


def _is_experiment(text: str) -> bool:
    return text.endswith((".yaml", ".yml"))


def _models(incomplete: str) -> list[str]:
    from harness.registry import models

    return [name for name in models if name[0].isalnum() and name.startswith(incomplete)]


def _tasks(incomplete: str) -> list[str]:
    from harness.loading.catalogue import all_tasks

    return [task.card.name for task in all_tasks() if task.card.name.startswith(incomplete)]


def _suites(incomplete: str) -> list[str]:
    from harness.loading.catalogue import all_suites

    return [suite.name for suite in all_suites() if suite.name.startswith(incomplete)]


def _panel(title: str) -> Callable[..., Any]:
    """Makes options that stand under one heading of the help."""

    def option(name: str, metavar: str, help: str, *more: str, **settings: Any) -> Any:
        settings |= {"metavar": metavar, "help": help, "rich_help_panel": title}
        return typer.Option(name, *more, **settings)

    return option


_asks, _plays = _panel("What to ask"), _panel("How an agent plays")
_stores, _works = _panel("Data and results"), _panel("How to work")

Models = Annotated[
    list[str] | None,
    _asks(
        "-m",
        "MODEL...",
        'bm25, "bm25(k1=0.9)", my_model.py:MyRetriever, path/to/checkpoint/',
        "--model",
        autocompletion=_models,
    ),
]
Tasks = Annotated[
    list[str] | None,
    _asks(
        "-t",
        "TASK...",
        "Names, folders in BEIR layout (./folder@split), my_task.py:MyTask",
        "--task",
        autocompletion=_tasks,
    ),
]
Suites = Annotated[
    list[str] | None,
    _asks("-s", "SUITE...", "Names; see assay suites", "--suite", autocompletion=_suites),
]
Config = Annotated[str | None, _asks("--config", "FILE", "The same as FILE.yaml")]
Depth = Annotated[int | None, _asks("--k", "N", "Documents for a query (default: 100)", min=1)]
Limit = Annotated[
    int | None, _asks("--limit", "N", "Only the first N queries of a split, to try out", min=1)
]
Instruction = Annotated[
    str | None,
    _asks("--instruction", "MODE", "auto (default), yes, no, both, generic or shuffled"),
]
Pool = Annotated[
    str | None, _asks("--pool", "POOL", "What is ranked: all (default), category, task, candidates")
]
View = Annotated[
    str | None,
    _asks("--view", "NAME", "How a tool becomes text: documentation (default), python, ..."),
]
Join = Annotated[
    str | None,
    _asks("--join", "NAME", "How instruction and query become one text (default: the model's way)"),
]
Compat = Annotated[
    list[str] | None,
    _asks("--compat", "NAME...", "Quirks of the original evaluation; see assay tasks NAME"),
]
Trials = Annotated[int | None, _asks("--trials", "N", "Times each query is asked (1)", min=1)]
Tools = Annotated[
    list[str] | None,
    _plays(
        "--tools",
        "WHICH...",
        "Tools that it is offered: own (default), gold, gold+N, all, MODEL@K (bm25@10)",
    ),
]
ToolOrder = Annotated[
    list[str] | None,
    _plays("--tool-order", "ORDER...", "own (default), shuffled, gold-first or gold-last"),
]
Faults = Annotated[
    list[str] | None,
    _plays(
        "--faults", "SHARE[:KIND,...]...", "Share of its calls that go wrong: 0.1, 0.1:429,timeout"
    ),
]
Search = Annotated[
    list[str] | None,
    _plays(
        "--search", "MODEL...", 'Retriever of its search tool (bm25), lucene("DIR"), http://...'
    ),
]
Simulator = Annotated[
    str | None, _plays("--simulator", "MODEL", "Chat model that stands in for tools that are gone")
]
LiveJudge = Annotated[
    str | None, _plays("--judge", "MODEL", "Chat model that the task's judge asks")
]
Budget = Annotated[
    str | None,
    _works("--budget", "LIMITS", 'Of completions: "tokens=2M, money=5, seconds=3600"'),
]
Measures = Annotated[
    list[str] | None,
    _asks("--measures", "LIST", '"nDCG@10,P(rel=2)@5", my.py:f (default: the task\'s own)'),
]
Data = Annotated[
    str | None, _stores("--data", "DIR", "Mirror folder (default: ASSAY_DATA; else the hub)")
]
Out = Annotated[
    str | None, _stores("--out", "DIR", "Results; what is there is reused (default: results)")
]
Into = Annotated[str | None, _stores("--into", "DIR", "Where the whole goes (default: first OUT)")]
Strict = Annotated[
    bool, _stores("--strict", "", "Refuse judgements of documents that the corpus lacks")
]
AllowMissing = Annotated[
    bool, _stores("--allow-missing", "", "Exit code 0 though some tasks have no data")
]
Fresh = Annotated[bool, _stores("--fresh", "", "Compute again what is there already")]
Device = Annotated[str | None, _works("--device", "D", "Where a neural model runs")]
BatchSize = Annotated[
    int | None, _works("--batch-size", "N", "Texts that a neural model encodes at a time", min=1)
]
Cache = Annotated[
    str | None,
    _works("--cache", "DIR", "Embeddings, kept between runs (default: ASSAY_CACHE); none: not"),
]
Memory = Annotated[
    str | None, _works("--memory", "SIZE", "What one search may hold at a time (default: 512MB)")
]
Shard = Annotated[str | None, _works("--shard", "i/n", "This machine's share; then assay merge")]
Seed = Annotated[
    int | None, _works("--seed", "N", "Of bootstrap and shuffled instructions (default: 0)")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else")]

app = typer.Typer(
    cls=_Group,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def assay(
    version: Annotated[bool, typer.Option("--version", help="Show the version")] = False,
) -> None:
    """Measure retrieval models, rerankers and agents on retrieval, tool retrieval and tool use.

    Every number comes with its 95 % interval, can be recomputed from the predictions stored beside
    it, and says what it was measured on.

    ```
    assay run -m bm25 random -s starter
    assay show results
    ```
    """
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"assay {installed('assay-harness')}")


@app.command(cls=_Command)
def run(
    ctx: typer.Context,
    file: Annotated[str | None, typer.Argument(metavar="FILE.yaml", help="Experiment")] = None,
    models: Models = None,
    tasks: Tasks = None,
    suites: Suites = None,
    config: Config = None,
    k: Depth = None,
    limit: Limit = None,
    instruction: Instruction = None,
    pool: Pool = None,
    view: View = None,
    join: Join = None,
    compat: Compat = None,
    trials: Trials = None,
    measures: Measures = None,
    tools: Tools = None,
    tool_order: ToolOrder = None,
    faults: Faults = None,
    search: Search = None,
    simulator: Simulator = None,
    judge: LiveJudge = None,
    data: Data = None,
    out: Out = None,
    strict: Strict = False,
    allow_missing: AllowMissing = False,
    fresh: Fresh = False,
    device: Device = None,
    batch_size: BatchSize = None,
    cache: Cache = None,
    memory: Memory = None,
    budget: Budget = None,
    shard: Shard = None,
    seed: Seed = None,
    json: Json = False,
) -> int:
    """Evaluate models on tasks.

    Asks every model every task, writes answers and scores down, and shows one row a model. After
    an interruption the same command goes on where it stopped. An experiment file says the same as
    options do; options given beside it replace what it says.

    ```
    assay run -m bm25 random -s starter
    assay run -m bm25-lucene -t ./my_collection --out results
    assay run -m my_model.py:MyRetriever -s toolret --instruction both
    assay run -m "react(openai('gpt-4o'))" -s starter-agent --budget money=5
    assay run experiment.yaml --limit 20
    ```
    """
    from harness.errors import UserError
    from harness.experiment import Experiment, read_experiment
    from harness.render.progress import Watch

    if file and (config or not _is_experiment(file)):
        raise UserError(
            f"'{file}': one experiment file (.yaml); models go after -m, tasks after -t"
        )
    path = file or config
    options = {n: v for n, v in ctx.params.items() if n not in ("file", "config", "json")}
    experiment = (read_experiment(path) if path else Experiment()).override(options)
    with Watch(lines=not json) as watch:
        report = experiment.run(watch)
    _print_report(report, experiment.out, json=json)
    return _code(report, allow_missing=experiment.allow_missing)


@app.command(cls=_Command)
def score(
    task: Annotated[
        str, typer.Argument(metavar="TASK", help="A name or a folder", autocompletion=_tasks)
    ],
    predictions: Annotated[
        str,
        typer.Argument(
            metavar="PREDICTIONS",
            help="TREC run, JSONL, JSON of {query: [ids]}, trajectories, or the folder of a result",
        ),
    ],
    measures: Measures = None,
    instruction: Instruction = None,
    pool: Pool = None,
    view: View = None,
    compat: Compat = None,
    trials: Trials = None,
    limit: Limit = None,
    data: Data = None,
    strict: Strict = False,
    items: Annotated[
        str | None,
        _stores("--items", "FILE", "The verdict on every attempt, to be written as JSONL"),
    ] = None,
    seed: Seed = None,
    json: Json = False,
) -> int:
    """Score predictions that are there already.

    Nothing is written. The folder of a result is recomputed from its predictions, bit for bit.
    Of tool use, predictions are trajectories; see `assay import` for those of other programs.

    ```
    assay score ./my_collection run.trec
    assay score toolret/apibank answers.json --measures "nDCG@10,P@30"
    assay score bfcl/simple_python trajectories.jsonl
    ```
    """
    from harness.render.progress import Entries
    from harness.report import Report
    from harness.rescoring import score

    fields = {"instruction": instruction, "pool": pool, "view": view, "limit": limit}
    setting: dict[str, Any] = {**fields, "trials": trials, "compat": compat or None}
    with Entries(lines=not json).shown() as entries:
        result = score(
            task,
            predictions,
            data=data,
            measures=measures or None,
            seed=seed or 0,
            strict=strict,
            tell=entries,
            items=items,
            **{name: value for name, value in setting.items() if value is not None},
        )
    if json:
        _print_json(Report((result,)).to_json())
    else:
        from harness.render.result import details

        _print(details(result))
    return _code(Report((result,)))


@app.command(cls=_Command, name="import")
def import_(
    format: Annotated[
        str | None, typer.Argument(metavar="FORMAT", help="What wrote it; see --list")
    ] = None,
    path: Annotated[
        str | None,
        typer.Argument(metavar="PATH", help="File or folder; PATH#PART where it holds several"),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option("-t", "--task", help="Whose problems were attempted", autocompletion=_tasks),
    ] = None,
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Trajectories to write")
    ] = "trajectories.jsonl",
    listed: Annotated[
        bool, typer.Option("--list", help="The formats, and what each cannot carry over")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> int:
    """Convert what another program's agent did into trajectories, which `assay score` takes.

    ```
    assay import --list
    assay import bfcl ./result/gpt-4o --task bfcl/simple_python --out gpt-4o.jsonl
    assay score bfcl/simple_python gpt-4o.jsonl
    ```
    """
    from dataclasses import asdict

    from harness.errors import UserError
    from harness.importing import all_importers, import_predictions
    from harness.render.progress import Entries

    if listed:
        from harness.render.importing import formats

        known = list(all_importers())
        rows = [{"name": f.name, "reads": f.reads, "loses": list(f.loses)} for f in known]
        _print_json({"formats": rows}) if json else _print(formats(known))
        return 0
    if format is None or path is None or task is None:
        raise UserError("write: assay import FORMAT PATH --task TASK --out FILE; see --list")
    with Entries(lines=not json).shown() as entries:
        done = import_predictions(format, path, task, out, data=data, tell=entries)
    if json:
        _print_json({"out": out, **asdict(done)})
    else:
        from harness.render.importing import imported

        _print(imported(done, task, out, data))
    return 1 if done.unreadable else 0


@app.command(cls=_Command)
def judge(
    task: Annotated[
        str | None, typer.Argument(metavar="TASK", help="Whose problems", autocompletion=_tasks)
    ] = None,
    predictions: Annotated[
        str | None, typer.Argument(metavar="TRAJECTORIES", help="Attempts, as JSONL")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--judge", metavar="NAME", help="Who judges; see --list")
    ] = None,
    model: Annotated[
        str | None, typer.Option("-m", "--model", metavar="MODEL", help="Chat model that it asks")
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option("--repeats", min=1, help="Times that each attempt is judged (default: 3)"),
    ] = None,
    against: Annotated[
        str | None, typer.Option("--against", metavar="FILE", help="A reference's attempts")
    ] = None,
    swap: Annotated[
        bool, typer.Option("--swap/--no-swap", help="Swap the order in every second comparison")
    ] = True,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", metavar="FILE", help="Where to write (mine.judged.jsonl for mine.jsonl)"
        ),
    ] = None,
    agree: Annotated[
        bool, typer.Option("--agreement", help="Only say how far the judges of the file agree")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="The judges there are")] = False,
    data: Data = None,
    json: Json = False,
) -> int:
    """Have attempts judged, where a benchmark leaves success to a judge.

    What is said is stored with the attempts, and scoring reads it there. An interrupted call goes
    on where it stopped; what failed is asked again.

    ```
    assay judge --list
    assay judge stabletoolbench/G1_tool mine.jsonl --judge assay-solved -m "openai('gpt-4o')"
    assay score stabletoolbench/G1_tool mine.judged.jsonl
    assay judge --agreement stabletoolbench/G1_tool mine.judged.jsonl
    ```
    """
    from dataclasses import asdict

    from harness.assessing import agreement, all_judges, judge_file
    from harness.errors import UserError
    from harness.render.judging import agreements, assessed, known_judges
    from harness.render.progress import Bar, Entries

    if listed:
        known = list(all_judges())
        rows = [{"name": name, "is": said} for name, said in known]
        _print_json({"judges": rows}) if json else _print(known_judges(known))
        return 0
    if task is None or predictions is None or not (by or agree):
        wanted = "--agreement" if agree else "--judge NAME; see --list"
        raise UserError(f"write: assay judge TASK TRAJECTORIES {wanted}")
    path = Path(predictions)
    with Entries(lines=not json).shown() as entries:
        if agree:
            found = agreement(path, entries)
            shown = [{k: v for k, v in asdict(one).items() if v == v} for one in found]
            _print_json({"agreement": shown}) if json else _print(agreements(found))
            return 0
    name = path.name.removesuffix(".gz").removesuffix(".jsonl")
    target = Path(out) if out else path.with_name(f"{name}.judged.jsonl")
    with Bar("judgements", lines=not json) as bar:
        done = judge_file(
            task,
            path,
            target,
            by or "",
            model=model,
            repeats=repeats,
            against=against,
            swap=swap,
            data=data,
            tell=bar.tell,
            progress=bar,
        )
    if json:
        _print_json({"out": str(target), **asdict(done)})
    else:
        _print(assessed(done, task, str(target), data))
    return 1 if done.failures or done.unreadable else 0


@app.command(cls=_Command)
def merge(
    outs: Annotated[list[str], typer.Argument(metavar="OUT...", help="Folders that shards wrote")],
    into: Into = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Join what the shards of a run have written.

    The joined results are identical to those of one run on one machine, but for how a neural
    model's scores are rounded.

    ```
    assay run -m bm25 -s toolret --shard 1/2 --out part-1      (and 2/2 elsewhere)
    assay merge part-1 part-2 --into results
    ```
    """
    from dataclasses import replace

    from harness import shards
    from harness.store.overview import read_report

    joined = shards.merge(outs, into=into, data=data)
    whole = read_report(into or outs[0])
    report = replace(whole, missing=joined.missing, unfinished=joined.unfinished)
    _print_report(report, into or outs[0], json=json)
    return 1 if report.unfinished else _code(report)


@app.command(cls=_Command)
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="The baseline's folder of results")],
    others: Annotated[
        list[str], typer.Argument(metavar="B [C ...]", help="The challengers' folders")
    ],
    measure: Annotated[
        str | None, typer.Option("--measure", metavar="M", help="Default: each task's main measure")
    ] = None,
    fail_if_worse: Annotated[
        bool, typer.Option("--fail-if-worse", help="Exit code 1 when a challenger is worse")
    ] = False,
    json: Json = False,
) -> int:
    """Test which differences between models are real.

    Query by query: paired randomisation tests with Holm's correction over all of them, effects
    with intervals, and the queries that differ most.

    ```
    assay compare results/bm25-1a2b3c4d results/bm25-mteb-5e6f7a8b
    assay compare before after --measure R@100 --fail-if-worse
    ```
    """
    from harness.comparison import compare

    found = compare(first, *others, measure=measure)
    if json:
        _print_json(found.to_json())
    else:
        from harness.render.comparison import comparison

        _print(comparison(found))
    return 1 if fail_if_worse and found.worse else 0


@app.command(cls=_Command)
def show(
    result: Annotated[str, typer.Argument(help="The folder of one result, or of many")] = "results",
    sample: Annotated[
        str | None,
        typer.Option("--sample", metavar="ID", help="Of tool use: what was said and called"),
    ] = None,
    json: Json = False,
) -> int:
    """Show results.

    Of one result every measure, what became of the queries, and where data and model come from; of
    a folder of many a table with the means of the suites; with a problem's id the attempts at it.

    ```
    assay show results
    assay show results/bm25-1a2b3c4d/default/toolret_apibank
    assay show results/oracle-1a2b3c4d/default/starter-agent_flights --sample flights-01
    ```
    """
    from harness.store.overview import read_report, read_single

    if sample is not None:
        return _show_attempts(result, sample, json=json)
    if json:
        _print_json(read_report(result).to_json())
    elif single := read_single(result):
        from harness.render.result import details

        _print(details(*single))
    else:
        from harness.render.report import overview

        _print(overview(read_report(result), gathered=True))
    return 0


@app.command(cls=_Command)
def table(
    results: Annotated[
        str, typer.Argument(help="The folder of one result, or of many")
    ] = "results",
    measures: Annotated[
        list[str] | None,
        typer.Option("--measures", metavar="LIST", help='"success,calls,pass@2" (default: all)'),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="WHAT", help="suite (default), for means, or task")
    ] = "suite",
    csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values")] = False,
    data: Data = None,
    json: Json = False,
) -> int:
    """Show models side by side by several measures, over suites or task by task.

    What was not measured in the run is computed from its predictions.

    ```
    assay table agents
    assay table agents --measures "success,calls,pass@2" --by task
    ```
    """
    from harness.table import table

    found = table(results, measures or None, by=by, data=data)
    if json:
        _print_json(found.to_json())
    elif csv:
        typer.echo(found.to_csv(), nl=False)
    else:
        from harness.render.table import overview

        _print(overview(found))
    return 0


@app.command(cls=_Command)
def probe(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="Chat model, with a temperature above 0")
    ],
    task: Annotated[str, typer.Argument(metavar="TASK", help="Whose tools", autocompletion=_tasks)],
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where to write (tools.json)")
    ] = "tools.json",
    samples: Annotated[
        int, typer.Option("--samples", metavar="N", min=1, help="Programs for a tool and phase (3)")
    ] = 3,
    phases: Annotated[
        int, typer.Option("--phases", metavar="N", min=0, help="With documented tools to help (4)")
    ] = 4,
    no_multi_sample: Annotated[
        bool, typer.Option("--no-multi-sample", help="One program for a tool and phase")
    ] = False,
    no_chain: Annotated[
        bool, typer.Option("--no-chain", help="Documented tools do not help the others")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N tools")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Find out what tools give by calling them, and write it down for `atc`.

    ```
    assay probe "openai('gpt-4o', temperature=0.7)" starter-agent/people --out people.json
    assay run -m "atc(openai('gpt-4o'), documentation='people.json')" -t starter-agent/people
    ```
    """
    from models.agents.probing import probe_task

    found = probe_task(
        model,
        task,
        limit=limit,
        data=data,
        samples=samples,
        phases=phases,
        multi_sample=not no_multi_sample,
        chain=not no_chain,
    )
    found.save(out)
    if json:
        _print_json({"out": out, **found.report})
    else:
        _print([found.summary, f"written to {out}"])
    return 0


@app.command(cls=_Command)
def train(
    producer: Annotated[
        str, typer.Argument(metavar="PRODUCER", help="sft, my_producer.py:Mine; assay producers")
    ],
    config: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="Its settings, in YAML")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE...", help="One of its settings: --set lr=1e-4"),
    ] = None,
    out: Annotated[
        str, typer.Option("--out", metavar="DIR", help="The checkpoint's folder (checkpoint)")
    ] = "checkpoint",
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would be done, and do nothing")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew what has begun in that folder")
    ] = False,
    grid: Annotated[
        float,
        typer.Option("--grid", metavar="N", min=0, help="Grams of CO2e a kWh (475: the world)"),
    ] = 475.0,
    json: Json = False,
) -> int:
    """Train a model. What was cut short goes on when the same command runs again.

    ```
    assay producers
    assay train sft --set base=path/to/model --set data=rows.jsonl --out mine
    assay run -m mine/ -s starter-agent
    ```
    """
    from harness.training import load_producer
    from harness.training import plan as plan_of
    from harness.training import train as carry_out

    file = Path(config) if config else None
    loaded = load_producer(producer, file, set_ or (), planning=plan)
    if plan:
        from dataclasses import asdict

        stages = plan_of(loaded)
        if json:
            _print_json({"stages": {name: asdict(found) for name, found in stages.items()}})
        else:
            from harness.render.training import planned

            _print(planned(stages, grid))
        return 0
    from harness.render.training import StageWatch, trained

    with StageWatch(lines=not json) as watch:
        made = carry_out(loaded, Path(out), fresh=fresh, grid=grid, tell=watch)
    if json:
        _print_json(made.row())
    else:
        _print(trained(made, grid))
    return 0


@app.command(cls=_Command)
def producers(
    name: Annotated[str | None, typer.Argument(help="A producer")] = None, json: Json = False
) -> int:
    """List what can be trained, or show one producer's settings.

    ```
    assay producers
    assay producers sft
    ```
    """
    from harness.training import find_producers

    found = find_producers(name)
    if json:
        _print_json({"producers": found})
    else:
        from harness.render.training import producer_card, producer_list

        _print(producer_card(found[0]) if name else producer_list(found))
    return 0


@app.command(cls=_Command)
def view(
    result: Annotated[str, typer.Argument(help="The folder of one result")],
    out: Annotated[
        str, typer.Option("--out", metavar="DIR", help="Where logs go; all there are shown")
    ] = "logs",
    task: Annotated[
        str | None,
        typer.Option("-t", "--task", metavar="TASK", help="Its task, where its name is not enough"),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=1, max=65535, help="Of the viewer")
    ] = 7575,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Write the log, leave the viewer alone")
    ] = False,
    data: Data = None,
) -> int:
    """Look at attempts in the viewer of inspect_ai (extra `view`), until Ctrl-C.

    ```
    assay view results/oracle-1a2b3c4d/default/starter-agent_flights
    ```
    """
    from harness.viewing import export, serve

    def warn(message: str) -> None:
        typer.echo(f"warning: {message}", err=True)

    typer.echo(str(export(result, out, task=task, data=data, warn=warn)))
    return 0 if no_open else serve(out, port)


@app.command(cls=_Command)
def serve(
    task: Annotated[
        str, typer.Argument(metavar="TASK", help="Whose problem", autocompletion=_tasks)
    ],
    problem: Annotated[
        str, typer.Option("--problem", metavar="ID", help="Which one; SPLIT/ID where it has splits")
    ],
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where the attempt is appended, as JSONL")
    ] = "trajectories.jsonl",
    trial: Annotated[
        int | None,
        typer.Option("--trial", metavar="N", help="Number of the attempt (default: the next)"),
    ] = None,
    data: Data = None,
) -> int:
    """Serve a problem as an MCP server, for any agent that speaks MCP.

    The server speaks over standard input and output until its client goes: a client starts it, by
    an entry in its own configuration. What the client calls and answers is appended to FILE, which
    `assay score` takes. Needs the extra mcp.

    ```
    assay serve starter-agent/flights --problem flights-01 --out mine.jsonl
    assay score starter-agent/flights mine.jsonl
    ```
    """
    from harness.mcp import serve

    if sys.stdin.isatty():
        typer.echo("serving MCP over standard input and output, until Ctrl-C", err=True)
    made = serve(task, problem, out, trial=trial, data=data)
    told = f"trial {made.trial} of {problem} ({made.end}) appended to {out}" if made else ""
    typer.echo(told or "nothing was called: no attempt was made", err=True)
    return 1 if made is not None and made.end == "error" else 0


@app.command(cls=_Command)
def tasks(
    name: Annotated[
        str | None, typer.Argument(help="A task, a folder or a benchmark", autocompletion=_tasks)
    ] = None,
    json: Json = False,
) -> int:
    """List tasks, or show one task's card.

    ```
    assay tasks toolret
    assay tasks toolret/apibank
    ```
    """
    from harness.loading.lookup import find_tasks, task_row

    found = find_tasks(name)
    if json:
        _print_json({"tasks": [task_row(task) for task in found]})
    else:
        from harness.render.catalogue import task_card, task_list

        _print(task_card(found[0]) if name and len(found) == 1 else task_list(found))
    return 0


@app.command(cls=_Command)
def suites(
    name: Annotated[str | None, typer.Argument(help="A suite", autocompletion=_suites)] = None,
    json: Json = False,
) -> int:
    """List suites, or show what one runs and averages.

    ```
    assay suites
    assay suites toolret
    ```
    """
    from harness.loading.lookup import find_suites, suite_row

    found = find_suites(name)
    if json:
        _print_json({"suites": [suite_row(suite) for suite in found]})
    else:
        from harness.render.catalogue import suite_card, suite_list

        _print(suite_card(found[0]) if name else suite_list(found))
    return 0


@app.command(cls=_Command)
def models(
    name: Annotated[
        str | None, typer.Argument(help="A model; or the word check", autocompletion=_models)
    ] = None,
    expression: Annotated[str | None, typer.Argument(help="After check: a model")] = None,
    json: Json = False,
) -> int:
    """List models, show one, or check one before a long run.

    The check asks the model a task of eight documents and says what to fix; it exits with 2 when
    something must be fixed.

    ```
    assay models
    assay models bm25-lucene
    assay models check my_model.py:MyRetriever
    ```
    """
    from harness.errors import UserError

    if name == "check" and expression:
        return _check(expression, json=json)
    if name == "check" or expression:
        raise UserError("write assay models, assay models NAME, or assay models check MODEL")
    from harness.loading.lookup import find_models, model_row

    found = find_models(name)
    if json:
        _print_json({"models": [model_row(model) for model in found]})
    else:
        from harness.render.catalogue import model_card, model_list

        _print(model_card(found[0]) if name else model_list(found))
    return 0


@app.command(cls=_Command)
def data(
    name: Annotated[
        str | None, typer.Argument(help="A suite, a benchmark or a task", autocompletion=_suites)
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Tell which data is here, what is missing, and how to get it.

    Nothing is fetched or read.

    ```
    assay data
    assay data toolret --data DIR
    ```
    """
    from harness.sources import Source
    from harness.sources.availability import survey, survey_row

    source = Source(data)
    found = survey(name, source)
    if json:
        _print_json({"suites": [survey_row(part) for part in found]})
    else:
        from harness.render.catalogue import data_card, data_list

        _print(data_card(found[0], source.root) if name else data_list(found))
    return 0


@app.command(cls=_Command)
def doctor(json: Json = False) -> int:
    """Tell what is installed, and what each extra would add.

    ```
    assay doctor
    ```
    """
    from dataclasses import asdict

    from harness.doctor import examine

    found = examine()
    if json:
        _print_json(asdict(found))
    else:
        from harness.render.installation import checkup

        _print(checkup(found))
    return 0


@app.command(cls=_Command)
def cite(
    results: Annotated[list[str], typer.Argument(metavar="RESULT...", help="Folders of results")],
    json: Json = False,
) -> int:
    """Print citations and licences of the tasks and models of results.

    ```
    assay cite results
    ```
    """
    from dataclasses import asdict

    from harness.citations import credits_of
    from harness.store.overview import read_report

    found = credits_of([result for path in results for result in read_report(path).results])
    if json:
        _print_json({"credits": [asdict(credit) for credit in found]})
    else:
        from harness.render.installation import credits_list

        _print(credits_list(found))
    return 0


@app.command(cls=_Command)
def schema(json: Json = False) -> int:
    """Print the JSON Schema of result.json.

    ```
    assay schema > result.schema.json
    ```
    """
    from harness.store import Result

    _print_json(Result.model_json_schema())
    return 0


@app.command(cls=_Command)
def submit(
    results: Annotated[
        list[str] | None, typer.Argument(metavar="RESULT...", help="Folders of one model's results")
    ] = None,
    card: Annotated[
        str | None, typer.Option("--card", metavar="FILE", help="What the model is: model.yaml")
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help="The submission; its name is its id")
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print a card to fill in, and nothing else")
    ] = False,
    json: Json = False,
) -> int:
    """Pack results of one model into a folder that a leaderboard takes.

    The folder holds the model's card, the predictions, the environment, and a hash of every file.

    ```
    assay submit results --template > model.yaml
    assay submit results --card model.yaml --out submissions/my-bm25
    ```
    """
    from harness.errors import UserError
    from leaderboard.submission.cards import card_template
    from leaderboard.submission.gathering import first_result
    from leaderboard.submission.packing import submit
    from leaderboard.submission.reading import read_manifest

    folders = [Path(path) for path in results or ()]
    if template:
        text = card_template(first_result(folders))
        _print_json({"template": text}) if json else typer.echo(text, nl=False)
        return 0
    if not folders or not card or not out:
        raise UserError(
            "what goes where? assay submit RESULT... --card model.yaml --out submissions/NAME; "
            "a card to fill in: assay submit RESULT... --template > model.yaml"
        )
    manifest = read_manifest(submit(folders, Path(card), Path(out)))
    if json:
        _print_json({"folder": out, **manifest.model_dump(mode="json")})
    else:
        from leaderboard.printing import packed

        _print(packed(Path(out), manifest))
    return 0


@app.command(cls=_Command)
def check(
    submissions: Annotated[
        list[str], typer.Argument(metavar="SUBMISSION...", help="Folders that assay submit packed")
    ],
    data: Data = None,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="REV", help="Nothing else has changed since this revision"),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--record", help="Write down beside them what was established")
    ] = False,
    report: Annotated[
        str | None, typer.Option("--markdown", metavar="FILE", help="Also write a report there")
    ] = None,
    json: Json = False,
) -> int:
    """Check submissions: recompute every number from the predictions, and compare.

    Exits with 2 where a check fails. What a maintainer records is what the board shows. A pattern
    such as submissions/* may take in _checked and retractions.yaml: they are passed over.

    ```
    assay check submissions/my-bm25
    assay check submissions/* --record
    ```
    """
    from harness.errors import UserError
    from leaderboard.checked import BESIDE
    from leaderboard.checks import check, record
    from leaderboard.checks.markdown import markdown
    from leaderboard.checks.report import report as shown
    from leaderboard.checks.writing import write_report
    from leaderboard.printing import checking, recorded

    verdicts = []
    chosen = [name for name in submissions if Path(name).name not in BESIDE]
    if not chosen:
        raise UserError(f"no submission in {submissions[0]}: name folders that assay submit packed")
    for name in chosen:
        with checking(name) as tell:
            verdict = check(Path(name), data=data, base=base, tell=tell)
        verdicts.append(verdict)
        if not json:
            _print(shown(verdict))
        if keep and verdict.acceptable:
            path = record(verdict)
            if not json:
                _print([recorded(path)])
    if report is not None:
        text = "\n".join(markdown(verdict.to_json()) for verdict in verdicts)
        write_report(Path(report), text)
    if json:
        _print_json({"submissions": [verdict.to_json() for verdict in verdicts]})
    return 0 if all(verdict.acceptable for verdict in verdicts) else 2


@app.command(cls=_Command)
def reproduce(
    submission: Annotated[str, typer.Argument(metavar="SUBMISSION", help="Folder of a submission")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who runs it again")],
    tasks: Annotated[
        list[str] | None,
        typer.Option("--task", "-t", metavar="TASK...", help="Only these of its tasks"),
    ] = None,
    data: Data = None,
    out: Annotated[
        str, _stores("--out", "DIR", "New results; what is there is reused (default: reproduced)")
    ] = "reproduced",
    keep: Annotated[
        bool, typer.Option("--record", help="Write down beside it what came out")
    ] = False,
    json: Json = False,
) -> int:
    """Run a submission's model again and compare with what it submitted.

    Only models of this installation are run, never code that came with a submission. Exits with 1
    where a number differs.

    ```
    assay reproduce submissions/my-bm25 --by "A. Maintainer" --record
    ```
    """
    from datetime import UTC, datetime

    from harness.render.progress import Watch
    from leaderboard.printing import recorded, reproduction
    from leaderboard.reproduction import record, reproduce

    folder = Path(submission)
    with Watch(lines=not json) as watch:
        found = reproduce(
            folder,
            data=data,
            out=Path(out),
            by=by,
            on=datetime.now(UTC).date(),
            tasks=tasks,
            watch=watch,
        )
    path = record(found, folder.resolve().parent) if keep else None
    if json:
        _print_json(found.model_dump(mode="json"))
    else:
        _print(reproduction(found))
        _print([recorded(path)] if path else [])
    return 0 if all(cell.agrees for cell in found.cells) else 1


board_app = typer.Typer(cls=_Group, rich_markup_mode="markdown")
app.add_typer(board_app, name="board", help="Build, look at or export the leaderboard.")
Submissions = Annotated[
    str | None,
    typer.Option(
        "--submissions", metavar="DIR", help="Folders of submissions (default: those of the board)"
    ),
]
Printed = Annotated[
    bool,
    typer.Option(
        "--printed/--no-printed",
        help="With the tables of papers (default) or without",
        show_default=False,
    ),
]


@board_app.command("build", cls=_Command)
def board_build(
    submissions: Submissions = None,
    out: Annotated[
        str,
        typer.Option("--out", metavar="DIR", help="The site (default: site)", show_default=False),
    ] = "site",
    docs: Annotated[
        str | None, typer.Option("--docs", metavar="DIR", help="Markdown to build beside it")
    ] = None,
    printed: Printed = True,
    json: Json = False,
) -> int:
    """Build the site: static files, to open from the disk or to serve from anywhere.

    ```
    assay board build --out site
    assay board build --submissions submissions --no-printed --out site
    ```
    """
    from dataclasses import asdict

    from leaderboard.board import assemble
    from leaderboard.site import build

    here = HOME / "docs"
    pages = _folder("--docs", docs) or (here if here.is_dir() else None)
    board = assemble(_folder("--submissions", submissions), printed=printed)
    built = build(board, Path(out), docs=pages)
    if json:
        _print_json(asdict(built) | {"unchecked": dict(board.unchecked)})
    else:
        from leaderboard.printing import site

        _print(site(board, built, Path(out)))
    return 0


@board_app.command("serve", cls=_Command)
def board_serve(
    folder: Annotated[
        str,
        typer.Argument(
            metavar="SITE", help="What assay board build made (default: site)", show_default=False
        ),
    ] = "site",
    port: Annotated[
        int,
        typer.Option(
            "--port",
            metavar="N",
            help="0 takes a free one (default: 8000)",
            min=0,
            max=65535,
            show_default=False,
        ),
    ] = 8000,
) -> int:
    """Show a site to the browser of this machine, and to nobody else. Ctrl-C ends it.

    ```
    assay board serve site --port 8000
    ```
    """
    from leaderboard.site import serve

    serve(Path(folder), port)
    return 0


@board_app.command("export", cls=_Command)
def board_export(
    suite: Annotated[
        str, typer.Argument(metavar="SUITE", help="A suite of the board", autocompletion=_suites)
    ],
    submissions: Submissions = None,
    out: Annotated[
        str,
        typer.Option(
            "--out", metavar="DIR", help="Where files go (default: figures)", show_default=False
        ),
    ] = "figures",
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format", "-f", metavar="FORMAT...", help="latex, markdown, svg, pdf (default: all)"
        ),
    ] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", metavar="NAME", help="Default: the suite's own")
    ] = None,
    rows: Annotated[
        list[str] | None,
        typer.Option("--row", metavar="ID...", help="Rows by id (default: all with a number)"),
    ] = None,
    by_task: Annotated[
        bool, typer.Option("--by-task", help="A column for every task, not only for means")
    ] = False,
    printed: Printed = True,
    json: Json = False,
) -> int:
    """Write a suite's table and figures for a paper.

    ```
    assay board export starter --out figures
    assay board export mair --format latex --by-task
    ```
    """
    from leaderboard.board import assemble
    from leaderboard.export import FORMATS, export
    from leaderboard.printing import written

    board = assemble(_folder("--submissions", submissions), printed=printed)
    files = export(
        board,
        suite,
        Path(out),
        formats=formats or FORMATS,
        measure=measure,
        rows=rows,
        columns=("aggregates", "tasks") if by_task else None,
    )
    if json:
        _print_json({"files": [str(file) for file in files]})
    else:
        _print(written(files))
    return 0


def _folder(option: str, named: str | None) -> Path | None:
    """The folder that an option names, or None. Raises `UserError` where there is none."""
    from harness.errors import UserError

    if named is not None and not Path(named).is_dir():
        raise UserError(f"{option} names {named or 'nothing'}, which is no folder")
    return Path(named) if named is not None else None


cache_app = typer.Typer(cls=_Group, rich_markup_mode="markdown")
app.add_typer(
    cache_app, name="cache", help="List, verify or prune cached embeddings and completions."
)
CacheFolder = Annotated[
    str | None, typer.Option("--cache", metavar="DIR", help="The cache (default: ASSAY_CACHE)")
]


@cache_app.command("list", cls=_Command)
def cache_list(cache: CacheFolder = None, json: Json = False) -> int:
    """List whose embeddings and completions are kept, how many, and how large they are.

    ```
    assay cache list
    ```
    """
    from harness.cache import completions, completions_row, space_row, spaces

    root = _cache_root(cache)
    found, said = spaces(root), completions(root)
    if json:
        rows = [completions_row(model) for model in said]
        known = [space_row(space) for space in found]
        _print_json({"cache": str(root), "spaces": known, "completions": rows})
    else:
        from harness.render.cache import space_list

        _print(space_list(found, root, said))
    return 0


@cache_app.command("verify", cls=_Command)
def cache_verify(
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove damaged blocks; they are encoded again")
    ] = False,
    cache: CacheFolder = None,
    json: Json = False,
) -> int:
    """Read every byte of the cache and compare it with its checksums.

    Exits with 1 where damaged blocks are left.

    ```
    assay cache verify
    ```
    """
    from harness.cache import verify

    found = verify(_cache_root(cache), remove=remove)
    if json:
        from harness.cache import verification_row

        _print_json(verification_row(found))
    else:
        from harness.render.cache import verification

        _print(verification(found))
    return 1 if found.damaged and not remove else 0


@cache_app.command("prune", cls=_Command)
def cache_prune(
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="MODEL", help="Only those of this model")
    ] = None,
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="AGE", help="Unused for so long: 30d, 12h")
    ] = None,
    max_size: Annotated[
        str | None, typer.Option("--max-size", metavar="SIZE", help="Until this much is left: 20GB")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed")
    ] = False,
    completions: Annotated[
        bool,
        typer.Option("--completions", help="Completions of chat models instead of embeddings"),
    ] = False,
    cache: CacheFolder = None,
    json: Json = False,
) -> int:
    """Remove embeddings, those used longest ago first; or with --completions what models said.

    Embeddings are encoded again when needed, and models asked again.

    ```
    assay cache prune --older-than 30d --dry-run
    assay cache prune --max-size 20GB
    assay cache prune --completions --older-than 90d
    ```
    """
    from harness.cache import parse_age, parse_size, prune
    from harness.errors import UserError

    root = _cache_root(cache)
    age = parse_age(older_than) if older_than is not None else None
    if completions:
        from harness.cache import prune_completions, pruned_completions_row

        if max_size is not None:
            raise UserError("--completions goes by --model and --older-than, not by --max-size")
        named = _expression(model) if model is not None else None
        removed = prune_completions(root, model=named, older_than=age, dry_run=dry_run)
        if json:
            _print_json(pruned_completions_row(removed))
        else:
            from harness.render.cache import pruned_completions

            _print(pruned_completions(removed))
        return 0
    size = parse_size(max_size) if max_size is not None else None
    found = prune(root, model=model, older_than=age, max_bytes=size, dry_run=dry_run)
    if json:
        from harness.cache import pruned_row

        _print_json(pruned_row(found))
    else:
        from harness.render.cache import pruned

        _print(pruned(found))
    return 0


def _expression(model: str) -> str:
    """A model as the cache has it, whatever quotes and order it was typed with."""
    from harness import spec
    from harness.errors import UserError

    try:
        return str(spec.parse(model))
    except UserError:  # part of a name, or of a file's
        return model


def _cache_root(named: str | None) -> Path:
    from harness.cache import default_root

    return Path(named).expanduser() if named else default_root()


def _check(expression: str, *, json: bool) -> int:
    from dataclasses import asdict

    from harness.check import check_model

    found = check_model(expression)
    if json:
        _print_json({"model": expression, "checks": [asdict(check) for check in found]})
    else:
        from harness.render.catalogue import checks

        _print(checks(found))
    return 0 if all(check.passed for check in found) else 2


def _show_attempts(result: str, problem: str, *, json: bool) -> int:
    """Prints the attempts at a problem."""
    from harness.formats.trajectories import to_json
    from harness.render.trajectory import conversation
    from harness.store.attempts import find_attempts

    found = find_attempts(result, problem)
    if json:
        _print_json({"attempts": [to_json(attempt) for attempt, _ in found]})
    else:
        for attempt, values in found:
            last = attempt is found[-1][0]  # values are the problem's, not the attempt's
            _print(conversation(attempt, values if last else None, trials=len(found)))
            if not last:
                _print([""])
    return 0


def _print_report(report: Report, out: str, *, json: bool) -> None:
    if json:
        _print_json(report.to_json())
    else:
        from harness.render.report import next_steps, overview

        _print(overview(report))
        _print(next_steps(report, out))


def _print(items: Iterable[RenderableType]) -> None:
    from harness.render import show

    show(items)


def _print_json(value: object) -> None:
    import json

    stream = _reserved[-1] if _reserved else sys.stdout
    stream.write(json.dumps(value, indent=2) + "\n")
    stream.flush()


def _code(report: Report, *, allow_missing: bool = False) -> int:
    """0, or 1 where infrastructure errors are left or tasks are missing without leave."""
    failed = any(r.status != "complete" or _lacks_verdicts(r) for r in report.results)
    return 1 if failed or (report.missing and not allow_missing) else 0


def _lacks_verdicts(result: Result) -> bool:
    """Whether a judge that was to be asked within the run gave no verdict on any attempt."""
    return bool(result.setting.judge) and result.main_measure in result.undefined


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; an error is one line on standard error.

    Args:
        arguments: of the command line; None takes those of the process. `--debug` anywhere, or
            the environment variable ASSAY_DEBUG, shows tracebacks.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given or bool(os.environ.get("ASSAY_DEBUG"))
    given = [argument for argument in given if argument != "--debug"]
    if impostor := _impostor():
        return _complain(f"error: {impostor}", 2)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _replace_what_cannot_be_shown()
    try:
        with _stdout_for_json() if "--json" in given else nullcontext():
            code = int(app(given or ["--help"], prog_name="assay", standalone_mode=False) or 0)
        sys.stdout.flush()
    except BaseException as error:
        if debug or _left_early(error):
            raise
        _drop_output()
        return _complain(*_explained(error), json="--json" in given)
    if code == INTERRUPTED:
        return _complain(*_explained(KeyboardInterrupt()), json="--json" in given)
    return code


@contextmanager
def _stdout_for_json() -> Iterator[None]:
    """Keeps standard output for the JSON object.

    What plug-ins print goes to standard error meanwhile, and so does the output of the libraries
    and the processes that they start.
    """
    stream = sys.stdout
    stream.flush()
    kept = os.dup(1)
    own = stream is sys.__stdout__  # else somebody has put another stream in its place
    _reserved.append(os.fdopen(kept, "w", encoding="utf-8", closefd=False) if own else stream)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _reserved.pop()
        os.dup2(kept, 1)
        os.close(kept)


def _replace_what_cannot_be_shown() -> None:
    """Lets a terminal without Unicode show question marks rather than nothing at all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _left_early(error: BaseException) -> bool:
    """True when the reader of standard output went away: rich ends the program then."""
    return isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError)


def _impostor() -> str:
    """What to say where a package of another project hides one of ours; empty where none does."""
    for name in PACKAGES:
        spec = find_spec(name) if (HOME / name / "__init__.py").exists() else None
        if spec is None:
            continue
        places = [str(Path(spec.origin).parent)] if spec.origin else []
        place = Path(next(iter([*places, *(spec.submodule_search_locations or [])]))).resolve()
        if place != HOME / name:
            return (
                f"another '{name}' in {place} hides Assay's own {HOME / name}: "
                "run from another directory, or take that folder off PYTHONPATH"
            )
    return ""


def _explained(error: BaseException) -> tuple[str, int]:
    """One line for a person, and the exit code."""
    from harness.errors import AssayError

    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return "interrupted: run the same command again, it goes on", INTERRUPTED
    if isinstance(error, AssayError):
        text, code = str(error), error.exit_code
    elif hasattr(error, "format_message"):  # what typer raises for a wrong command line
        path = getattr(getattr(error, "ctx", None), "command_path", "assay")
        text, code = f"{error.format_message().rstrip('.')}. See: {path} --help", 2
    elif isinstance(error, OSError):
        text, code = ": ".join(map(str, filter(None, (error.filename, error.strerror)))), 2
        text = text or str(error)
    elif isinstance(error, SystemExit):
        text, code = "a plug-in ended the program: it must return or raise (ASSAY_DEBUG=1)", 2
    elif isinstance(error, MemoryError):
        text, code = "out of memory: ask for less at a time, such as one task", 2
    else:
        text, code = f"unexpected {type(error).__name__}: {error} (ASSAY_DEBUG=1 shows where)", 2
    return f"error: {' '.join(text.splitlines())}", code


def _complain(line: str, code: int, *, json: bool = False) -> int:
    """Says what is wrong in one line; a reader of JSON gets it as an object, too."""
    typer.echo(line, err=True)
    if json:
        with suppress(OSError):  # it may be standard output that is wrong
            _print_json({"error": line.removeprefix("error: ")})
        _drop_output()
    return code


def _drop_output() -> None:
    """Lets go of what cannot be written any more, so that Python does not try again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
