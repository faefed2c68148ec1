"""Black-box probing of the film database's tools, by a prober that knows what it is told."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from harness.loop import run
from harness.records import Completion, Message, ToolSpec, Usage
from harness.workspace import workspace
from models.agents.documentation import Documentation
from models.agents.probing import Probing, skeleton
from models.scripted import Scripted
from tasks.worlds.rest import RestWorld
from tasks.worlds.tmdb import tmdb_world

pytest.importorskip("pydantic_monty", reason="needs the extra sandbox")
pytestmark = [pytest.mark.realdata, pytest.mark.slow]

KNOWN = {
    "movie": ("Titanic", "Inception"),
    "tv": ("Breaking Bad", "Friends"),
    "person": ("Tom Hanks", "Brad Pitt"),
    "company": ("Marvel", "Disney"),
    "collection": ("Star Wars", "Harry Potter"),
}
"""What a prober remembers of the world."""
TOLD_WITH = {"network": "tv"}
"""A series is told with its networks: common sense, of use where no function is named after one."""
SLIPS = 0.5
"""How often a reply forgets that JSON is wanted, by chance, until it is reminded."""


@dataclass(frozen=True)
class Read:
    """A function as a prompt documents it."""

    name: str
    required: tuple[str, ...]
    about: str
    seen: Any

    @property
    def nouns(self) -> list[str]:
        """What it wants the ids of."""
        return [name[: -len("_id")] for name in self.required if name.endswith("_id")]

    @property
    def words(self) -> list[str]:
        """Of its name, without those of its parameters."""
        name = self.name
        for parameter in self.required:
            name = name.replace(f"_{parameter}", "")
        return name.split("_")[1:]


def read(prompt: str) -> dict[str, Read]:
    """The functions that a prompt documents; a line of its own begins each."""
    pieces = re.split(r"^(GET_\w+)\((.*)\)$", prompt, flags=re.MULTILINE)
    found = {}
    for name, given, about in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        required = tuple(p for p in given.split(", ") if p and not p.endswith("=..."))
        seen = re.search(r"^    gives, as seen: (.*)$", about, re.MULTILINE)
        found[name] = Read(name, required, about, json.loads(seen[1]) if seen else None)
    return found


def prober(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Completion:
    """Selects helpers by their names, and takes ids from where their answers show some."""
    told = messages[1].content if len(messages) > 1 else messages[0].content
    assert "application/json" not in told  # what the interface documents of its answers
    asked, _, beside = told.partition("Functions that are known")
    (tool,) = read(asked).values()
    known = read(beside)
    if len(messages) == 1:
        return Completion("\n".join(helpful(tool, known)), Usage(len(told) // 4, 20))
    chance = Random(f"{tool.name}, draw {workspace().trial}")
    reminded = messages[-1].content.startswith("That printed something else")
    printed = "given" if chance.random() < SLIPS and not reminded else "json.dumps(given)"
    code = f"import json\ngiven = {written(tool, known, chance)}\nprint({printed})"
    reply = f"Request: {tool.about.strip().splitlines()[0]}\n```python\n{code}\n```"
    return Completion(reply, Usage(sum(len(m.content) for m in messages) // 4, len(reply) // 4))


def helpful(tool: Read, known: Mapping[str, Read]) -> list[str]:
    """The functions that may give the ids it wants, and the ids that those want in turn."""
    chosen: dict[str, None] = {}
    nouns = [*tool.nouns]
    for noun in nouns:
        for name, helper in known.items():
            named = helper.words[-1] == f"{noun}s" or (noun in helper.words and not helper.nouns)
            if named or helper.name.endswith(f"_{TOLD_WITH.get(noun)}_id"):
                chosen[name] = None
                nouns += [other for other in helper.nouns if other not in nouns]
    return [*chosen]


def written(tool: Read, known: Mapping[str, Read], chance: Random) -> str:
    """A call of a function, with calls of others in it."""
    values = (value(parameter, tool, known, chance) for parameter in tool.required)
    given = ", ".join(f"{p}={v}" for p, v in zip(tool.required, values, strict=True))
    return f"{tool.name}({given})"


def value(parameter: str, tool: Read, known: Mapping[str, Read], chance: Random) -> str:
    """What to pass: what is documented, known by heart, found with a helper, or guessed."""
    if parameter == "query":
        return repr(chance.choice(KNOWN[tool.words[-1]]))
    title = parameter.replace("_", " ").title()
    if listed := re.search(rf"\*\*{title}\*\*.*\n.*\n((?:\| \w+ \|.*\n?)+)", tool.about):
        return repr(chance.choice(re.findall(r"^\| (\w+) \|", listed[1], re.MULTILINE)))
    if parameter.endswith("_id"):
        noun = parameter[: -len("_id")]
        found = [(helper, path) for helper in known.values() for path in ids(helper, noun)]
        if found:
            helper, path = chance.choice(found)
            return written(helper, known, chance) + path
    return "1"


def ids(helper: Read, noun: str) -> Iterator[str]:
    """Where the answer of a helper has ids of a kind, as seen: "['results'][0]['id']"."""
    if helper.seen is None:
        return
    named = helper.words[-1] == f"{noun}s" or (noun in helper.words and not helper.nouns)
    for path, shape in places(helper.seen):
        if not isinstance(shape, Mapping):
            continue
        if f"{noun}_id" in shape:
            yield f"{path}['{noun}_id']"
        elif "id" in shape and (
            (named and path == "['results'][0]") or path.endswith(f"['{noun}s'][0]")
        ):
            yield f"{path}['id']"


def places(shape: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every part of a skeleton, and how a program reaches it."""
    yield path, shape
    if isinstance(shape, Mapping):
        for name, part in shape.items():
            yield from places(part, f"{path}[{name!r}]")
    elif isinstance(shape, list) and shape:
        yield from places(shape[0], f"{path}[0]")


def endpoints(data: Path, state: str) -> list[dict[str, Any]]:
    file = data / "tooluse/atc_tmdb" / f"tmdb.spec.{state}.v2.json"
    found: list[dict[str, Any]] = json.loads(file.read_bytes())["endpoints"]
    return found


def as_published(text: object) -> Any:
    """Values that the files hold as the text of a Python literal."""
    return ast.literal_eval(text) if isinstance(text, str) else text


def raw_tools(data: Path) -> list[ToolSpec]:
    """The tools of the raw file; it lists no parameters that stand in the address."""
    tools = []
    for endpoint in endpoints(data, "raw"):
        listed = as_published(endpoint["parameters"])
        in_path = re.findall(r"\{(\w+)\}", endpoint["url"])
        properties: dict[str, Any] = {name: {} for name in in_path}
        properties |= {
            p["name"]: {"description": p.get("description", ""), **p["schema"]} for p in listed
        }
        required = [*in_path, *(p["name"] for p in listed if p.get("required"))]
        schema = {"type": "object", "properties": properties, "required": required}
        tools.append(
            ToolSpec(
                endpoint["name"],
                endpoint["description"],
                schema,
                as_published(endpoint["responses"]),
            )
        )
    return tools


@cache
def world(data: Path) -> RestWorld:
    document = json.loads((data / "tooluse/restbench/tmdb_oas.json").read_bytes())
    return tmdb_world(document)


@cache
def probed(data: Path, **settings: Any) -> Documentation:
    probing = Probing(Scripted(prober), **settings)
    return run(probing.probe(world(data), raw_tools(data)))


Fields = Mapping[str, str]
"""The type of each part of a skeleton, by its path: ".results[].id"."""


def fields(shape: Any, path: str = "") -> Fields:
    """The parts of a skeleton. A part of which nothing was seen, null or an empty list, is "?"."""
    if shape in ([], "NoneType"):
        return {path: "?"}
    if isinstance(shape, Mapping):
        parts = [fields(part, f"{path}.{name}") for name, part in shape.items()]
        return {path: "dict"} | {place: kind for part in parts for place, kind in part.items()}
    if isinstance(shape, list):
        return {path: "list", **fields(shape[0], f"{path}[]")}
    return {path: shape}


def lacking(here: Fields, there: Fields) -> set[str]:
    """What is there and not here, but for what stands below a part of which nothing was seen."""
    unseen = tuple(path + end for path, kind in here.items() if kind == "?" for end in ".[")
    return {path for path in there.keys() - here.keys() if not path.startswith(unseen)}


def documented_example(endpoint: Mapping[str, Any]) -> Fields:
    """The parts of the response that the raw file has as an example, hidden from the prober."""
    content = as_published(endpoint["responses"])["content"]["application/json"]
    return fields(skeleton(content["examples"]["response"]["value"]))


@dataclass(frozen=True)
class Compared:
    """The fields of a discovered schema beside those of the published one.

    Attributes:
        published: how many those are.
        shared: in both.
        conflicts: in both, with different types; where one is "?" there is none.
        missing: published and not discovered.
        extra: discovered and not published.
        example: those of the documented example.
    """

    published: int
    shared: set[str]
    conflicts: set[str]
    missing: set[str]
    extra: set[str]
    example: set[str]


@cache
def compared(data: Path) -> Mapping[str, Compared]:
    examples = {one["name"]: documented_example(one) for one in endpoints(data, "raw")}
    found = {}
    for endpoint in endpoints(data, "probed"):
        name = endpoint["name"]
        theirs = fields(json.loads(endpoint["_responses_json"]))
        ours = fields(probed(data).tools[name].schema)
        shared = ours.keys() & theirs.keys()
        conflicts = {p for p in shared if ours[p] != theirs[p] and "?" not in (ours[p], theirs[p])}
        missing, extra = lacking(ours, theirs), lacking(theirs, ours)
        found[name] = Compared(len(theirs), shared, conflicts, missing, extra, {*examples[name]})
    return found


def test_every_tool_is_documented_and_the_ablations_document_fewer(data: Path) -> None:
    """GPT-4 documented all 54 in the paper; where samples or chain were left out, fewer were."""
    assert list(probed(data).documented) == [one["name"] for one in endpoints(data, "probed")]
    assert len(probed(data).documented) == 54
    alone = probed(data, chain=False).documented
    assert 0 < len(alone) < len(probed(data, multi_sample=False).documented) < 54
    # Ids cannot be guessed: alone, none but functions that want none are documented.
    wanting = {tool.name for tool in raw_tools(data) if "_id" in str(tool.parameters["required"])}
    assert len(wanting) == 33
    assert not wanting & alone.keys()


def test_helpers_come_before_the_tools_that_they_help(data: Path) -> None:
    phases = {name: probe.phase for name, probe in probed(data).tools.items()}
    order = list(phases)
    for name, probe in probed(data).documented.items():
        assert bool(probe.helpers) == ("_id=" in probe.program)
        for helper in probe.helpers:
            assert (phases[helper], order.index(helper)) < (phases[name], order.index(name))


ONE_KIND = "GET_trending_media_type_time_window"
"""Lists films, series or people, as asked: the authors' probe asked for films, ours for series."""


def test_types_are_the_published_ones(data: Path) -> None:
    assert {name: one.conflicts for name, one in compared(data).items() if one.conflicts} == {}


def test_what_differs_is_where_the_service_differs_from_its_description(data: Path) -> None:
    """The world answers as the document describes, and the authors probed the service itself.

    What is missing the document does not have, and what is there beyond it has.
    """
    for name, one in compared(data).items():
        if name != ONE_KIND:
            assert not one.missing & one.example, name
            assert one.extra <= one.example, name


def test_most_of_what_was_published_is_discovered(data: Path) -> None:
    every = compared(data).values()
    published = sum(one.published for one in every)
    shared = sum(len(one.shared) for one in every)
    assert shared / published > 0.8
    hidden = published - shared - sum(len(one.missing) for one in every)
    assert hidden / published < 0.05  # below lists that were empty in our world
    alike = [one for one in every if not one.conflicts | one.missing | one.extra]
    assert len(alike) > len(every) / 3


def test_a_prober_that_is_told_of_no_answer_finds_what_the_document_hides(data: Path) -> None:
    tools = {tool.name: tool for tool in raw_tools(data)}
    assert all(tool.returns for tool in tools.values())  # of which `prober` asserts it is not told
    for name, one in compared(data).items():
        if name != ONE_KIND:
            ours = fields(probed(data).tools[name].schema)
            assert lacking(ours, dict.fromkeys(one.example, "")) == set(), name
