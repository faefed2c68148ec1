"""One model, one task, one setting: from what is on disk to a finished result."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

from harness.asking import Asked, score_answers, unjudged_version
from harness.errors import InfrastructureError, NotAsked, UserError, blaming
from harness.flows.flow import Answers
from harness.loading import LoadedModel
from harness.measures import parse
from harness.play.helpers import helped
from harness.records import Setting
from harness.resources import Meter, environment
from harness.scoring import Scores
from harness.store import RESULT, RUN_INFO, Result, ResultFolder, setting_to_json
from harness.store.checkpoint import SITTING, Checkpoint


@dataclass(frozen=True)
class Progress:
    """How far one model is with one task."""

    model: str
    task: str
    setting: Setting
    done: int
    total: int
    state: str
    """"loading", "answering", "scoring", "reused", "finished" or "missing"; what a model says that
    it is doing, such as "encoding"; or "saying", with a message."""
    message: str = ""
    """A sentence that a person should read."""


Watcher = Callable[[Progress], None]


def ignore(progress: Progress) -> None:
    """Watches nothing."""


@dataclass(frozen=True)
class Options:
    """How an evaluation goes about its work; none of it changes a number."""

    out: Path | None = None
    """Where results go; None keeps them in memory."""
    fresh: bool = False
    """Compute again what is there already."""
    strict: bool = False
    """Refuse judgements of documents that the corpus lacks."""
    watch: Watcher = ignore


def belongs(result: Result, plan: Mapping[str, Any]) -> bool:
    """True when the result in a plan's folder was made by this plan."""
    same: bool = (
        result.model_fingerprint == plan["model_fingerprint"]
        and unjudged_version(result.task_version) == plan["task_version"]
        and result.data_hash == plan["data_hash"]
        and result.seed == plan["seed"]
        and setting_to_json(result.setting) == plan["setting"]
        and result.helpers == plan.get("helpers", {})
    )
    return same


class Unit:
    """One model, one task, one setting: from what is on disk to a finished result.

    Args:
        model: who is asked.
        asked: what for.
        measures: what is to be measured, in notation.
        options: how it goes about it.
        helpers: identities of the models that the setting names; None loads them.
    """

    def __init__(
        self,
        model: LoadedModel,
        asked: Asked,
        measures: Sequence[str],
        options: Options,
        helpers: Mapping[str, Any] | None = None,
    ) -> None:
        if helpers is None:
            lasting, helpers = helped(asked.setting)
            asked = replace(asked, setting=lasting)
        self.model, self.asked, self.measures, self.options = model, asked, measures, options
        self.meter = Meter()
        self._sitter, self._seated, self._asked = uuid4().hex, False, False
        card, setting = asked.task.card, asked.setting
        plan = {
            "model": model.name,
            "model_fingerprint": model.fingerprint,
            "model_identity": model.identity,
            "model_card": model.card,
            "model_join": asked.flow.join_of(model),
            "task": asked.expression,
            "task_version": card.version,
            "setting": setting_to_json(setting),
            "seed": asked.seed,
            "data_hash": asked.flow.data_hash,
        }
        if helpers:
            plan["helpers"] = helpers
        self.plan: dict[str, Any] = json.loads(json.dumps(plan))
        self.folder: ResultFolder | None = None
        if options.out is not None:
            self.folder = ResultFolder.of(
                options.out, model.name, model.fingerprint, card.name, setting
            )

    def known(self) -> tuple[Result, Scores] | None:
        """The finished result of this very plan, when it is on disk."""
        if self.folder is None or self.options.fresh:
            return None
        result = self.folder.result()
        if result is None or result.status != "complete" or not self._same(result):
            return None
        kept = self._kept(result)
        if kept is None:
            return None
        own = any(":" in name for name in self._names())  # a file that may have been edited
        scores = self.folder.undamaged_scores()
        if scores is not None and list(result.measures) == self._names() and not own:
            return result, scores
        return self.finish(kept, told=self._told() or None)

    def answer(
        self,
        tell: Callable[[str, int, int], None],
        shard: tuple[int, int] | None = None,
    ) -> Answers | None:
        """Asks the model whatever has no answer yet; None where a shard did its part of a task."""
        flow = self.asked.flow
        keys = flow.keys
        part = "" if shard is None else f"{shard[0]}-of-{shard[1]}"
        mine = keys if shard is None else keys[shard[0] - 1 :: shard[1]]
        store = self.folder and Checkpoint(self.folder.path, self.plan, part, self.measures)
        if store and self.folder and self.options.fresh:
            store.restart()
            if shard is not None:
                self.folder.unmark()  # or a merge would take it for what the shards have answered
        earlier = self._earlier(store) if store and not self.options.fresh else None
        parts = [] if earlier is None else [earlier]
        todo = {key for key in mine if earlier is None or not earlier.covers(key)}
        on_disk = store is not None and flow.large
        hold = shard is not None or on_disk or bool(store and store.path.exists())

        def keep(batch: Answers) -> None:
            covered = [key for key in keys if key in todo and batch.covers(key)]
            self._asked |= bool(covered)
            if store and covered and (hold or len(covered) < len(todo)):
                store.append(self._signed(flow.rows(batch, covered)))
            if not on_disk:
                parts.append(batch)
            todo.difference_update(covered)
            tell("answering", len(mine) - len(todo), len(mine))

        tell("answering", len(mine) - len(todo), len(mine))
        _keep_all(self._batches(todo, earlier), keep)
        if shard:
            return None
        return self._on_disk(store) if store and on_disk else flow.merge(parts)

    def _on_disk(self, store: Checkpoint) -> Answers:
        """All answers, from the checkpoint; each is read when it is looked at."""
        flow = self.asked.flow
        answers: Answers = flow.merge([self._restored(store)])
        if not all(map(answers.covers, flow.keys)):
            raise UserError(
                f"answers in {store.folder} were removed while the run went on: does another one "
                "write there? Run the same command again, alone"
            )
        return answers

    def finish(
        self, answers: Answers, *, told: Mapping[str, Any] | None = None, keep: bool = False
    ) -> tuple[Result, Scores]:
        """Scores what was answered and writes it down, the marker last.

        Args:
            answers: to every query.
            told: where and how they were computed; None where it was now and in the runs of which
                the checkpoint tells.
            keep: whether the checkpoint stays where the result is incomplete.
        """
        result, scores = score_answers(
            self.asked,
            answers,
            self.measures,
            model={
                name: value
                for name, value in self.plan.items()
                if name.startswith("model") or name == "helpers"
            },
        )
        if self.folder is not None:
            old = self.folder.result()
            if self.options.fresh or (old is not None and not self._same(old)):
                self.folder.unmark()
            flow = self.asked.flow
            flow.write(self.folder.path / flow.predictions, answers, self.model.name)
            store = Checkpoint(self.folder.path, self.plan)
            self.folder.write(result, scores, dict(told or self._costs(store)))
            if not keep or result.status == "complete":
                store.clear()
        return result, scores

    def conclude(self) -> tuple[Result, Scores] | None:
        """The result of the answers on disk, errors included; None while some query has none.

        While there are errors the answers stay, for the shards that are to be asked again.
        """
        if self.folder is None:
            return None
        flow = self.asked.flow
        store = Checkpoint(self.folder.path, self.plan, measures=self.measures)
        self._earlier(store)  # puts those of an incomplete result into it
        answers = self._restored(store)
        if not all(map(answers.covers, flow.keys)):
            return None
        return self.finish(flow.merge([answers]), keep=True)

    def _batches(
        self, todo: Collection[str], earlier: Answers | None
    ) -> Generator[Answers, None, None]:
        """Batches of answers; what fails outside the model becomes errors of what is left.

        Args:
            todo: what is to be asked; whoever takes a batch removes what it covers.
            earlier: settled answers of an earlier run.
        """
        if not todo:
            return
        name = self.asked.task.card.name
        with blaming(f"{self.model.name} failed on {name}"):
            try:
                yield from self.asked.flow.answer(self.model, frozenset(todo), name, earlier)
            except (InfrastructureError, ConnectionError, TimeoutError) as error:
                yield self.asked.flow.failed(sorted(todo), str(error))
            except NotAsked:
                raise
            except UserError as error:
                what = str(error).removeprefix(f"{self.model.name}: ")
                raise UserError(f"{self.model.name} on {name}: {what}") from error

    def _earlier(self, store: Checkpoint) -> Answers:
        """Answers of an interrupted or incomplete run of this plan; its errors are not answers.

        Those of an incomplete result are put into the checkpoint, where they are safe until the
        next result has taken its place.
        """
        flow = self.asked.flow
        found: Answers = flow.settled(self._restored(store))
        result = self.folder.result() if self.folder else None
        kept = self._kept(result) if result and self._same(result) else None
        fresh = [k for k in flow.keys if kept and kept.covers(k) and not found.covers(k)]
        if kept is None:
            return found
        if fresh:
            rows = flow.rows(kept, fresh)
            noted = next(rows)  # goes last: a kill in between does not let its notes count twice
            store.append(chain(rows, [{**noted, SITTING: {"run": RESULT, **self._told()}}]))
        merged: Answers = flow.merge([flow.select(kept, fresh), found])
        return merged

    def _signed(self, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Rows, the first with what this run has cost so far; at first also with where it is."""
        place = {} if self._seated else environment()
        self._seated = True
        yield {**next(rows), SITTING: {"run": self._sitter, **self.meter.read(), **place}}
        yield from rows

    def _costs(self, store: Checkpoint) -> dict[str, Any]:
        """Where and how all answers were computed: what every run of which something is left cost.

        The place is this one, or the last one of the others where nothing was asked here.
        """
        others = [told for name, told in store.sittings().items() if name != self._sitter]
        costs = self.meter.read()
        for name, mine in costs.items():
            each = [mine, *(o[name] for o in others if isinstance(o.get(name), int | float))]
            costs[name] = max(each) if name.startswith("peak") else round(sum(each), 3)
        place = others[-1] if others and not self._asked else {}
        return {**environment(), **place, **costs}

    def _told(self) -> dict[str, Any]:
        """What stands in the folder's `run_info.json`; nothing where it is not there or damaged."""
        try:
            told = json.loads((self.folder.path / RUN_INFO).read_bytes()) if self.folder else {}
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    def _restored(self, store: Checkpoint) -> Answers:
        """What a checkpoint holds; large answers stay on disk."""
        flow = self.asked.flow
        answers: Answers = flow.from_rows(store.rows() if flow.large else store.load())
        return answers

    def _kept(self, result: Result) -> Answers | None:
        """The answers that a result on disk was made of; None where they are damaged."""
        if self.folder is None:
            return None
        flow = self.asked.flow
        kept: Answers | None = flow.kept(self.folder.path / flow.predictions, result)
        return kept

    def _same(self, result: Result) -> bool:
        """True when a stored result belongs to this plan."""
        return result.task == self.asked.task.card.name and belongs(result, self.plan)

    def _names(self) -> list[str]:
        return [parse(name).name for name in self.measures]


def _keep_all(batches: Generator[Answers, None, None], keep: Callable[[Answers], None]) -> None:
    """Keeps every batch; where it is interrupted, what was finished by then too."""
    batch = None
    try:
        for batch in batches:
            keep(batch)
    except KeyboardInterrupt as stop:
        if batch is not None:
            keep(batch)  # it may be this that was interrupted
        keep(batches.throw(stop))  # raises it again where nothing more comes
        for batch in batches:
            keep(batch)
        raise
