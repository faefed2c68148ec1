"""Principles of readings by who made the world, and how a small model is taught to write by them.

They stand in for those of a large model. A small one of ours has never seen a request for an
example: it learns from such requests, answered with readings of other worlds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from examples.embedded.conversations import Row
from models.producers.principles import Principles
from models.training.principles.seeds import Seed
from models.training.principles.wording import for_instance
from models.training.text.conversations import dialogue
from tasks.worlds.starter.questions.compose import UNANSWERABLE


@dataclass(frozen=True, slots=True)
class Rule:
    """A principle, and what it is about.

    Attributes:
        text: of the principle.
        told: whether passages of its examples tell the answer.
        begins: how their questions begin.
    """

    text: str
    told: bool = True
    begins: tuple[str, ...] = ("",)

    def fits(self, reading: Row) -> bool:
        """Whether a reading is an example of it."""
        *_, asked, said = reading["messages"]
        question = asked["content"].rpartition("Question: ")[2]
        return (said["content"] != UNANSWERABLE) is self.told and question.startswith(self.begins)


PRINCIPLES: Mapping[str, Sequence[Rule]] = {
    "task": (
        Rule(
            "Answer with words of the passage alone, and with as few of them as name what is asked."
        ),
        Rule(
            "When the passage does not state the fact that is asked, answer: unanswerable.", False
        ),
        Rule(
            "A passage may name the thing that is asked about and still not tell the fact.", False
        ),
        Rule("Write names, dates and numbers exactly as the passage writes them."),
    ),
    "cluster": (
        Rule(
            "Who founded, owns, leads or directed something: answer with a person's full name.",
            begins=("Who ",),
        ),
        Rule(
            "When something happened: answer with the day, the month and the year, or the year "
            "alone.",
            begins=("In which year ", "When "),
        ),
        Rule(
            "How many of something: answer with the number, and leave the unit out.",
            begins=("How many ",),
        ),
        Rule(
            "Where a shop is: answer with the number of the house and the street.",
            begins=("What is the street address ",),
        ),
        Rule(
            "On which day something is closed: answer with the day of the week.",
            begins=("On which day ",),
        ),
        Rule(
            "Which firm makes, sells or pays for something: answer with the firm's whole name.",
            begins=("Which firm ",),
        ),
    ),
}
"""By level."""


def principles() -> Iterator[Row]:
    """The lines of a file of principles."""
    for level, rules in PRINCIPLES.items():
        for number, rule in enumerate(rules, 1):
            yield {"id": f"{level}-{number}", "level": level, "text": rule.text}


def writing(readings: Iterable[Row], seed: int) -> Iterator[Row]:
    """Requests for a reading, as the producer words them, and a reading as the answer.

    There are two for each reading: one without principles, which it answers itself, and one with as
    many as the producer takes, answered by one of the readings that follow most of them. As many
    other readings are shown as the producer shows.

    Args:
        readings: one question, one passage and its answer each.
        seed: of chance.
    """
    known = [Seed(dialogue(line, row), row) for line, row in enumerate(readings, 1)]
    rules = [rule for level in PRINCIPLES.values() for rule in level]
    chance = Random(f"{seed} writing")
    for one in known:
        drawn = chance.sample(rules, Principles.guiding)
        by_fit: dict[int, list[Seed]] = {}
        for other in known:
            by_fit.setdefault(sum(rule.fits(other.row) for rule in drawn), []).append(other)
        yield _request(one, (), known, chance)
        yield _request(chance.choice(by_fit[max(by_fit)]), drawn, known, chance)


def _request(wanted: Seed, rules: Sequence[Rule], known: Sequence[Seed], chance: Random) -> Row:
    """A request that is answered by a reading, others being shown."""
    others = [one for one in known if one is not wanted]
    shown = [one.shown for one in chance.sample(others, Principles.demonstrations)]
    (asked,) = for_instance(wanted, [rule.text for rule in rules], shown)
    turns = (("user", asked.content), ("assistant", wanted.shown))
    return {"messages": [{"role": role, "content": text} for role, text in turns]}
