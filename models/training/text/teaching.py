"""The stage of a method with rounds that trains on what an earlier stage has written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.contracts import Planned
from harness.training.work import SUMMARY, Rows, Work
from models.training.running import checkpoints
from models.training.text.conversations import read_dialogues
from models.training.text.data import ROWS, Data
from models.training.text.optimisation import Optimisation
from models.training.text.settings import TextTraining
from models.training.text.supervised import NLL, encode, supervised

MODEL = "model"
Settings = Callable[[Work], TextTraining]


@dataclass(frozen=True, eq=False)
class Teaching:
    """Learns from conversations, and leaves its model in the folder `model` of its own.

    Attributes:
        name: of the stage.
        settings: of the training, its base among them, once the stages before are over.
        source: the file of conversations.
        over: why there is nothing to do any more; "" where there is.
        guess: what a plan counts with.
    """

    name: str
    settings: Settings
    source: Callable[[Work], Path]
    over: Callable[[Work], str] = lambda work: ""
    guess: Callable[[Mapping[str, Planned]], Planned] = field(default=lambda before: Planned())

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """What it is told that it would do: the conversations are yet to be written."""
        return self.guess(before)

    def run(self, work: Work) -> None:
        """Makes rows, then trains; each goes on from where it was cut short.

        Raises:
            UserError: as those two do.
        """
        if why := self.over(work):
            work.summarise({"skipped": why})
            return
        model = work.folder / MODEL
        desk = work.desk("train", out=model, data=work.folder / "data")
        if not (desk.folder / SUMMARY).exists():  # else only the stage's marker is missing
            settings = self.settings(work)
            path = self.source(work)
            Data(settings, read_dialogues, encode, lambda work: path).run(work.desk("data"))
            Optimisation(settings, self._trainer).run(desk)
        checkpoints.delete_all(desk.folder)
        work.summarise(json.loads((desk.folder / SUMMARY).read_bytes()))

    def _trainer(self, work: Work, **rest: Any) -> Any:
        return supervised(Rows(work.before("data") / ROWS), NLL, **rest)


def moved(settings: TextTraining, base: Path) -> TextTraining:
    """The same training of another model, which lies in a folder."""
    return replace(settings, base=str(base), revision="", template="")
