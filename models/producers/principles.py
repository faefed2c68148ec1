"""Principles of a task from a large model, examples that follow them from a small one, training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any, ClassVar

from harness.contracts import ChatModel, Stage
from harness.errors import UserError, unknown
from harness.training.leaks import LeakGuard
from harness.training.work import Rows, Work
from harness.workspace import workspace
from models.training.making.teachers import chat_model
from models.training.principles import controls
from models.training.principles.asking import Helper
from models.training.principles.drafting import COVERAGE, SAMPLINGS, Recipe
from models.training.principles.judging import Judge, checker_file, checker_of
from models.training.principles.keeping import Principle, Summary, kept_principles
from models.training.principles.levels import LEVELS
from models.training.principles.likeness import LEAK
from models.training.principles.prompting import Prompting, adapter_of
from models.training.principles.seeds import Seed, read_seeds, require_learnable
from models.training.principles.sifting import Sifting, conversations_of, planned_rows
from models.training.principles.summarising import Summarising
from models.training.principles.writing import Writing
from models.training.ranges import require
from models.training.text.conversations import read_dialogues
from models.training.text.data import ROWS, Data
from models.training.text.optimisation import Optimisation
from models.training.text.settings import TextTraining
from models.training.text.supervised import NLL, encode, supervised

TRIES = 5
"""Requests for each instance that is wanted, at most, where nobody says."""
_COUNTS = ("shown", "clusters", "told", "most", "instances", "guiding", "answer_tokens", "at_once")
_AMOUNTS = (
    *("seeds", "tries", "demonstrations", "run", "large_parameters", "large_flops_per_joule"),
    *("large_temperature", "small_temperature"),
)
_SUMMARY = ("levels", "clusters", "most", "near", "run", "seed")


@dataclass(frozen=True)
class Principles(TextTraining):
    """Learns from examples that a small model writes by principles that a large one has told.

    After PSI (arXiv 2507.05991). The large model sees the few examples of `data` and tells
    principles at several levels; the small one, by default the base itself, makes up instances that
    follow some of them; what is malformed, repeated, wrong or copied is left out; the base learns
    from the rest as in `sft`. Controls leave parts out and keep the number of rows.

    Attributes:
        large: expression of the chat model that tells principles.
        small: of the one that writes instances; empty for the base itself, on this machine.
        control: empty for the method. "shuffled": all words of all principles are dealt out anew
            by chance. "demonstrations": examples are shown, and no principles. "plain": so too, a
            quarter of them (of 2 and 3, one) the model's own (Self-Instruct). "large": the large
            model writes the instances, shown examples. "prompt": nothing is trained, the base gets
            the principles as its system message. "seeds": the seeds alone, repeated.
        principles: a file of principles to be taken, such as that of another training, in the
            place of asking for them; empty asks.
        levels: of principles, from the coarsest: "task", "cluster", "instance".
        seeds: examples of `data` that are used, drawn by chance; 0 for all.
        shown: of them in one request for principles at most.
        clusters: kinds of examples at most, of the level "cluster".
        told: principles that one request wants at most.
        most: principles of a level that are kept at most.
        instances: that are learned from.
        tries: requests for instances at most; 0 for five times as many as are wanted.
        guiding: principles that an instance follows.
        sampling: of these: "coverage" takes what was asked for least often, "uniform" gives all one
            chance.
        demonstrations: examples that are shown for an instance; 0 shows none.
        near: ROUGE-L above which texts are the same.
        run: words in a row that tell a leak; 0 looks for none, nor for what registered tasks ask.
        checker: "file.py:function", which takes a row and says what is wrong with it, or "".
        with_seeds: whether the seeds are learned from beside the instances.
        large_temperature: of the large model.
        small_temperature: of the small model.
        answer_tokens: of an answer of either at most.
        at_once: requests that are out at a time; what one group has brought, the next one knows.
        large_parameters: of the large model, for an estimate of its energy behind an endpoint.
        large_flops_per_joule: that the hardware behind it achieves, likewise.
    """

    _: KW_ONLY
    large: str = ""
    small: str = ""
    control: str = ""
    principles: str = ""
    levels: tuple[str, ...] = LEVELS
    seeds: int = 0
    shown: int = 8
    clusters: int = 4
    told: int = 5
    most: int = 20
    instances: int = 1000
    tries: int = 0
    guiding: int = 2
    sampling: str = COVERAGE
    demonstrations: int = 2
    near: float = 0.7
    run: int = LEAK
    checker: str = ""
    with_seeds: bool = False
    large_temperature: float = 0.7
    small_temperature: float = 1.0
    answer_tokens: int = 1024
    at_once: int = 8
    large_parameters: float = 0.0
    large_flops_per_joule: float = 0.0

    runtime: ClassVar[frozenset[str]] = TextTraining.runtime | {
        "large_parameters",
        "large_flops_per_joule",
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, known in (("control", controls.CONTROLS), ("sampling", SAMPLINGS)):
            if (value := getattr(self, name)) not in known:
                raise unknown(name, value, known, f"There is: {', '.join(filter(None, known))}")
        controls.require_levels(self.levels)
        require(self, at_least_one=_COUNTS, from_zero=_AMOUNTS, up_to_one=("near",))
        if 0 < self.tries < self.instances:
            raise UserError(
                f"tries={self.tries}: {self.instances} instances take as many requests at least"
            )
        controls.require_models(
            self.control,
            self.large,
            self.small,
            told=bool(self.principles),
            demonstrations=self.demonstrations,
        )
        if self.checker:
            checker_file(self.checker)

    @property
    def adapter(self) -> str:
        """The expression that runs the checkpoint."""
        return adapter_of(self) if self.control == controls.PROMPT else super().adapter

    @property
    def inputs(self) -> Mapping[str, Path]:
        """The seeds, and the files of principles, checker and template where they are given."""
        found = dict(super().inputs)
        if self.principles:
            found["principles"] = workspace().path(self.principles)
        if self.checker:
            found["checker's file"] = checker_file(self.checker)
        return found

    def stages(self) -> Sequence[Stage]:
        """Principles, instances, what is left of them, rows, training; fewer in some controls."""
        telling = Summarising(self._summary, self._seeds, self._helper(controls.LARGE))
        if self.control == controls.PROMPT:
            return (telling, Prompting(self, self._kept))
        written = self.control != controls.SEEDS
        sifting = Sifting(self.instances, self._seeds, written, self._kept, self.with_seeds)
        learning = (
            sifting,
            Data(self, read_dialogues, encode, source=conversations_of, makes=planned_rows),
            Optimisation(self, self._trainer),
        )
        if not written:
            return learning
        writing = (self._writing, *learning)
        return (telling, *writing) if self.control in controls.GUIDED else writing

    @property
    def _writing(self) -> Writing:
        guided = self.control in controls.GUIDED
        recipe = Recipe(
            self.instances,
            self.tries or TRIES * self.instances,
            self.guiding if guided else 0,
            self.sampling,
            self.demonstrations,
            self.control == controls.PLAIN,
            self.seed,
        )
        who = controls.LARGE if self.control == controls.LARGE else "small"
        return Writing(recipe, self._seeds, self._kept, self._helper(who), self._judge, self._hours)

    @property
    def _summary(self) -> Summary:
        return Summary(
            **{name: getattr(self, name) for name in _SUMMARY},
            together=self.shown,
            each=self.told,
            shuffled=self.control == controls.SHUFFLED,
            file=workspace().path(self.principles) if self.principles else None,
        )

    def _seeds(self) -> list[Seed]:
        return read_seeds(self.inputs["data"], self.seeds, self.seed)

    def _kept(self, work: Work) -> list[Principle]:
        """The principles; none in controls without."""
        return kept_principles(work.before("principles")) if self.control in controls.GUIDED else []

    def _helper(self, role: str) -> Helper:
        large = role == controls.LARGE

        def opened() -> ChatModel:
            # Before anything is asked, and paid for.
            require_learnable(self, () if self.control == controls.PROMPT else self._seeds())
            return chat_model(self.large) if large else self._small()

        return Helper(
            role,
            opened,
            self.large_temperature if large else self.small_temperature,
            self.answer_tokens,
            self.at_once,
            self.large_parameters if large else 0.0,
            self.large_flops_per_joule if large else 0.0,
        )

    def _small(self) -> ChatModel:
        if self.small:
            return chat_model(self.small)
        from models.transformers_chat import TransformersChat

        return TransformersChat(
            self.base,
            revision=self.revision,
            template=self.template,
            seed=self.seed,
            dtype=self.dtype,
            device=self.device,
            batch_size=self.at_once,
            trust_remote_code=self.trust_remote_code,
        )

    def _judge(self, seeds: Sequence[Seed]) -> Judge:
        return Judge(
            seeds,
            self.near,
            self.run,
            checker_of(self.checker) if self.checker else None,
            LeakGuard.gather() if self.run else None,
        )

    def _hours(self, tokens: float) -> tuple[float | None, float | None]:
        """Of writing so many tokens: a third of what training takes, where the base writes."""
        if self.small or self.control == controls.LARGE:
            return None, None
        hours = self.hours(tokens / 3)
        return hours, self.kwh(hours)

    def _trainer(self, work: Work, **options: Any) -> Any:
        return supervised(Rows(work.before("data") / ROWS), NLL, **options)
