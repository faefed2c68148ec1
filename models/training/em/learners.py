"""A model that learns round by round, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.training.work import Work
from models.training.text.settings import TextTraining
from models.training.text.teaching import MODEL, moved


@dataclass(frozen=True, eq=False)
class Learner:
    """A model of a method with rounds; round 0 is its warm-up.

    Attributes:
        name: under which checkpoints keep it.
        stage: how the stages in which it learns are called, before the number of their round.
        settings: of its training, with the base that it begins with.
        warmup: the file that it learns before the first round; None begins with the base as it is.
        shown: tokens that it reads of a sample, what a plan counts with.
        learns: whether it does in rounds.
    """

    name: str
    stage: str
    settings: TextTraining
    warmup: Path | None
    shown: int
    learns: bool = True

    def taught(self, number: int) -> str:
        """The stage in which it learns in a round."""
        return f"{self.stage}_{number}"

    def at(self, work: Work, number: int) -> TextTraining:
        """Its settings, with the model that a round has left as the base."""
        if number and self.learns:
            return moved(self.settings, work.before(self.taught(number)) / MODEL)
        if self.warmup:
            return moved(self.settings, work.before(self.taught(0)) / MODEL)
        return self.settings
