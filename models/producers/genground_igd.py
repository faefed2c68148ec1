"""Instructional grounding distillation: a small model learns to ground answers in passages.

Shi et al., "Generate-then-Ground", ACL 2024 (arXiv 2406.14891). The paper's are: questions with a
gold document and noise, an immediate answer by the model that learns, a revision trajectory by a
large one that is shown the gold document, the three filters, and the likelihood of the trajectory
behind instruction, question, immediate answer and all documents.

Reconstruction: prompts, which are the agent's; how the rule of alignment is checked; that documents
come in batches as the agent shows them, and that batches without the gold document teach "Empty":
of it the paper tells nothing, and its filters leave no such trajectory, though its agent waits for
one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from harness.contracts import Planned, Stage
from harness.errors import UserError, unknown
from models.agents.answerers.genground import GROUND, GenGround
from models.producers.sft import Sft
from models.training.grounding.distilling import RULES_OF_ALIGNMENT, Distiller, statistics
from models.training.grounding.questions import Question, read_questions
from models.training.making.construction import Construction, constructed, expected
from models.training.making.teachers import Teacher
from models.training.ranges import require
from models.training.text.conversations import read_dialogues
from models.training.text.data import CHARACTERS, Data
from models.training.text.optimisation import Optimisation
from models.training.text.supervised import encode

_TRAJECTORY = 300
"""Characters of a trajectory that a plan counts with."""


@dataclass(frozen=True)
class GenGroundIgd(Sft):
    """Learns to revise immediate answers as passages have it: the grounding of `genground`.

    Attributes:
        data: a file of JSONL, see `models.training.grounding.questions`.
        teacher: expression of the chat model that revises, shown the gold passage; empty takes the
            revision that a line has.
        deducer: expression of the chat model that answers from memory; empty where every line has
            such an answer.
        aligned: with what a revision must be in line: the gold passage ("evidence"), an accepted
            answer ("answers"), "both", or "none".
        k: passages of a question at most, the gold one among them.
        passages: of a batch, as the agent shows them.
        empty: batches without the gold passage that are learned of a question at most.
        misreadings: answers to one question to a model that cannot be read, after which the
            question is dropped.
        concurrent: questions that are worked on at the same time.
    """

    _: KW_ONLY
    teacher: str = ""
    deducer: str = ""
    aligned: str = "both"
    k: int = GenGround.k
    passages: int = GenGround.batch
    empty: int = 1
    misreadings: int = 2
    concurrent: int = 8

    runtime: ClassVar[frozenset[str]] = Sft.runtime | {"concurrent"}
    taught: ClassVar[Mapping[str, str]] = {"starter-qa": "genground({})"}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.aligned not in RULES_OF_ALIGNMENT:
            told = ", ".join(RULES_OF_ALIGNMENT)
            raise unknown("aligned", self.aligned, RULES_OF_ALIGNMENT, f"There is: {told}")
        require(
            self,
            at_least_one=("k", "passages", "concurrent"),
            from_zero=("empty", "misreadings"),
        )

    def stages(self) -> Sequence[Stage]:
        """Trajectories, then rows, then training."""
        construct = Construction(
            read=self._questions,
            open=self._distiller,
            guess=self._guess,
            summary=statistics,
            concurrent=self.concurrent,
        )
        data = Data(self, read_dialogues, encode, source=constructed, makes=expected)
        return (construct, data, Optimisation(self, self._trainer))

    def _questions(self) -> list[Question]:
        found = list(read_questions(self.inputs["data"]))
        lacking = next((item.line for item in found if not item.immediate), None)
        if lacking is not None and not self.deducer:
            raise UserError(
                f'{self.data} line {lacking} has no "immediate" answer, and there is no deducer: '
                "give one, a chat model such as deducer='openai(\"name\")'"
            )
        return found

    def _distiller(self) -> Distiller:
        return Distiller(
            deducer=Teacher(self.deducer, self.misreadings) if self.deducer else None,
            teacher=Teacher(self.teacher, self.misreadings) if self.teacher else None,
            aligned=self.aligned,
            k=self.k,
            batch=self.passages,
            empty=self.empty,
            seed=self.seed,
        )

    def _guess(self, items: Sequence[Question]) -> Planned:
        """What would come of questions at most: filters are yet to look at their revisions."""
        rows = requests = characters = 0
        for item in items:
            revised = bool(self.teacher or item.revision)
            passages = [item.gold, *item.noise[: self.k - 1]]
            shown = sum(len(p.title) + min(len(p.text), GenGround.longest) for p in passages)
            batches = -(-len(passages) // self.passages)
            learned = 1 + min(self.empty, batches - 1) if revised else 0
            rows += learned
            requests += bool(self.teacher) + (not item.immediate)
            told = len(GROUND) + len(item.question) + shown // batches + _TRAJECTORY
            characters += learned * told
        counts = {
            "questions": len(items),
            "requests": requests,
            "rows": rows,
            "tokens": characters // CHARACTERS,
        }
        note = "rows are at most so many: the filters decide"
        takes = None if requests else 0.0
        return Planned(counts, takes, takes, (note,))
