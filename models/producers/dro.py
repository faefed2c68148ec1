"""DRO: a list-wise selector and a generator that learn together, by generalised EM.

Shi et al., "Direct Retrieval-augmented Optimization: Synergizing Knowledge Selection and Language
Models" (arXiv 2505.03075), Algorithm 1. What the selector writes, z, is latent: p(y | x) = sum_z
p(z | x) p(y | x, d_z), in which d_z are the first passages in its order. Round by round, selections
are drawn from the selector (E-step); each weighs in proportion to the likelihood p(y | x, d_z) of
the right answer under the generator, normalised within its question (equations 6, 7 and 19); then
the selector learns w(z) log p(z | x) and the generator w(z) log p(y | x, d_z) (equations 10 and
11). Rounds go on until a held-out measure stops rising.

The paper's likelihood is the product over the answer's tokens; its code takes their geometric mean,
lets selections that were drawn several times count once, and drops those that name too few
passages: `likelihood="mean", repeats="once", incomplete="dropped"`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from harness.contracts import Agent, ChatModel
from harness.errors import UserError
from harness.training.work import Work
from harness.workspace import workspace
from models.agents.answerers.dro import DRO as Pipeline
from models.agents.answerers.selection import SELECTOR
from models.scripted import Scripted
from models.training.em.learners import Learner
from models.training.em.method import Em
from models.training.em.selections import GENERATOR, Selection, selections
from models.training.practice.sampling import Models
from models.training.ranges import require

ROLES = (SELECTOR, GENERATOR)
_UNASKED = "-"
"""What stands for the generator's answer where nothing but its prompt is wanted."""


@dataclass(frozen=True)
class Dro(Em):
    """Learns to select passages, and to answer from those that were selected.

    Attributes:
        base: of the generator, and of the selector where that has none of its own.
        data: conversations of the agent's generator to begin with, as `sft` takes them; "" begins
            with the base as it is.
        selector: base of the selector; "" takes `base`.
        selector_revision: of it on the hub.
        selector_data: conversations of the agent's selector to begin with; "" as above.
        train: "both", "selector" or "generator": which of them learns in rounds.
        samples: selections drawn for each question; 8 in the paper.
        top_p: only the likeliest tokens that make up this share of the probability are drawn.
        weights: "importance"; "uniform", all the same; "shuffled", those of "importance" dealt out
            anew within a question (a control); "reward", in proportion to a measure of what the
            generator answers.
        repeats: whether a selection that was drawn several times weighs as often ("counted", as
            the sum over samples has it) or "once".
        incomplete: whether a selection that names too few passages is "completed" by the others in
            their order, or "dropped".
        k: candidates of a search.
        kept: of them that are read.
        passage_tokens: of a passage, what a plan counts with.
    """

    data: str = ""
    _: KW_ONLY
    selector: str = ""
    selector_revision: str = ""
    selector_data: str = ""
    measure: str = "answer_f1"
    train: str = "both"
    samples: int = 8
    temperature: float = 0.7
    top_p: float = 0.95
    likelihood: str = "sum"
    repeats: str = "counted"
    incomplete: str = "completed"
    k: int = 20
    kept: int = 5
    answer_tokens: int = 128
    passage_tokens: int = 150
    lr: float = 1e-5
    weight_decay: float = 0.01

    runtime: ClassVar[frozenset[str]] = Em.runtime | {"passage_tokens"}
    words: ClassVar[Mapping[str, Sequence[str]]] = {
        **Em.words,
        "train": ("both", *ROLES),
        "weights": ("importance", "uniform", "shuffled", "reward"),
        "repeats": ("counted", "once"),
        "incomplete": ("completed", "dropped"),
    }
    warmup_setting: ClassVar[str] = "selector_data"

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self,
            at_least_one=("samples", "k", "kept", "passage_tokens"),
            above_zero=("top_p",),
            up_to_one=("top_p",),
        )
        if not self.rounds and not (self.data or self.selector_data):
            raise UserError("there is no warm-up without data: give files of conversations")
        if self.template and not (self.data and self.selector_data):
            raise UserError(
                "a template goes into models by their warm-up: give data and selector_data, or "
                "bases that have templates of their own"
            )
        if self.selector_revision and not self.selector:
            raise UserError("selector_revision is for a selector with a base of its own")

    @property
    def adapter(self) -> str:
        """The agent with the trained models."""
        selector, generator = map(self.expression, ROLES)
        return f"dro({selector}, generator={generator}, k={self.k}, kept={self.kept})"

    @property
    def inputs(self) -> Mapping[str, Path]:
        """What warm-ups and tasks are read from, and a selector that lies here."""
        given = {"selector_data": self.selector_data, "selector": self.selector}
        found = {name: workspace().path(path) for name, path in given.items() if path}
        if not found.get("selector", Path()).is_dir():  # it is of the hub
            found.pop("selector", None)
        return {**super().inputs, **found}

    @cached_property
    def learners(self) -> Sequence[Learner]:
        """Selector and generator."""
        own: Dro = self
        if self.selector:
            own = replace(self, base=self.selector, revision=self.selector_revision)
        given = (
            (SELECTOR, own, "selector_data", self.k),
            (GENERATOR, self, "data", self.kept),
        )
        return [
            Learner(
                role,
                role,
                settings,
                self.inputs.get(data),
                passages * self.passage_tokens,
                self.train in ("both", role),
            )
            for role, settings, data, passages in given
        ]

    @property
    def trials(self) -> int:
        """Selections of a question."""
        return self.samples

    @property
    def drawn(self) -> int:
        """The candidates; and what was selected, where the generator answers."""
        asked = self.k + (self.kept if self.weights == "reward" else 0)
        return asked * self.passage_tokens

    @property
    def counted(self) -> bool:
        """As it is set."""
        return self.repeats == "counted"

    def agent(self, models: Models) -> Agent:
        """The pipeline."""
        generator = models[GENERATOR]
        return Pipeline(models[SELECTOR], generator=generator, k=self.k, kept=self.kept)

    def opened(self, work: Work, number: int) -> Models:
        """Who is asked for samples: of the generator often nothing but its prompt is wanted."""
        selector, generator = self.learners
        answering: ChatModel = Scripted([_UNASKED])
        if self.weights == "reward":
            answering = self.chat(generator.at(work, number))
        drawing = self.chat(selector.at(work, number), self.temperature, number)
        return {SELECTOR: drawing, GENERATOR: answering}

    def sampled(
        self, attempts: Iterable[Mapping[str, Any]]
    ) -> tuple[Sequence[Selection], Counter[str]]:
        """Selections."""
        return selections(attempts, self.kept, complete=self.incomplete == "completed")
