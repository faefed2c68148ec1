"""What 360REA was tried on: stories that answer trivia, logic grid puzzles, travel plans.

Everything is answered in text, without tools. The pools of experience that are published with
360REA's code were built from the first lines of two of the files. A task here holds what they did
not see; the rest is a task of its own, named "-seen", that no headline number counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.contracts import Problems, ProblemSet
from harness.errors import UserError
from harness.records import Gold, Message, Problem, Setting, TaskCard
from harness.suites import Aggregate, Benchmark, Suite
from tasks.reading.cards import Cards, read_cards
from tasks.reading.drift import differences
from tasks.reading.mirror import Mirror
from tasks.worlds.no_tools import NoTools

if TYPE_CHECKING:
    from harness.sources import Source
    from harness.sources.folder import Requirement

MIRROR = Mirror(
    "multi_agent",
    "github.com/LLLQAQFFF/360REA at 0e2d15f",
    (
        ("data/CW_data/*.jsonl", ""),
        ("data/logic_grid_puzzle/logic_grid_puzzle_200.jsonl", ""),
        ("data/Travel_data/travel_data.jsonl", ""),
    ),
)
SEEN: Mapping[str, int] = {"trivia-5": 40, "trivia-10": 40, "travel-plan": 30}
"""How many problems at the start of a file the pools saw. Those of trivia-5 are their tasks; the
first 20 of trivia-10 ask the same questions, and all 40 are about the same topics."""
STORY = """\
Write a short story about {topic}. It must hang together as one story, and the answers to these \
{count} questions must occur in it, each of them by name:
{questions}
Reply with the story alone."""
PUZZLE = """\
{puzzle}

Work it out step by step if you like. End your reply with a line that has "Answer:" and then the \
number of the house alone."""
TRIP = """\
Plan this journey, day by day.
{facts}
Reply with the plan alone."""


@dataclass(eq=False)
class TextTask:
    """Problems that are answered in text.

    Attributes:
        file: where they lie, one a line.
        rows: which of its lines, from 0.
        asked: makes a problem's text, what is right, and its labels from a line.
        card: its card.
        measures: reported by default.
        judge: who judges the attempts of a run, where a chat model is named for that; None where
            the main measure needs none.
    """

    file: str
    rows: slice
    asked: Callable[[Any], tuple[str, Gold, Mapping[str, str]]]
    card: TaskCard
    measures: Sequence[str]
    judge: str | None = None

    def load(self, source: Source, setting: Setting) -> Problems:
        """The problems, each by the number of its line from 0, as the one split "test".

        Raises:
            MissingData: the mirror lacks the file.
            UserError: the file is broken.
        """
        lines = list(enumerate(MIRROR.lines(source, self.file)))
        problems = tuple(self._problem(number, line) for number, line in lines[self.rows])
        return (ProblemSet("test", problems, environment=NoTools(), single=True),)

    def check(self, material: Problems) -> tuple[str, ...]:
        """Where the counts differ from upstream's, a sentence each."""
        (split,) = material
        accepted = [len(p.gold.details.get("accepted", ())) for p in split.problems]
        found = {"problems": len(split.problems), "questions": sum(accepted)}
        return differences(self.card, found)

    def requires(self) -> list[Requirement]:
        """The mirror's folder."""
        return [MIRROR.need()]

    def _problem(self, number: int, line: Any) -> Problem:
        try:
            text, gold, labels = self.asked(line)
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            raise UserError(
                f"{MIRROR.folder}/{self.file}, line {number + 1} is broken: "
                f"{type(error).__name__} {error}"
            ) from None
        return Problem(str(number), ((Message("user", text),),), gold=gold, labels=labels)


def _story(line: Any) -> tuple[str, Gold, Mapping[str, str]]:
    accepted = [list(answers) for answers in line["answers"]]
    if len(accepted) != len(line["questions"]):
        raise ValueError("every question wants its answers")
    asked = "\n".join(f"{n}. {question}" for n, question in enumerate(line["questions"], 1))
    text = STORY.format(topic=line["topic"], count=len(accepted), questions=asked)
    named = "; ".join(answers[0] for answers in accepted)
    details = {"accepted": accepted}
    return text, Gold("questions_answered", answers=(named,), details=details), {}


def _puzzle(line: Any) -> tuple[str, Gold, Mapping[str, str]]:
    (right,) = line["targets"]
    puzzle = line["inputs"].removesuffix("\nA:").removeprefix("Q: ")
    labels = {"houses": str(len(line["multiple_choice_targets"]))}
    return PUZZLE.format(puzzle=puzzle), Gold("number_named", answers=(right,)), labels


def _trip(line: Any) -> tuple[str, Gold, Mapping[str, str]]:
    party = line["members"]
    facts = {
        "Where": line["destination"],
        "Days": line["days"],
        "About": line["description"],
        "When": f"{line['month']}, {line['season']}",
        "Interests": ", ".join(line["interests"]),
        "Party": f"adults {party['adults']}, children {party['children']}",
        "Kind of travellers": line["preferences"],
        "Budget": line["Budget Range"],
    }
    told = "\n".join(f"{name}: {value}" for name, value in facts.items())
    return TRIP.format(facts=told), Gold(), {"budget": line["Budget Range"]}


_ASKED = {"trivia": _story, "logic": _puzzle, "travel": _trip}
_MEASURES = {
    "trivia": ("questions_answered", "questions_answered(by=words)"),
    "logic": ("number_named", "number_named(by=substring)", "number_named(by=anywhere)"),
    "travel": ("rating", "finished"),
}


def _tasks(cards: Cards) -> Iterator[TextTask]:
    """The tasks of the cards, and for each of which the pools saw a part that part."""
    for name, own in cards.tasks.items():
        kind = name.partition("-")[0]
        seen = SEEN.get(name.removesuffix("-seen"), 0)
        rows = slice(seen) if name.endswith("-seen") else slice(seen, None)
        counts = {what: own[what] for what in ("problems", "questions") if what in own}
        card = replace(cards.card(name, counts), main_measure=_MEASURES[kind][0])
        judge = "travel-plan" if kind == "travel" else None
        yield TextTask(own["file"], rows, _ASKED[kind], card, _MEASURES[kind], judge)


def _suite(name: str, title: str, parts: Sequence[str], what: str) -> Suite:
    """Tasks of one measure: the mean over what the pools did not see, then the rest and the whole.

    The whole of a file is what published numbers are about.
    """
    headline = tuple(f"multi-agent/{part}" for part in parts)
    seen = tuple(f"multi-agent/{part}-seen" for part in parts if part in SEEN)
    found = [Aggregate("mean", (headline,), description="what no published pool has seen")]
    if seen:
        over = "what the published pools were built from: no measure of anything new"
        found.append(Aggregate("seen", (seen,), description=over))
    for task, twin in zip(headline, seen, strict=False):
        whole = f"all of {task.rpartition('/')[2]}" if len(seen) > 1 else "all"
        over = "the whole file, as published numbers are, the seen part included"
        found.append(Aggregate(whole, ((task, twin),), "micro", over))
    return Suite(name, title, (*headline, *seen), tuple(found), what)


BENCHMARK = Benchmark(
    "multi-agent",
    {task.card.name: task for task in _tasks(read_cards("multi-agent"))},
    (
        _suite(
            "trivia-stories",
            "Trivia creative writing",
            ("trivia-5", "trivia-10"),
            "stories in which the answers to 5 or 10 questions must occur",
        ),
        _suite("logic-grid", "Logic grid puzzles", ("logic-grid",), "who lives in which house"),
        _suite("travel-plan", "Travel plans", ("travel-plan",), "journeys, marked by a judge"),
    ),
)
