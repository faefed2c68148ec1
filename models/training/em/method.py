"""What methods of generalised EM have in common: settings, and how their rounds are put together.

Round by round, samples of what is latent are drawn from the models (E-step), each weighs by the
likelihood of the right answer behind it, and is learned by its weight (M-step), until what is held
out gets no better.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar

from harness.contracts import Agent, Stage
from harness.errors import UserError, unknown
from harness.records import Setting
from harness.training.work import Work
from models.training.em import guessing
from models.training.em.learners import Learner
from models.training.em.rule import Rule
from models.training.em.weighing import Sample, Weighing
from models.training.practice.answers import answerable
from models.training.practice.problems import Practice, practised
from models.training.practice.sampling import Models, Sampling
from models.training.practice.screening import Problems, kept
from models.training.ranges import require
from models.training.rounds import Choosing, Judging, Rounds
from models.training.text.base import open_base
from models.training.text.settings import TextTraining
from models.training.text.teaching import Teaching
from models.transformers_chat import TransformersChat

MEASURES = ("answer_f1", "exact_match", "cover_exact_match")
_APART = 1_000_003
"""Between the seeds of two rounds' samples: the same chance twice would draw much the same."""


@dataclass(frozen=True)
class Em(TextTraining):
    """Draws samples, weighs them by the right answer's likelihood, and learns them.

    Attributes:
        tasks: whose questions are learned from.
        heldout: tasks by which rounds are compared, registered ones no more than `tasks`; none lets
            all rounds take place, and takes the last.
        questions: of each task at most; 0 for all.
        pool: the corpus that is searched, of tasks that have several.
        search: the retriever behind the search, or the address of a server.
        rounds: at most; 5 in the paper.
        patience: rounds without a better one after which it is enough.
        measure: that is compared.
        temperature: at which samples are drawn.
        likelihood: of an answer: the "sum" over its tokens' log p, or their "mean".
        sharpness: temperature of the importance weights; below 1 sharpens them.
        reward: the measure of weights="reward".
        warmup_epochs: of the warm-up, in which `steps` says nothing; `epochs` is those of a round.
        answer_tokens: of a turn at most.
        at_once: turns that are drawn together.
        guarded: whether questions that registered tasks ask, too, are left out.
    """

    data: str = ""
    _: KW_ONLY
    tasks: tuple[str, ...] = ()
    heldout: tuple[str, ...] = ()
    questions: int = 0
    pool: str = "all"
    search: str = "bm25"
    rounds: int = 5
    patience: int = 1
    measure: str = "exact_match"
    temperature: float = 0.8
    weights: str = "importance"
    likelihood: str = "mean"
    sharpness: float = 1.0
    reward: str = "answer_f1"
    warmup_epochs: int = 1
    answer_tokens: int = 256
    at_once: int = 16
    guarded: bool = True

    needed: ClassVar[frozenset[str]] = frozenset()
    runtime: ClassVar[frozenset[str]] = TextTraining.runtime | {"at_once"}
    words: ClassVar[Mapping[str, Sequence[str]]] = {
        "likelihood": ("sum", "mean"),
        "measure": MEASURES,
        "reward": MEASURES,
    }
    """Settings that are one of some words."""
    taught: ClassVar[Mapping[str, str]] = {"starter-qa": "{}"}
    """By suite, as what the checkpoint is scored."""
    warmup_setting: ClassVar[str] = "data"
    """The setting that names the data of the warm-up that teaches the form of samples."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, known in self.words.items():
            if (value := getattr(self, name)) not in known:
                raise unknown(name, value, known, f"There is: {', '.join(known)}")
        require(
            self,
            at_least_one=("patience", "warmup_epochs", "answer_tokens", "at_once"),
            from_zero=("rounds", "questions"),
            above_zero=("temperature", "sharpness"),
        )
        if not self.tasks and self.rounds:
            raise UserError('it learns from questions: give tasks=["file.py:Questions"]')
        if self.lora_rank and not self.merge:
            raise UserError("rounds go on from whole weights: leave merge=true")

    @property
    @abstractmethod
    def learners(self) -> Sequence[Learner]:
        """The models that make the agent; the right answer's likelihood is taken under the last."""

    @property
    @abstractmethod
    def trials(self) -> int:
        """Samples of a question."""

    @property
    @abstractmethod
    def drawn(self) -> int:
        """Tokens that are read to draw a sample at most, what a plan counts with."""

    @abstractmethod
    def agent(self, models: Models) -> Agent:
        """The agent of the learners' models, by their names."""

    @abstractmethod
    def sampled(
        self, attempts: Iterable[Mapping[str, Any]]
    ) -> tuple[Sequence[Sample], Counter[str]]:
        """The distinct samples of the attempts at one question, and why others came to none."""

    @property
    def counted(self) -> bool:
        """Whether a sample weighs as often as it was drawn."""
        return True

    def opened(self, work: Work, number: int) -> Models:
        """The models by which samples are drawn from what a round has left."""
        return {
            learner.name: self.chat(learner.at(work, number), self.temperature, number)
            for learner in self.learners
        }

    def sampler(self, models: Models) -> Agent:
        """The agent that draws samples."""
        return self.agent(models)

    def begins(self, number: int) -> int:
        """The round whose models a round's training goes on from."""
        return number - 1

    def beside(self) -> Path | None:
        """A file that each round learns, too."""
        return None

    def learned(self, learner: Learner, number: int, work: Work) -> Path:
        """The file that a learner learns in a round."""
        return work.before(f"weigh_{number}") / f"{learner.name}.jsonl"

    def stages(self) -> Sequence[Stage]:
        """The questions and warm-ups; of each round samples, weights, trainings and a score.

        Raises:
            UserError: rounds cannot be compared by what is held out; told before any training.
        """
        return tuple(self._stages())

    def chat(
        self, base: TextTraining, temperature: float = 0.0, number: int = 0
    ) -> TransformersChat:
        """A base as a chat model.

        Args:
            base: settings that name it.
            temperature: at which it speaks.
            number: of the round that has left it: each draws by a chance of its own.
        """
        return TransformersChat(
            base.base,
            revision=base.revision,
            max_tokens=self.answer_tokens,
            temperature=temperature,
            top_p=getattr(self, "top_p", 1.0) if temperature else 1.0,
            seed=self.seed + _APART * number,
            dtype=self.dtype,
            trust_remote_code=self.trust_remote_code,
            device=self.device,
            batch_size=self.at_once,
        )

    def expression(self, name: str) -> str:
        """A learner's model in the checkpoint, as an expression."""
        dtype = "" if self.dtype == "float32" else f", dtype={json.dumps(self.dtype)}"
        return f"transformers({json.dumps(name)}, max_tokens={self.answer_tokens}{dtype})"

    def _stages(self) -> Iterator[Stage]:
        if self.rounds:
            yield Problems(self._practice, answerable, guarded=self.guarded)
        for learner in self.learners:
            if learner.warmup:
                warming = guessing.once(learner.settings, self.warmup_epochs)
                yield Teaching(
                    learner.taught(0),
                    lambda work, warming=warming: warming,  # type: ignore[misc]
                    lambda work, path=learner.warmup: path,  # type: ignore[misc]
                    guess=partial(guessing.warmed, warming, learner.warmup),
                )
        yield Judging(self._rounds, 0)
        for number in range(1, self.rounds + 1):
            yield from self._round(number)
            yield Judging(self._rounds, number)
        yield Choosing(self._rounds)

    def _round(self, number: int) -> Iterator[Stage]:
        over, sampled = partial(self._over, number), f"sample_{number}"
        yield Sampling(
            self._kept,
            lambda work: self.opened(work, number - 1),
            self.sampler,
            self.trials,
            name=sampled,
            over=over,
            guess=partial(guessing.drawn, self, self.trials, self.drawn),
        )
        learners = [learner for learner in self.learners if learner.learns]
        yield Weighing(
            f"weigh_{number}",
            sampled,
            self._kept,
            lambda work: self.chat(self.learners[-1].at(work, number - 1)),
            lambda work: open_base(self.learners[-1].at(work, number - 1)),
            Rule(self.weights, self.likelihood, self.sharpness, self.reward, self.seed),
            self.sampled,
            [learner.name for learner in learners],
            self.warmup_setting,
            over,
            partial(guessing.weighed, self, sampled, self.learners[-1].shown),
            self.counted,
        )
        for learner in learners:
            yield Teaching(
                learner.taught(number),
                lambda work, one=learner: one.at(work, self.begins(number)),  # type: ignore[misc]
                partial(self.learned, learner, number),
                over=over,
                guess=partial(guessing.taught, self, sampled, learner.shown, self.beside()),
            )

    @cached_property
    def _rounds(self) -> Rounds:
        return Rounds(
            self.rounds,
            self.heldout,
            self.measure,
            self.patience,
            lambda work, number: self.agent(
                {one.name: self.chat(one.at(work, number)) for one in self.learners}
            ),
            lambda work, number: {
                one.name: one.at(work, number).place.source for one in self.learners
            },
            {"pool": self.pool, "search": self.search},
        )

    def _over(self, number: int, work: Work) -> str:
        return self._rounds.over(work, number)

    def _practice(self) -> Practice:
        return practised(self.tasks, self.questions, Setting(pool=self.pool, search=self.search))

    def _kept(self, work: Work) -> Practice:
        return kept(self._practice(), work.before("problems"))
