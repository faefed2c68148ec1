"""Which examples of a model are learned from, and why others are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import UserError, blaming
from harness.loading.plugins import load_plugin
from harness.training.leaks import LeakGuard
from harness.workspace import workspace
from models.training.principles.answers import Malformed, instance_of
from models.training.principles.asking import TOO_LONG
from models.training.principles.likeness import Runs, Texts
from models.training.principles.seeds import Seed, asked_in, said_in

MALFORMED, DUPLICATE, WRONG, LEAK = "malformed", "duplicate", "wrong", "leak"
REASONS = (TOO_LONG, MALFORMED, DUPLICATE, WRONG, LEAK)
"""In the order in which they are looked for; of the first, the request was too long."""
Checker = Callable[[Mapping[str, Any]], str]
"""Takes a line of data, {"messages": [...], "tools": [...]}; says what is wrong, or ""."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an answer.

    Attributes:
        reason: one of `REASONS`; "" where it is accepted.
        detail: what is wrong with it.
        row: the line of data; None where it could not be read.
    """

    reason: str
    detail: str = ""
    row: Mapping[str, Any] | None = None


@dataclass(eq=False)
class Judge:
    """Looks at answers one after the other; what it accepts, later ones are compared with.

    Attributes:
        seeds: the examples that were given.
        near: ROUGE-L above which two texts of users are the same.
        run: words in a row by which a text is taken to be copied; 0 looks for none.
        check: tells wrong answers; None for nobody.
        guard: knows what registered tasks ask; None guards against none.
    """

    seeds: Sequence[Seed]
    near: float
    run: int
    check: Checker | None = None
    guard: LeakGuard | None = None
    _asked: Texts = field(init=False)
    _seeds: Runs | None = field(init=False, default=None)
    _tasks: Runs = field(init=False)

    def __post_init__(self) -> None:
        self._asked = Texts(seed.asked for seed in self.seeds)
        if not self.run:
            return
        self._seeds = Runs.of_one_alone((seed.said for seed in self.seeds), self.run)
        self._tasks = Runs(self.run)
        for question in self.guard.questions if self.guard else ():
            self._tasks.add(question.text)

    @property
    def guarded(self) -> dict[str, Any]:
        """What is looked for in the name of leaks."""
        if not self.run:
            return {"words in a row": 0}
        return {
            "words in a row": self.run,
            "similarity from which texts are nearly the same": self.guard and self.guard.near,
            "tasks guarded against": dict(sorted(self.guard.tasks.items())) if self.guard else {},
            "tasks not guarded against, for their data is not here": (
                sorted(self.guard.absent) if self.guard else []
            ),
        }

    def verdict(self, answer: str, frame: Seed) -> Verdict:
        """What becomes of an answer in the form of `frame`."""
        try:
            row = instance_of(answer, frame)
        except Malformed as malformed:
            return Verdict(MALFORMED, str(malformed))
        likeness, number = self._asked.nearest(asked_in(row["messages"]), self.near)
        if number >= 0:
            return Verdict(DUPLICATE, f"ROUGE-L {likeness:.2f} to {self._named(number)}", row)
        if self.check is not None and (wrong := self.check(row)):
            return Verdict(WRONG, wrong, row)
        if leak := self._leak(row):
            return Verdict(LEAK, leak, row)
        return Verdict("", "", row)

    def accept(self, row: Mapping[str, Any]) -> None:
        """Compares later answers with this one too."""
        self._asked.add(asked_in(row["messages"]))

    def _named(self, number: int) -> str:
        if number < len(self.seeds):
            return f"the seed in line {self.seeds[number].line}"
        return f"the accepted instance {number - len(self.seeds) + 1}"

    def _leak(self, row: Mapping[str, Any]) -> str:
        if self._seeds is None:
            return ""
        if any(map(self._seeds.common, said_in(row["messages"]))):
            return f"{self.run} words in a row that one seed alone has"
        asked = [each["content"] for each in row["messages"] if each["role"] == "user"]
        if any(map(self._tasks.common, asked)):
            return f"{self.run} words in a row of what a registered task asks"
        if self.guard and (twin := self.guard.twin([*asked, asked_in(row["messages"])])):
            return f"what {twin.tasks[0]} asks, with similarity {twin.similarity:g}"
        return ""


def checker_of(expression: str) -> Checker:
    """The function that "file.py:function" names.

    Raises:
        UserError: there is none; or, once called, it fails or gives no text.
    """
    path, _, name = expression.rpartition(":")
    found = load_plugin(path, workspace().base).get(name)
    if not callable(found):
        raise UserError(f"checker={expression}: it is no function")

    def check(row: Mapping[str, Any]) -> str:
        with blaming(f"checker={expression} fails"):
            said = found(row)
        if not isinstance(said, str):
            raise UserError(
                f'checker={expression} gives {type(said).__name__}: "" or a reason is wanted'
            )
        return said

    return check


def checker_file(expression: str) -> Path:
    """The file of "file.py:function". Raises `UserError` where that is not how it is written."""
    path, sign, name = expression.rpartition(":")
    if not sign or not path.endswith(".py") or not name.isidentifier():
        raise UserError(f"checker={expression}: write it as file.py:function")
    return workspace().path(path)
