"""The one loop: load, plan what is missing, answer through the flow, write, score."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.answering import Options, Progress, Unit, Watcher, ignore
from harness.asking import ask
from harness.budget import Budget, BudgetLike, budget_of
from harness.cache.folders import default_root
from harness.cache.quantities import parse_size
from harness.corpus import fingerprint
from harness.errors import MissingData, NotAsked, UserError
from harness.files import require_writable
from harness.loading import LoadedModel, load_model, load_suite, load_task
from harness.measures import names
from harness.records import Setting
from harness.report import Missing, Report, aggregates
from harness.scoring import Scores
from harness.settings import expand, several
from harness.shared import Shared
from harness.sources import Source
from harness.store import Result, setting_slug
from harness.store.share import Share
from harness.workspace import working, workspace

DEFAULT_MEMORY = "512MB"


def evaluate(
    models: object,
    tasks: object = (),
    suites: object = (),
    *,
    data: str | Path | None = None,
    out: str | Path | None = None,
    settings: Sequence[Setting] | None = None,
    seed: int = 0,
    measures: str | Sequence[str] | None = None,
    fresh: bool = False,
    strict: bool = False,
    shard: tuple[int, int] | None = None,
    device: str | None = None,
    batch_size: int | None = None,
    cache: str | Path | bool = True,
    memory: int | str = DEFAULT_MEMORY,
    budget: BudgetLike | None = None,
    watch: Watcher = ignore,
    **setting: Any,
) -> Report:
    """Evaluates models on tasks and suites.

    Args:
        models: one or several: expressions ("bm25(k1=0.9)", "my_model.py:MyRetriever") or objects.
        tasks: one or several: names, folders, expressions or objects.
        suites: one or several names of suites, or `Suite` objects.
        data: folder that mirrors the data; default the environment variable ASSAY_DATA.
        out: folder for results, resumed where something is there; None keeps them in memory.
        settings: several settings at once, instead of the fields below.
        seed: seed of the bootstrap and of shuffled instructions.
        measures: instead of each task's own, in notation: "nDCG@10,AP" or a list.
        fresh: compute again what `out` has already.
        strict: refuse judgements of documents that the corpus lacks.
        shard: (i, n), this machine's share, counted from 1.
        device: where a neural model runs; does not change its identity.
        batch_size: texts that a neural model encodes at a time; does not change its identity.
        cache: folder that embeddings are kept in; True takes ASSAY_CACHE or the user's cache
            folder, False keeps them for this call only.
        memory: what one search may hold at a time, in bytes or as "512MB".
        budget: what completions of chat models may cost, all models and tasks together: a
            `Budget`, limits by name, or "tokens=2M, money=5, seconds=2h". When it is spent, nothing
            more is asked; the same call with a new budget asks what is left.
        watch: called with a `Progress` whenever there is some.
        **setting: fields of `Setting`: instruction ("both" means one run with and one without),
            pool, view, join, k, trials, compat, limit.

    Returns:
        Results, aggregates of the suites, and what was missing.

    Raises:
        UserError: a mistake in the arguments or the data.
        MissingData: the data of not a single task was to be had.
    """
    runtime = {"device": device, "batch_size": batch_size}
    loaded = [load_model(model, runtime=runtime) for model in several(models)]
    _require_apart(several(models), loaded)
    chosen = [load_suite(suite) for suite in several(suites)]
    called = [*several(tasks), *(task for suite in chosen for task in suite.tasks)]
    todo = _by_name(called)
    if not loaded or not todo:
        raise UserError("nothing to do: name at least one model and one task or suite")
    options = Options(Path(out) if out else None, fresh, strict, watch)
    if options.out is not None:
        require_writable(options.out)
    plans = settings or expand(setting)
    source = Source(data)
    job = _Job(source, options, seed, names(measures), shard)
    place = default_root() if cache is True else Path(cache).expanduser() if cache else None
    room = parse_size(memory) if isinstance(memory, str) else memory
    if room < 1:
        raise UserError(f"memory {memory}: a search needs some, as in 512MB")
    units = [(m, s, t) for m in loaded for s in plans for t in todo.items()]
    by_query = shard is not None and len(units) < shard[1]
    purse = workspace().budget or Budget() if budget is None else budget_of(budget)
    with working(shared=Shared(), cache=place, memory=room, device=device, budget=purse):
        for number, (model, plan, (name, task)) in enumerate(units):
            if shard is None or by_query or number % shard[1] == shard[0] - 1:
                job.run(model, plan, name, task, by_query=by_query)
    if shard is not None and options.out is not None:
        Share(*shard, _hash(units)).write(options.out)
    idle = not job.finished and not job.unfinished
    if idle and job.missing and all(missing.data for missing in job.missing):
        raise MissingData(job.missing[0].reason)
    return Report(
        results=tuple(result for result, _ in job.finished),
        aggregates=tuple(v for suite in chosen for v in aggregates(suite, job.finished)),
        missing=tuple(job.missing),
        unfinished=tuple(job.unfinished),
        spent=purse.so_far if purse.completions else None,
    )


def _hash(units: Sequence[tuple[LoadedModel, Setting, tuple[str, object]]]) -> str:
    """SHA-256 of who is asked what: the same for every shard of one run."""
    return fingerprint(
        text
        for model, setting, (name, _) in units
        for text in (model.fingerprint, setting_slug(setting), name)
    )


def _require_apart(given: Sequence[object], loaded: Sequence[LoadedModel]) -> None:
    """Refuses two objects that are told apart by nothing: one would get the other's answers."""
    known: dict[str, object] = {}
    for model, found in zip(given, loaded, strict=True):
        own = "object" in found.identity  # of a class of the user's: what it hides is not seen
        if known.setdefault(found.fingerprint, model) is not model and own:
            raise UserError(
                f"two objects are both '{found.name}', alike in class, version and public "
                "attributes: give each a `version` of its own, or evaluate them apart"
            )


def _by_name(tasks: Sequence[object]) -> dict[str, object]:
    """The tasks by the name that their results go by; the same task twice counts once.

    Raises:
        UserError: two different tasks, such as two folders, go by one name.
    """
    found: dict[str, object] = {}
    for task in tasks:
        name = load_task(task).card.name
        if found.setdefault(name, task) != task and not _same_place(found[name], task):
            raise UserError(
                f"{found[name]} and {task} are both called '{name}', so their results would share "
                "a folder: rename one, or run them apart with another --out"
            )
    return found


def _same_place(first: object, second: object) -> bool:
    """True for a registered task called by two of its names, and for one folder by two paths."""
    paths = [Path(str(task).partition("@")[0]) for task in (first, second)]
    if all(path.is_dir() for path in paths):
        return paths[0].resolve() == paths[1].resolve()
    return load_task(first) is load_task(second)


class _Job:
    """The state of one call of `evaluate`."""

    def __init__(
        self,
        source: Source,
        options: Options,
        seed: int,
        measures: Sequence[str] | None,
        shard: tuple[int, int] | None,
    ) -> None:
        self.source, self.options, self.seed, self.measures = source, options, seed, measures
        self.shard = shard
        self.finished: list[tuple[Result, Scores]] = []
        self.missing: list[Missing] = []
        self.unfinished: list[str] = []

    def run(
        self, model: LoadedModel, setting: Setting, name: str, task: object, *, by_query: bool
    ) -> None:
        """One model on one task, given by name or as an object, under one setting."""

        def tell(state: str, done: int = 0, total: int = 0) -> None:
            self.options.watch(Progress(model.name, name, setting, done, total, state))

        tell("loading")
        try:
            asked = ask(task, setting, self.source, self.seed, strict=self.options.strict)
        except MissingData as error:
            absent = not isinstance(error, NotAsked)
            self.missing.append(Missing(name, setting, str(error), absent))
            tell("missing")
            return
        unit = Unit(model, asked, self.measures or tuple(asked.task.measures), self.options)
        if (known := unit.known()) is not None:
            self.finished.append(known)
            tell("reused")
            return

        def say(message: str) -> None:
            self.options.watch(Progress(model.name, name, setting, 0, 0, "saying", message))

        try:
            with working(tell=tell, say=say):
                answers = unit.answer(tell, shard=self.shard if by_query else None)
        except NotAsked as error:
            self.missing.append(Missing(name, setting, str(error), data=False))
            tell("missing")
            return
        if answers is None:
            self.unfinished.append(name)
            return
        tell("scoring", len(asked.flow.keys), len(asked.flow.keys))
        self.finished.append(found := unit.finish(answers))
        total = len(asked.flow.keys)
        tell("finished", total - found[0].counts.errors, total)
