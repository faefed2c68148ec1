"""Preferences of single tokens about calls of tools, as TTPA has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from harness.contracts import Planned, Stage
from harness.errors import UserError, unknown
from harness.formats.toolcalls import call_format
from harness.measures.faults import SEVERITY
from harness.training.work import Work
from models.local.formats import AUTO
from models.producers.dpo import Dpo
from models.training.practice.problems import practised
from models.training.preferences.construction import INSTANCES, Construct
from models.training.preferences.encoding import encode, read_sampled
from models.training.preferences.pairing import AGAINST, PAIRS
from models.training.preferences.policy import Branching, spoken
from models.training.preferences.reversal import Budget
from models.training.preferences.sampling import STEPS, Preferring, Sample
from models.training.preferences.scoring import CLASSES, weights
from models.training.ranges import require
from models.training.text.base import open_base
from models.training.text.data import Data
from models.training.text.optimisation import Optimisation
from models.training.text.reference import Reference


@dataclass(frozen=True)
class Ttpa(Dpo):
    """Learns to call tools from what the base itself nearly said, each call scored by its errors.

    At every step of a conversation in which something is called, the base says its call; where two
    tokens were nearly as likely, the others are forced and the rest is decoded. Of the calls that
    come of it, the best is preferred over those that are worse, by `dpo`. The conversations are
    given (`data`), or made in worlds from the answer back to the query (`tasks`, `teacher`).

    A reconstruction: TTPA (Huang et al., Findings of EMNLP 2025, arXiv 2505.20016) has published
    how the conversations are made; margins, weights, loss and numbers are ours.

    Attributes:
        data: conversations with calls, as `sft` takes them, all of one weight; or give tasks.
        tasks: whose worlds conversations are made in, as `assay run -t` takes them, none of them
            registered for evaluation.
        teacher: the chat model that makes them, such as "openai('gpt-4o-mini')".
        instances: conversations that it tries to make.
        window: tools that it is shown at once.
        least_calls: the smallest budget of calls, of which the last is the answer's.
        most_calls: the largest.
        fewest: calls that must have worked.
        teacher_turns: of it, for one conversation.
        restarts: further tries at a conversation that came to nothing.
        teacher_temperature: its temperature.
        at_once: conversations that are made at the same time, and turns that are decoded together.
        delta: a position branches where the likeliest token leads the next by less.
        branches: positions of a turn that branch, at most.
        top_k: the likeliest tokens of such a position, of which each is tried.
        least: probability below which none is.
        temperature: at which the base speaks; 0 for its likeliest turn.
        max_tokens: of a turn; one that does not end by then is left out.
        calls: the format in which the base writes calls; "auto" tells by its template.
        gold: whether the right calls are a candidate though the base did not say them.
        answers: whether turns in which nothing is called are steps, too, so that needless calls are
            rejected as missing ones are.
        margin: of the scores of a pair.
        against: "every" candidate that is worse by the margin is rejected, or the "worst" alone.
        pairs: "scored"; or "shuffled", where a coin decides which is chosen: a control.
        span: tokens of each side that are learned from where both part; 0 for the whole turns.
        weight_unparsable: of calls that cannot be read.
        weight_call: of calls that are missing or needless.
        weight_tool: of a wrong tool.
        weight_missing: of a parameter that is missing.
        weight_unexpected: of a parameter that is not wanted.
        weight_type: of a value of the wrong type.
        weight_value: of a wrong value.
    """

    data: str = ""
    _: KW_ONLY
    tasks: tuple[str, ...] = ()
    teacher: str = ""
    instances: int = 1000
    window: int = 20
    least_calls: int = 4
    most_calls: int = 7
    fewest: int = 2
    teacher_turns: int = 16
    restarts: int = 3
    teacher_temperature: float = 1.0
    at_once: int = 16
    delta: float = 0.2
    branches: int = 4
    top_k: int = 4
    least: float = 0.01
    temperature: float = 0.0
    max_tokens: int = 256
    calls: str = AUTO
    gold: bool = False
    answers: bool = False
    margin: float = 0.1
    against: str = "every"
    pairs: str = "scored"
    span: int = 0
    weight_unparsable: float = SEVERITY["unparsable"]
    weight_call: float = SEVERITY["missing call"]
    weight_tool: float = SEVERITY["wrong tool"]
    weight_missing: float = SEVERITY["missing parameter"]
    weight_unexpected: float = SEVERITY["unexpected parameter"]
    weight_type: float = SEVERITY["wrong type"]
    weight_value: float = SEVERITY["wrong value"]

    needed: ClassVar[frozenset[str]] = frozenset()
    runtime: ClassVar[frozenset[str]] = Dpo.runtime | {"at_once"}
    taught: ClassVar[Mapping[str, str]] = {"starter-agent": "function-calling({})"}

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.data) == bool(self.tasks):
            raise UserError("give conversations (data), or worlds to make them in (tasks)")
        if self.tasks and not self.teacher:
            raise UserError("tasks need a teacher, such as teacher=\"openai('gpt-4o-mini')\"")
        for name, value, known in (
            ("against", self.against, AGAINST),
            ("pairs", self.pairs, PAIRS),
        ):
            if value not in known:
                raise unknown(name, value, known, f"There is: {', '.join(known)}")
        if self.calls != AUTO:
            call_format(self.calls)
        self._require_amounts()

    def stages(self) -> Sequence[Stage]:
        """Conversations where none are given, pairs, and then as `dpo`."""
        made = () if self.data else (self._construct(),)
        return (
            *made,
            self._sample(),
            Data(
                self,
                read_sampled,
                partial(encode, span=self.span),
                lambda work: work.before("sample") / STEPS,
                _paired,
            ),
            Reference(self),
            Optimisation(self, self._trainer),
        )

    def _construct(self) -> Construct:
        budget = Budget(
            window=self.window,
            calls=(self.least_calls, self.most_calls),
            fewest=self.fewest,
            turns=self.teacher_turns,
            temperature=self.teacher_temperature,
        )
        return Construct(
            self.teacher,
            lambda: practised(self.tasks),
            self.instances,
            budget,
            self.restarts,
            self.at_once,
            self.seed,
            lambda: spoken(open_base(self).tokenizer, self, self.calls),
        )

    def _conversations(self, work: Work) -> Path:
        return self.inputs["data"] if self.data else work.before("construct") / INSTANCES

    def _sample(self) -> Sample:
        how, preferring = self._branching(), self._preferring()
        return Sample(self, how, preferring, self._conversations, self.at_once)

    def _branching(self) -> Branching:
        return Branching(
            self.delta, self.branches, self.top_k, self.least, self.temperature, self.max_tokens
        )

    def _preferring(self) -> Preferring:
        by_class = {name: getattr(self, f"weight_{name}") for name in CLASSES}
        shuffled = self.pairs == "shuffled"
        return Preferring(
            weights(by_class),
            self.margin,
            self.against,
            shuffled,
            self.gold,
            self.calls,
            self.answers,
        )

    def _require_amounts(self) -> None:
        require(
            self,
            at_least_one=(
                "instances",
                "window",
                "fewest",
                "teacher_turns",
                "at_once",
                "branches",
                "max_tokens",
            ),
            from_zero=(
                "restarts",
                "span",
                "teacher_temperature",
                "temperature",
                *(f"weight_{name}" for name in CLASSES),
            ),
            above_zero=("delta", "margin"),
            up_to_one=("least", "margin"),
        )
        if self.top_k < 2:
            raise UserError(f"top_k={self.top_k}: it is 2 or more, or nothing could branch")
        if not self.fewest < self.least_calls <= self.most_calls:
            raise UserError(
                f"fewest={self.fewest}, least_calls={self.least_calls}, "
                f"most_calls={self.most_calls}: each is at most the next, and least_calls has room "
                "for the answer"
            )
        if not self.fewest < self.teacher_turns:
            raise UserError(
                f"teacher_turns={self.teacher_turns}: they do not suffice for fewest={self.fewest} "
                "calls and the answer, so that nothing could come of any conversation"
            )


def _paired(before: Mapping[str, Planned]) -> Planned:
    """The rows that a plan counts with: as many pairs as there are at most."""
    told = before["sample"].counts
    return Planned({"rows": told["pairs"], "tokens": told["pair tokens"]}, hours=0.0, kwh=0.0)
