"""ExSearch: a searcher that learns from its own trajectories, by generalised EM.

Shi et al., "Iterative Self-Incentivization Empowers Large Language Models as Agentic Searchers"
(arXiv 2505.20128). The trajectory z (sub-queries, what was recorded) is latent. A warm-up teaches
the form. Then, round by round: trajectories are drawn from the model (E-step), each weighs in
proportion to the likelihood p(y | x, z) of the right answer behind it, normalised within its
question, and the model learns trajectories and right answers with these weights (M-step); what was
found is read, never learned. Rounds go on until a held-out measure stops rising.

The full text of the paper was not to be had: how many trajectories a question gets, and that the
likelihood is the mean over the answer's tokens, are after its code and DRO's (arXiv 2505.03075,
equation 19), hence `reconstruction`. That code weighs by 4 exp(mean log p), not normalised:
`weights="exponential", trajectories=1`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, get_args

from harness.contracts import Agent
from harness.errors import UserError
from harness.files import replacing
from harness.training.work import Work
from models.agents.answerers.exsearch import ExSearch as Searcher
from models.training.em.learners import Learner
from models.training.em.method import Em
from models.training.em.rule import Kind
from models.training.em.trajectories import Trajectory, trajectories
from models.training.practice.sampling import Models
from models.training.ranges import require
from models.training.text.teaching import MODEL

BOTH = "both.jsonl"
"""What a round learns where the warm-up's conversations are learned, too."""


@dataclass(frozen=True)
class ExSearch(Em):
    """Learns to think, search and record, from what it tried itself.

    Attributes:
        data: conversations of the agent `exsearch` to begin with, as `sft` takes them; "" begins
            with the base as it is.
        trajectories: drawn for each question.
        weights: "importance", "exponential", "uniform", "shuffled" or "reward"; see
            `models.training.em.rule`.
        begin_anew: whether each round's training begins with the warmed-up model, and not with
            that of the round before.
        add_warmup: whether each round learns the warm-up's conversations, too.
        empty_facts: records of nothing that a trajectory may have; those with more are dropped.
        searches: steps of a trajectory at most.
        k: candidates of a search.
        shown: of them that are read.
        thinking: whether the agent writes sub-queries.
        searching: whether it searches.
        recording: whether it records evidence.
        selection: whether it selects what is read.
        trajectory_tokens: of a trajectory, what a plan counts with.
    """

    data: str = ""
    _: KW_ONLY
    trajectories: int = 8
    begin_anew: bool = False
    add_warmup: bool = False
    empty_facts: int = 2
    searches: int = 8
    k: int = 10
    shown: int = 3
    thinking: bool = True
    searching: bool = True
    recording: bool = True
    selection: bool = False
    trajectory_tokens: int = 1500

    runtime: ClassVar[frozenset[str]] = Em.runtime | {"trajectory_tokens"}
    words: ClassVar[Mapping[str, Sequence[str]]] = {**Em.words, "weights": get_args(Kind)}

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self,
            at_least_one=("trajectories", "searches", "k", "shown", "trajectory_tokens"),
            from_zero=("empty_facts",),
        )
        if self.template and not self.data:
            raise UserError(
                "a template goes into the model by its warm-up: give data, or a base that has a "
                "template of its own"
            )
        if not self.data and (self.add_warmup or not self.rounds):
            raise UserError("there is no warm-up without data: give a file of conversations")

    @property
    def adapter(self) -> str:
        """The agent with the trained model."""
        given = (f"{name}={json.dumps(value)}" for name, value in self._options.items())
        return f"exsearch({', '.join([self.expression(MODEL), *given])})"

    @cached_property
    def learners(self) -> Sequence[Learner]:
        """One model that does it all."""
        return [Learner(MODEL, "teach", self, self.inputs.get("data"), self.trajectory_tokens)]

    @property
    def trials(self) -> int:
        """Trajectories of a question."""
        return self.trajectories

    @property
    def drawn(self) -> int:
        """A trajectory's, in which every turn reads all that was before it.

        There are as many turns as there may be searches, and the answer: of n turns of like length,
        the first reads 1/n of the trajectory, the next 2/n, together (n + 1) / 2 trajectories.
        """
        return self.trajectory_tokens * (self.searches + 2) // 2

    def agent(self, models: Models) -> Agent:
        """The searcher as it is scored, which says what is likeliest."""
        return Searcher(models[MODEL], **self._options)

    def sampler(self, models: Models) -> Agent:
        """The searcher that draws each step once."""
        given = {**self._options, "temperature": self.temperature}
        return Searcher(models[MODEL], decoding="sample", samples=1, **given)

    def begins(self, number: int) -> int:
        """The round before, or the warm-up."""
        return 0 if self.begin_anew else number - 1

    def beside(self) -> Path | None:
        """The warm-up's conversations, where they are wanted."""
        return self.inputs["data"] if self.add_warmup else None

    def learned(self, learner: Learner, number: int, work: Work) -> Path:
        """What was weighed, and what is learned beside it."""
        own = super().learned(learner, number, work)
        if (beside := self.beside()) is None:
            return own
        both = work.folder / BOTH
        with replacing(both) as file:
            for path in (own, beside):
                file.write(path.read_bytes().rstrip(b"\n") + b"\n")
        return both

    def sampled(
        self, attempts: Iterable[Mapping[str, Any]]
    ) -> tuple[Sequence[Trajectory], Counter[str]]:
        """Trajectories."""
        return trajectories(attempts, MODEL, self.empty_facts)

    @property
    def _options(self) -> dict[str, Any]:
        """How the agent is set."""
        return {
            "steps": self.searches,
            "k": self.k,
            "shown": self.shown,
            "thinking": self.thinking,
            "searching": self.searching,
            "recording": self.recording,
            "selection": self.selection,
        }
