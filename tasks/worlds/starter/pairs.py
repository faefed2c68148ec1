"""Queries of a world, what answers them and what is easily taken for it: to train retrievers on.

The queries are those of the starter suites, many more of them. A world of a seed that is not
evaluated shares templates, vocabulary and the core tools with one that is; names, people, facts and
the choice of look-alikes differ.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from tasks.worlds.draw import Draw
from tasks.worlds.starter.generate import generate
from tasks.worlds.starter.needs import THEMES, Assessor, Need, ask_theme
from tasks.worlds.starter.passages import Passage, write_passages
from tasks.worlds.starter.requests import ERRANDS, make_requests
from tasks.worlds.starter.tools import Tool, catalogue
from tasks.worlds.starter.world import World

NEGATIVES = 3
"""Look-alikes that a pair names at most."""
CLOSEST = 12
"""Passages that these are drawn from: the ones with the most in common with an answer."""
POSITIVES = 5
"""Answers that a pair names at most."""
PLAIN_PERCENT = 40
"""How many texts in a hundred are asked without an instruction as well."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of training data for retrieval.

    Attributes:
        id: unique over all seeds, "films-101-0007".
        source: the suite that asks such queries.
        query: what is asked.
        prompt: the instruction; None where it is asked without.
        positive: texts that answer it, the best ones first.
        negative: texts that look like answers and are none.
    """

    id: str
    source: str
    query: str
    prompt: str | None
    positive: tuple[str, ...]
    negative: tuple[str, ...]

    @property
    def row(self) -> dict[str, object]:
        """As a line of JSON has it."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}


def training_pairs(seed: int, size: int, texts: int, requests: int) -> Iterator[Pair]:
    """The pairs of one world.

    Args:
        seed: of the world and of its catalogue of tools.
        size: of the world, in towns.
        texts: texts of each theme at most, each asked under two instructions.
        requests: of each errand at most.
    """
    world = generate(seed, size)
    for pair in (*_passage_pairs(world, texts), *_tool_pairs(world, requests)):
        yield pair
        if Draw(seed, "plain", pair.id).chance(PLAIN_PERCENT):
            yield replace(pair, id=f"{pair.id}-plain", prompt=None)


def _passage_pairs(world: World, texts: int) -> Iterator[Pair]:
    passages = {passage.id: passage for passage in write_passages(world)}
    assessor = Assessor(passages.values())
    mentioning: defaultdict[str, list[str]] = defaultdict(list)
    for passage in passages.values():
        for record in sorted(passage.mentions):
            mentioning[record].append(passage.id)
    for theme in THEMES:
        for i, need in enumerate(ask_theme(world, theme, assessor, texts), 1):
            draw = Draw(world.seed, "pair", theme.name, i)
            full = [id for id, grade in need.grades.items() if grade > 1]
            good = draw.sample(full, POSITIVES)
            bad = draw.sample(_about_the_same(passages[good[0]], need, mentioning), NEGATIVES)
            yield Pair(
                f"{theme.name}-{world.seed}-{i:04d}",
                "starter-passages",
                need.text,
                need.instruction,
                tuple(_text(passages[id]) for id in good),
                tuple(_text(passages[id]) for id in bad),
            )


def _about_the_same(
    answer: Passage, need: Need, mentioning: Mapping[str, Sequence[str]]
) -> list[str]:
    """The passages that touch most of what an answer touches, and say nothing that is wanted."""
    shared = Counter(id for record in sorted(answer.mentions) for id in mentioning[record])
    found = sorted(shared.keys() - need.grades.keys(), key=lambda id: (-shared[id], id))
    return found[:CLOSEST]


def _tool_pairs(world: World, requests: int) -> Iterator[Pair]:
    tools = catalogue(world.seed)
    core = {tool.name: tool for tool in tools if tool.core}
    alike: defaultdict[str, list[Tool]] = defaultdict(list)
    for tool in tools:
        if not tool.core:
            alike[_function(tool.name)].append(tool)
    for errand in ERRANDS:
        for i, request in enumerate(make_requests(world, errand, requests), 1):
            draw = Draw(world.seed, "pair", errand.name, "tools", i)
            wanted = draw.shuffled(sorted(request.tools))
            close = [tool for name in wanted for tool in alike[_function(name)]]
            yield Pair(
                f"{errand.name}-tools-{world.seed}-{i:04d}",
                "starter-tools",
                request.text,
                request.instruction,
                tuple(core[name].documentation for name in wanted),
                tuple(tool.documentation for tool in draw.sample(close, NEGATIVES)),
            )


def _function(name: str) -> str:
    """What a tool does, without the domain and without the mark of an earlier version."""
    return name.rpartition(".")[2].removesuffix("_v1")


def _text(passage: Passage) -> str:
    return f"{passage.title} {passage.text}".strip()
