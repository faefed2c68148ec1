"""Divide-Then-Aggregate: solutions of one call at a time, learned as rounds of calls.

Zhu et al., "Divide-Then-Aggregate", ACL 2025 (arXiv 2501.12432). The paper's are: successful paths
of depth-first searches, a large model's verdict on each with the graph of its steps, levels as
rounds, merged thoughts, and the filters. No conversion was published.

Reconstruction: the teacher's prompts; that an edge against the order of the steps drops a solution;
what "not aggregatable" is (`models.training.graphs.rounds`); the graph from values, which is no
part of the paper; native calls, as the agents `dta` and `parallel-function-calling` make them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from harness.contracts import Planned, Stage
from harness.errors import UserError, unknown
from models.agents.dta import DTA, RULES
from models.producers.sft import Sft
from models.training.graphs.dag import Levels
from models.training.graphs.dividing import Divider, divided, statistics
from models.training.graphs.flow import APART, WRITES, Order, dependencies
from models.training.graphs.reading import read_solutions
from models.training.graphs.rounds import AGENTS
from models.training.graphs.solutions import Read, Solution
from models.training.graphs.verdicts import Verdict, asked
from models.training.making.construction import Construction, constructed, expected
from models.training.making.teachers import Teacher
from models.training.ranges import require
from models.training.text.conversations import read_dialogues
from models.training.text.data import CHARACTERS, Data
from models.training.text.optimisation import Optimisation
from models.training.text.supervised import encode

TEACHER, VALUES = "teacher", "values"
MERGED, JOINED = "merged", "joined"


@dataclass(frozen=True)
class Dta(Sft):
    """Learns to make the calls that do not need each other in one round.

    Attributes:
        data: a file of JSONL: conversations, or trees, see `models.training.graphs.reading`.
        graph: "teacher" asks the teacher what needs what; "values" finds it from the values that
            calls hold, without a model, see `models.training.graphs.flow`.
        teacher: expression of a chat model.
        thoughts: of the calls of a round: "merged" by the teacher or "joined", a line each; empty
            merges where there is a teacher.
        serial: whether solutions of which nothing can be parallel are learned as they are.
        reads: names of tools that only read, as shell patterns ("*_search"), for the graph from
            values: all others may write.
        writes: how calls that may write are kept, likewise: "apart" from all before and behind
            them, or "ordered" among themselves.
        careful: whether a call with a value that nobody told waits for all before it, likewise.
        agent: "dta" or "parallel-function-calling", as which the conversations are written.
        longest: characters that `dta` is made to read of what a call gave.
        misreadings: answers to one question of the teacher that cannot be read, after which the
            solution is dropped.
        concurrent: solutions that the teacher is asked about at the same time.
    """

    _: KW_ONLY
    graph: str = TEACHER
    teacher: str = ""
    thoughts: str = ""
    serial: bool = True
    reads: tuple[str, ...] = ()
    writes: str = APART
    careful: bool = False
    agent: str = "dta"
    longest: int = DTA.longest
    misreadings: int = 2
    concurrent: int = 8

    runtime: ClassVar[frozenset[str]] = Sft.runtime | {"concurrent"}

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, known in (
            ("graph", (TEACHER, VALUES)),
            ("thoughts", ("", MERGED, JOINED)),
            ("writes", WRITES),
            ("agent", tuple(AGENTS)),
        ):
            value = getattr(self, name)
            if value not in known:
                told = ", ".join(filter(None, known))
                raise unknown(name, value, known, f"There is: {told}")
        require(self, at_least_one=("longest", "concurrent"), from_zero=("misreadings",))
        if not self.teacher and (self.graph == TEACHER or self.thoughts == MERGED):
            raise UserError(
                "dta needs a teacher, a chat model such as teacher='openai(\"name\")'; "
                'graph="values" with thoughts="joined" does without'
            )

    @property
    def taught(self) -> Mapping[str, str]:
        """As whom the checkpoint has learned to speak."""
        return {"starter-agent": f"{self.agent}({{}})"}

    def stages(self) -> Sequence[Stage]:
        """Rounds, then rows, then training."""
        construct = Construction(
            read=lambda: list(read_solutions(self.inputs["data"])),
            open=self._divider,
            guess=self._guess,
            summary=statistics,
            concurrent=self.concurrent,
        )
        data = Data(self, read_dialogues, encode, source=constructed, makes=expected)
        return (construct, data, Optimisation(self, self._trainer))

    def _divider(self) -> Divider:
        return Divider(
            teacher=Teacher(self.teacher, self.misreadings) if self.teacher else None,
            judging=self.graph == TEACHER,
            merging=self._merges,
            serial=self.serial,
            order=self._order,
            agent=self.agent,
            longest=self.longest,
        )

    @property
    def _merges(self) -> bool:
        return (self.thoughts or (MERGED if self.teacher else JOINED)) == MERGED

    @property
    def _order(self) -> Order:
        return Order(self.reads, self.writes, self.careful)

    def _guess(self, items: Sequence[Read]) -> Planned:
        """What would come of solutions: at most, where a teacher is yet to judge them."""
        found = [item for item in items if isinstance(item, Solution)]
        several = [item for item in found if len(item.steps) > 1]
        size = self.inputs["data"].stat().st_size // max(len(items), 1)
        size += len(RULES) if self.agent == "dta" else 0
        counts: dict[str, float] = {"lines": len(items), "solutions": len(found)}
        if self.graph == VALUES:
            rounds = [(item, levels) for item in several if (levels := self._levels(item))]
            several = [item for item, _ in rounds]
            counts["parallel"] = len(several)
            if self._merges:
                counts["requests"] = sum(
                    len(level) > 1 and any(item.steps[n - 1].thought for n in level)
                    for item, levels in rounds
                    for level in levels[:-1]
                )
        counts["rows"] = len(found if self.serial else several)
        counts["tokens"] = size * counts["rows"] // CHARACTERS
        notes = []
        if self.graph == TEACHER:
            told = sum(len(m.content) for item in several for m in asked(item))
            counts |= {"requests": len(several), "teacher's tokens": told // CHARACTERS}
            notes.append("rows are at most so many, and requests at least: the teacher decides")
        elif not self.reads:
            notes.append(
                "every call may write and stays in its order, since reads names no tool that does "
                "not: nothing will be parallel"
            )
        takes = None if self.teacher else 0.0
        return Planned(counts, takes, takes, tuple(notes))

    def _levels(self, solution: Solution) -> Levels:
        """The rounds by values; none where nothing is parallel."""
        return divided(solution, Verdict(True, True, dependencies(solution, self._order)))
