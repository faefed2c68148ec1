"""A library of a few passages that can be searched, and a mind that knows only what it is shown."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.errors import InfrastructureError
from harness.records import (
    Completion,
    Gold,
    Message,
    Observation,
    Problem,
    ToolCall,
    ToolSpec,
    Usage,
)
from models.agents import react
from models.agents.answerers import (
    closed_book,
    exsearch_turns,
    genground,
    ircot,
    rag,
    selection,
)

SEARCH = ToolSpec(
    "search",
    "Finds passages.",
    {
        "type": "object",
        "properties": {"query": {"type": "string"}, "k": {"type": "integer"}},
        "required": ["query"],
    },
)
PASSAGES = {
    "velmora": ("Velmora", "Velmora is a novel by Ansel Trick, an author."),
    "trick": ("Ansel Trick", "Ansel Trick was born in Oddmouth."),
    "oddmouth": ("Oddmouth", "Oddmouth lies on the river Senn."),
    "quince": ("Bela Quince", "The author Bela Quince was born in Harrow."),
    "plume": ("Cato Plume", "The author Cato Plume was born in Harrow."),
    "vale": ("Dora Vale", "The author of the novel Dusk, Dora Vale, was born in Harrow."),
    "harrow": ("Harrow", "Harrow lies on the river Ume."),
    "dusk": ("Dusk", "Dusk is a novel by Dora Vale."),
    "rivers": ("Rivers", "A river flows through the town, the river in the town of the author."),
    "novels": ("Novels", "A novel is written by the author of the novel."),
}


def asking(text: str, *answers: str) -> Problem:
    """A question."""
    return Problem(
        "q", ((Message("user", text),),), (SEARCH,), Gold("exact_match", answers=answers)
    )


BORN = asking("Where was the author of the novel Velmora born?", "Oddmouth")
RIVER = asking(
    "Which river flows through the town in which the author of the novel Velmora was born?", "Senn"
)


@dataclass
class Library:
    """A world with a search over passages by the rare words that a query shares with them.

    Attributes:
        passages: id -> title and text.
        broken: searches after which the server is down.
    """

    passages: Mapping[str, tuple[str, str]] = field(default_factory=lambda: PASSAGES)
    broken: int = 10**9

    async def open(self, problem: Problem, trial: int = 0) -> Reading:
        return Reading(self, problem, trial)

    def search(self, query: str, k: int) -> list[dict[str, Any]]:
        held = {id: set(_words(f"{title} {text}")) for id, (title, text) in self.passages.items()}
        often = Counter(word for words in held.values() for word in words)
        wanted = set(_words(query))
        scored = [
            (sum(math.log(1 + len(held) / often[word]) for word in sorted(wanted & words)), id)
            for id, words in held.items()
        ]
        best = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])[:k]
        return [
            {"id": id, "title": self.passages[id][0], "text": self.passages[id][1], "score": score}
            for score, id in best
        ]


@dataclass
class Reading:
    """One attempt's own session."""

    library: Library
    problem: Problem
    trial: int = 0
    executes: bool = True
    queries: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turns = iter(self.problem.turns)

    @property
    def tools(self) -> Sequence[ToolSpec]:
        return self.problem.tools

    async def listen(self) -> Sequence[Message] | None:
        return next(self._turns, None)

    async def call(self, call: ToolCall) -> Observation:
        query = call.arguments["query"]
        self.queries.append(query)
        if len(self.queries) > self.library.broken:
            raise InfrastructureError("the search is down")
        results = self.library.search(query, call.arguments.get("k", 5))
        return Observation(json.dumps({"results": results}))

    @property
    def state(self) -> Any:
        return None

    async def again(self) -> Reading:
        return Reading(self.library, self.problem, self.trial)

    async def close(self) -> None:
        """Nothing is to be ended."""


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@dataclass(frozen=True)
class Hop:
    """A relation: how it is asked for, and the ways in which it is said."""

    asks: str
    says: tuple[str, ...]

    def found(self, thing: str, text: str) -> tuple[str, str] | None:
        """What a text says of a thing, and in which words."""
        for says in self.says:
            if said := re.search(says.format(re.escape(thing)), text):
                return said[1], said[0]
        return None


NOVEL = Hop("Who wrote the novel {}?", (r"\b{} is a novel by (\w+ \w+)",))
BORN_IN = Hop(
    "Where was {} born?",
    (
        r"\b{} was born in (\w+)",
        r"Born in (\w+) on [^,.]*, {} ",
        r"(\w+) is where {} came into the world",
        r"parish book of (\w+) has the entry for {}:",
    ),
)
RIVER_OF = Hop("On which river does {} lie?", (r"\b{} lies on the river (\w+)",))
NAME = r"([A-Z]\w+ [A-Z]\w+)"
PEOPLE = {
    "head": Hop(
        "Who leads {}?",
        (
            rf"At the head of {{}} stands {NAME}",
            rf"{NAME}, who leads {{}},",
            rf"management of {{}} lies in the hands of {NAME}",
        ),
    ),
    "founder": Hop(
        "Who founded {}?",
        (
            rf"{{}} was founded in \d+ by {NAME}",
            rf"It was {NAME} who set up {{}},",
            rf"story of {{}} begins in \d+ with {NAME}",
        ),
    ),
    "owner": Hop(
        "Who owns {}?",
        (
            rf"{{}} belongs to {NAME}",
            rf"For {NAME}, who owns {{}},",
            rf"enters {{}} is greeted by its owner, {NAME}",
        ),
    ),
}
HOPS = (NOVEL, BORN_IN, RIVER_OF, *PEOPLE.values())


class Mind:
    """Reads prompts and nothing else: it knows how things are said, and no facts of its own.

    Which role it plays it tells from the rules that it is told. It is the same for all answerers.

    Args:
        memory: sub-question -> what it believes without being shown, be it right or wrong.
    """

    version = "1"

    def __init__(self, memory: Mapping[str, str] | None = None) -> None:
        self.memory = memory or {}
        self.seen: list[tuple[str, list[Message]]] = []
        self.temperatures: list[float] = []

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        role = self._role(messages)
        self.seen.append((role, list(messages)))
        self.temperatures.append(temperature)
        return Completion(getattr(self, role)(messages), Usage(10, 2))

    def prompts(self, role: str) -> list[str]:
        """What a role was told, each time."""
        return ["\n".join(m.content for m in seen) for r, seen in self.seen if r == role]

    def _role(self, messages: Sequence[Message]) -> str:
        told = messages[0].content
        begins = {
            "closed": closed_book.RULES,
            "reader": rag.RULES,
            "reasoner": ircot.RULES,
            "chain": ircot.READ,
            "selector": selection.RULES[:60],
            "deduction": genground.DEDUCE[:60],
            "grounding": genground.GROUND,
            "exsearch": exsearch_turns.PURPOSE,
            "tags": "You answer a question. Reason between <",
        }
        for role, rules in begins.items():
            if told.startswith(rules):
                return role
        assert react.RULES[:60] in told
        return "react"

    # What every role can do

    def chain(self, messages: Sequence[Message]) -> str:
        text = _all(messages)
        found, missing = walked(_question(text), text)
        facts = " ".join(f"{fact}." for fact in _facts(_question(text), text))
        return f"{facts} So the answer is: {'unknown' if missing else found}."

    def closed(self, messages: Sequence[Message]) -> str:
        return self.memory.get(_question(_all(messages)), "unknown")

    def reader(self, messages: Sequence[Message]) -> str:
        text = _all(messages)
        found, missing = walked(_question(text), text)
        if missing:
            return "unknown"
        lines = re.findall(r"^\[(\d+)\] .*", text, re.MULTILINE)
        last = [n for n in lines if found in _line(text, n)]
        return f"{found} [{last[0]}]" if "put the numbers" in text else found

    def selector(self, messages: Sequence[Message]) -> str:
        """The passages that answer, or say a fact on the way to the answer, first."""
        text = _all(messages)
        question = _question(text)
        useful = _facts(question, text)
        numbers = re.findall(r"^\[(\d+)\] ", text, re.MULTILINE)
        lines = {n: _line(text, n) for n in numbers}
        best = [
            n
            for n, line in lines.items()
            if looked_up(question, line) or any(fact in line for fact in useful)
        ]
        rest = [n for n in numbers if n not in best]
        return " > ".join(f"[{n}]" for n in (*best, *rest)[:5])

    def reasoner(self, messages: Sequence[Message]) -> str:
        text = _all(messages)
        found, missing = walked(_question(text), text)
        facts = _facts(_question(text), text)
        if not missing:
            return f"So the answer is: {found}."
        return f"{facts[-1]}. And more." if facts else "Nothing is known. And more."

    def deduction(self, messages: Sequence[Message]) -> str:
        """The next sub-question, by the steps so far alone."""
        text = messages[-1].content
        known = dict(re.findall(r"Thought \d+: (.*)\nAnswer \d+: (.*)", text))
        thing, hops = _parsed(_question(text))
        for hop in hops:
            asks = hop.asks.format(thing)
            if asks not in known:
                answer = f"\n<Answer> {self.memory.get(asks, 'no idea')} </Answer>"
                wanted = "<Answer>" in messages[0].content
                return f"<Thought> {asks} </Thought>{answer if wanted else ''}"
            thing = known[asks]
        return f"FINISH[{thing}]"

    def grounding(self, messages: Sequence[Message]) -> str:
        text = _all(messages)
        question = re.findall(r"^Question: (.*)$", text, re.MULTILINE)[-1]
        for line in re.findall(r"^\[\d+\] .*", text, re.MULTILINE):
            if answer := looked_up(question, line):
                return f"<ref> {line} </ref>\n<revise> {answer} </revise>"
        return "<ref> Empty </ref>"

    def exsearch(self, messages: Sequence[Message]) -> str:
        text = _all(messages)
        question = _question(text)
        found, missing = walked(question, text)
        if messages[-1].content.endswith(f"Question: {question}") and len(messages) > 2:
            return "unknown" if missing else found  # the final answer is asked for
        facts = _facts(question, text)
        spoken = any(m.role == "assistant" for m in messages) or "<SEARCH> [" in text
        recorded = f"<FACT> {facts[-1] + '.' if facts else ''}\n" if spoken else ""
        if not missing:
            return f"{recorded}<FINAL>"
        return f"{recorded}<QUERY> {missing}"

    def tags(self, messages: Sequence[Message]) -> str:
        text = _all(messages)
        tags = re.findall(r"</(\w+)>", messages[0].content)
        think, search, answer = tags[0], tags[1], tags[3]
        found, missing = walked(_question(text), text)
        action = (search, missing) if missing else (answer, found)
        thought = f"<{think}>I could write <{search}>anything</{search}> here.</{think}>"
        return f"{thought}\n<{action[0]}> {action[1]} </{action[0]}> made up"

    def react(self, messages: Sequence[Message]) -> str:
        question = next(m.content for m in messages if m.role == "user")
        found, missing = walked(question, _all(messages))
        if not missing:
            return f"Thought: so.\nAnswer: {found}"
        return f"Thought: next.\nAction: search\nInput: {json.dumps({'query': missing, 'k': 3})}"


def walked(question: str, text: str) -> tuple[str, str]:
    """How far a text leads: what was found last, and the sub-question that it leaves open."""
    thing, hops = _parsed(question)
    for hop in hops:
        found = hop.found(thing, text)
        if found is None:
            return thing, hop.asks.format(thing)
        thing = found[0]
    return thing, ""


def looked_up(question: str, line: str) -> str:
    """What one line says to a question of one hop; "" where it says nothing."""
    for hop in HOPS:
        if asked := re.fullmatch(hop.asks.replace("?", r"\?").format("(.+)"), question):
            found = hop.found(asked[1], line)
            return found[0] if found else ""
    return ""


def _facts(question: str, text: str) -> list[str]:
    """What a text says on the way to the answer, as it says it."""
    thing, hops = _parsed(question)
    facts = []
    for hop in hops:
        found = hop.found(thing, text)
        if found is None:
            break
        thing = found[0]
        facts.append(found[1])
    return facts


def _parsed(question: str) -> tuple[str, tuple[Hop, ...]]:
    """What a question is about, and the hops to its answer."""
    person = re.fullmatch(r"In which town was the (head|founder|owner) of (.*) born\?", question)
    if person:
        return person[2], (PEOPLE[person[1]], BORN_IN)
    named = re.search(r"novel (\w+)", question)
    hops = 3 if "river" in question else 2 if "born" in question else 1
    return (named[1] if named else "?"), (NOVEL, BORN_IN, RIVER_OF)[:hops]


def _question(text: str) -> str:
    return re.findall(r"^Question: (.*)$", text, re.MULTILINE)[0].split("\n")[0]


def _all(messages: Sequence[Message]) -> str:
    return "\n".join(message.content for message in messages)


def _line(text: str, number: str) -> str:
    found = re.search(rf"^\[{number}\] .*", text, re.MULTILINE)
    return found[0] if found else ""
