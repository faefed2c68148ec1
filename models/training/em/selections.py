"""Selections of passages, read out of recorded attempts of the agent `dro`.

A selection z is the numbers of the passages that the generator reads, in the selector's order, and
d_z is what it reads. Both prompts are taken as they were recorded, so that what is trained is what
is asked. Attempts that came to the same d_z are one selection, drawn several times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from models.agents.answerers.selection import SELECTOR
from models.ordering.answer import NoOrder, Order, read_order

GENERATOR = "generator"
PASSAGES = "Passages:"
"""The line behind which prompts have their passages, a line each."""
NONE, OTHERS, INCOMPLETE = "no selection", "other passages read", "incomplete selection"
Prompt = tuple[Mapping[str, Any], ...]
"""Messages in OpenAI's form."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection for one question.

    Attributes:
        z: as the selector writes it, "[3] > [1]"; "" where there was nothing to select from.
        asked: what the selector was shown; empty likewise.
        read: what the generator was shown.
        trials: the attempts that came to it.
        answers: that they came to.
    """

    z: str
    asked: Prompt
    read: Prompt
    trials: tuple[int, ...]
    answers: tuple[str | None, ...]

    @property
    def told(self) -> Mapping[str, Any]:
        """What is written down of it."""
        return {"z": self.z}

    def learned(self, right: str) -> dict[str, list[dict[str, Any]]]:
        """The selection behind the candidates, if there was one, and the right answer behind it."""
        selected = [_to_learn(self.asked, self.z)] if self.z else []
        return {SELECTOR: selected, GENERATOR: [_to_learn(self.read, right)]}


def selections(
    attempts: Iterable[Mapping[str, Any]], kept: int, *, complete: bool = True
) -> tuple[list[Selection], Counter[str]]:
    """The distinct selections of one question, in the order of their first trials.

    Args:
        attempts: at one problem, as `models.training.practice.sampling` writes them.
        kept: passages that are read.
        complete: whether a selector that named too few passages, or some twice, is taken to have
            meant the completed order (the paper's way); if not, such attempts are dropped (its
            code's).

    Returns:
        The selections, and how many attempts were dropped, by reason.
    """
    found: dict[str, Selection] = {}
    dropped: Counter[str] = Counter()
    for attempt in attempts:
        one = _selection(attempt, kept, complete)
        if isinstance(one, str):
            dropped[one] += 1
            continue
        key = repr(one.read)
        found[key] = _merged(found[key], one) if key in found else one
    return list(found.values()), dropped


def _merged(first: Selection, other: Selection) -> Selection:
    trials, answers = (*first.trials, *other.trials), (*first.answers, *other.answers)
    return replace(first, trials=trials, answers=answers)


def _selection(attempt: Mapping[str, Any], kept: int, complete: bool) -> Selection | str:
    """The selection of an attempt, or why there is none."""
    turns = attempt["turns"]
    read = next((t["messages"][:-1] for t in turns if t["speaker"] == GENERATOR), None)
    if read is None:
        return NONE
    made = (attempt["trial"],), (attempt["answer"],)
    spoken = [turn["messages"] for turn in turns if turn["speaker"] == SELECTOR]
    if not spoken:
        return Selection("", (), tuple(read), *made)
    asked = spoken[0][:-1]  # later ones hold what could not be read
    shown = passages(asked)
    try:
        order = read_order(spoken[-1][-1]["content"] or "", len(shown))
    except NoOrder:
        return NONE
    wanted = min(kept, len(shown))
    if not complete and _mended(order, len(shown), wanted):
        return INCOMPLETE
    places = order.places[:wanted]
    if any(shown[place] != line for place, line in zip(places, passages(read), strict=False)):
        return OTHERS
    return Selection(written(places), tuple(asked), tuple(read), *made)


def _mended(order: Order, shown: int, wanted: int) -> bool:
    """Whether a selector named too few passages, some twice, or some that there are not."""
    return bool(order.unknown or order.repeated or shown - order.missing < wanted)


def written(places: Sequence[int]) -> str:
    """Places from 0 as a selector writes them: (2, 0) is "[3] > [1]"."""
    return " > ".join(f"[{place + 1}]" for place in places)


def passages(prompt: Sequence[Mapping[str, Any]]) -> list[str]:
    """The passages of a prompt as it shows them, without their numbers."""
    lines = iter(str(prompt[-1]["content"]).split("\n"))
    for _ in takewhile(lambda line: line != PASSAGES, lines):
        pass
    found: list[str] = []
    for line in lines:
        number, _, text = line.partition(" ")
        if number != f"[{len(found) + 1}]":
            break
        found.append(text)
    return found


def _to_learn(prompt: Prompt, said: str) -> dict[str, Any]:
    """A conversation in the form of `models.training.text.conversations`."""
    return {"prompt": list(prompt), "completion": [{"role": "assistant", "content": said}]}
