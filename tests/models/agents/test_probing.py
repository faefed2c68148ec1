"""What undocumented tools give, found out by calling them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InfrastructureError, UserError
from harness.loop import run
from harness.records import Completion, Message, Observation, Problem, ToolCall, ToolSpec, Usage
from harness.sandbox import Ran
from harness.workspace import workspace
from models.agents.atc import ATC
from models.agents.documentation import Documentation, Probe
from models.agents.probing import Probing, answers, probe_task, skeleton
from models.scripted import Scripted

pytest.importorskip("pydantic_monty", reason="needs the extra sandbox")


def tool(name: str, does: str, parameter: str, kind: str) -> ToolSpec:
    schema = {
        "type": "object",
        "properties": {parameter: {"type": kind}},
        "required": [parameter],
    }
    returns = {"type": "object", "description": "a secret of the cinema"}
    return ToolSpec(name, does, schema, returns)


CAST = tool("films.cast", "Lists who plays in a film.", "film", "integer")
SEARCH = tool("films.search", "Finds films by their title.", "title", "string")
RATE = tool("rates.get", "Tells what a currency is worth.", "currency", "string")
CLOSED = tool("vault.open", "Opens the vault.", "code", "string")
TOOLS = (CAST, SEARCH, RATE, CLOSED)
FOUND = {"hits": [{"film_no": 4711, "title": "Heat"}], "pages": 1}


@dataclass
class Cinema:
    """A world of four tools. Sessions count the calls that were made in them.

    Attributes:
        broken: whether the network is down.
    """

    broken: bool = False
    sessions: list[InCinema] = field(default_factory=list)

    async def open(self, problem: Problem, trial: int = 0) -> InCinema:
        self.sessions.append(InCinema(problem, self))
        return self.sessions[-1]


@dataclass
class InCinema:
    problem: Problem
    world: Cinema
    trial: int = 0
    executes: bool = True
    closed: bool = False
    asked: bool = False
    calls: list[ToolCall] = field(default_factory=list)

    @property
    def tools(self) -> Sequence[ToolSpec]:
        return self.problem.tools or TOOLS

    async def listen(self) -> Sequence[Message] | None:
        first, self.asked = not self.asked, True
        return self.problem.turns[0] if first else None

    async def call(self, call: ToolCall) -> Observation:
        if self.world.broken:
            raise InfrastructureError("the network is down")
        self.calls.append(call)
        given = dict(call.arguments)
        if call.name == "films.search" and given.get("title") == "Heat":
            return Observation(json.dumps(FOUND))
        if call.name == "films.cast" and given.get("film") == 4711:
            return Observation(json.dumps([{"who": "Pacino"}, {"who": "De Niro"}]))
        if call.name == "rates.get" and given.get("currency") == "EUR":
            return Observation(json.dumps({"worth": 1.1, "since": None}))
        return Observation(json.dumps({"error": "refused"}), failed=True)

    @property
    def state(self) -> Any:
        return None

    async def again(self) -> InCinema:
        return InCinema(self.problem, self.world)

    async def close(self) -> None:
        self.closed = True


def reply(request: str, given: str) -> Completion:
    code = f"import json\ngiven = {given}\nprint(json.dumps(given))"
    return Completion(f"Request: {request}\n```python\n{code}\n```", Usage(100, 10))


def prober(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Completion:
    """Tests functions with what is in front of it and nothing else.

    Its first guess at a currency is wrong, a later draw is right. A film's number it takes from a
    search of which it reads what that gives, and guesses it otherwise.
    """
    told = messages[-1].content
    assert "secret" not in told
    if told.startswith("A function is to be tested"):
        helpful = "films_search" if "film=" in told or "(film)" in told else "none of them"
        return Completion(f"1. {helpful}\n2. films_direct", Usage(50, 5))
    name = re.search(r"to be tested:\n\n(\w+)\(", told)
    assert name is not None
    if name[1] == "films_search":
        return reply("Find the film Heat.", "films_search('Heat')")
    if name[1] == "rates_get":
        drawn = workspace().trial
        return reply("What is a euro worth?", f"rates_get('{'euro' if drawn == 0 else 'EUR'}')")
    if name[1] == "vault_open":
        return reply("Open the vault.", "vault_open('sesame')")
    seen = re.search(r'gives, as seen: {"(\w+)": \[{"(\w+)": "int"', told)
    number = f"films_search('Heat')['{seen[1]}'][0]['{seen[2]}']" if seen else "1"
    return reply("Who plays in Heat?", f"films_cast({number})")


@cache
def probed(**settings: Any) -> Documentation:
    return run(Probing(Scripted(prober), **settings).probe(Cinema()))


def test_tools_are_documented_by_what_they_gave() -> None:
    found = probed()
    assert list(found.tools) == ["films.cast", "films.search", "rates.get", "vault.open"]
    assert list(found.documented) == ["films.cast", "films.search", "rates.get"]
    search = found.tools["films.search"]
    assert (search.phase, search.question, search.helpers) == (0, "Find the film Heat.", ())
    assert search.example == FOUND
    assert search.schema == {"hits": [{"film_no": "int", "title": "str"}], "pages": "int"}
    assert search.program.splitlines()[1] == "given = films_search('Heat')"
    assert found.tools["rates.get"].schema == {"worth": "float", "since": "NoneType"}


def test_the_chain_helps_a_tool_that_needs_an_id_from_another() -> None:
    cast = probed().tools["films.cast"]
    assert (cast.phase, cast.helpers, cast.schema) == (1, ("films.search",), [{"who": "str"}])
    assert probed(chain=False).tools["films.cast"].phase is None


def test_several_samples_help_a_tool_whose_first_try_fails() -> None:
    assert probed().tools["rates.get"].programs == 2
    assert probed(chain=False, multi_sample=False).tools["rates.get"].phase is None


def test_the_report_counts_tools_and_tokens() -> None:
    report = probed().report
    # programs: cast 3 alone and 1 in phase 1, search 1, rates 2, vault 3 in each of 5 phases: 22;
    # selections: cast 1, vault 4. Tokens: 22 * 110 + 5 * 55 = 2,695 over 4 tools, 3 documented.
    assert (report["tools"], report["documented"], report["by phase"]) == (4, 3, [2, 1])
    assert (report["undocumented"], report["programs"]) == (["vault.open"], 22)
    assert report["tokens per tool"] == 2695 / 4
    assert report["tokens per documented tool"] == 2695 / 3
    alone = probed(chain=False, multi_sample=False).report
    assert (alone["documented"], alone["programs"], alone["tokens per tool"]) == (1, 4, 110)
    assert alone["settings"]["chain"] is False
    assert Documentation({}).report["tokens per tool"] is None


def test_the_report_is_a_sentence_too() -> None:
    assert probed().summary == (
        "documented 3 of 4 tools (2 alone, 1 with helpers): 22 programs, 674 tokens a tool"
    )
    assert Documentation({}).summary.startswith("documented 0 of 0 tools (0 alone, 0 with helpers)")


def test_every_program_has_a_session_of_its_own_that_is_closed() -> None:
    world = Cinema()
    run(Probing(Scripted(prober)).probe(world))
    assert len(world.sessions) == 22 + 1  # one to see which tools there are
    assert all(session.closed for session in world.sessions)
    assert {len(session.calls) for session in world.sessions} == {0, 1, 2}


def test_what_fails_outside_is_no_result() -> None:
    with pytest.raises(InfrastructureError, match="the network is down"):
        run(Probing(Scripted(prober)).probe(Cinema(broken=True)))


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (
            {"a": [1, "x"], "b": {"c": None}, "d": []},
            {"a": ["int"], "b": {"c": "NoneType"}, "d": []},
        ),
        ([[True]], [["bool"]]),
        ("text", "str"),
        (0.5, "float"),
        ({}, {}),
    ],
)
def test_a_skeleton_has_types_for_values(value: object, shape: object) -> None:
    assert skeleton(value) == shape


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("domain", "count"), [("food", 22), ("game", 18), ("music", 32), ("weather", 11)]
)
def test_skeletons_are_those_of_the_authors(data: Path, domain: str, count: int) -> None:
    """Their tools' recorded responses, beside the skeletons that their own code made of them."""
    file = data / "tooluse" / "autotools" / f"{domain}.tools.json"
    tools = json.loads(file.read_text("utf-8"))["endpoints"]
    assert len(tools) == count
    for tool in tools:
        shape = tool["_responses_json"]
        shape = json.loads(shape) if isinstance(shape, str) else shape
        recorded = tool.get("response", tool.get("responses"))
        assert skeleton(recorded) == shape, tool["name"]


def said(*replies: str) -> Scripted:
    return Scripted([Completion(text, Usage(1, 1)) for text in replies])


SEARCHED = "```python\nimport json\nprint(json.dumps(films_search('Heat')))\n```"


@pytest.mark.parametrize(
    "first",
    [
        "```python\nprint(films_search('Heat')['pages'])\n```",  # JSON, but not what it gave
        "```python\nprint(films_search('Heat'))\n```",  # Python, not JSON
        "```python\nimport json\nx = json.dumps(films_search('Heat'))\nprint('Here:', x)\n```",
        "```python\nprint('{\"hits\": []}')\n```",  # nothing was called
    ],
)
def test_only_what_the_tool_gave_counts_and_the_author_is_told(first: str) -> None:
    found = run(Probing(said(first, SEARCHED)).probe(Cinema(), [SEARCH])).tools["films.search"]
    assert (found.programs, found.example) == (2, FOUND)
    alone = Probing(said(first), multi_sample=False, chain=False)
    assert run(alone.probe(Cinema(), [SEARCH])).tools["films.search"].phase is None


def test_programs_that_fail_are_not_answered() -> None:
    asked: list[int] = []

    def policy(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str:
        asked.append(len(messages))
        return ["no program", "```python\nfilms_search('Ran')\n```", SEARCHED][len(asked) - 1]

    found = run(Probing(Scripted(policy)).probe(Cinema(), [SEARCH])).tools["films.search"]
    assert (asked, found.programs, found.phase) == ([2, 2, 2], 3, 0)


def test_reports_of_an_error_are_no_answers() -> None:
    values = [{"success": False}, {"error": "no"}, {"error": None}, {"success": True}, 5]
    calls = [(ToolCall("t"), Observation(json.dumps(value))) for value in values]
    other = (ToolCall("u"), Observation("1"))
    failed = (ToolCall("t"), Observation("2", failed=True))
    ran = Ran("", None, (*calls, other, failed), None, "finished")
    assert answers(ran, "t") == values[2:]


def reader(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str:
    """Looks for the film's number where the documentation says it is, else under the usual name."""
    seen = re.search(
        r'films_search\(.*?gives, as seen: {"(\w+)": \[{"(\w+)"', messages[0].content, re.DOTALL
    )
    where = f"['{seen[1]}'][0]['{seen[2]}']" if seen else "['results'][0]['id']"
    return f"```python\nprint(films_search('Heat'){where})\n```"


def test_probing_makes_a_black_box_usable(tmp_path: Path) -> None:
    probed().save(tmp_path / "cinema.json")
    file = str(tmp_path / "cinema.json")
    problem = Problem("p", ((Message("user", "Which number has the film Heat?"),),), TOOLS)
    for documentation, answer in (("", None), (file, "4711")):
        agent = ATC(Scripted(reader), returns=False, documentation=documentation)
        made = run(agent.solve(problem, InCinema(problem, Cinema())))
        assert made.answer == answer
        assert made.end == ("finished" if answer else "malformed")


def test_documentation_is_kept_in_a_file(tmp_path: Path) -> None:
    found = replace(probed(), model="prober")
    found.save(tmp_path / "new" / "cinema.json")
    assert Documentation.read(tmp_path / "new" / "cinema.json") == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no documentation of tools: it is not JSON"),
        ("[]", "write one with"),
        ('{"format": "x"}', "write one with"),
        ({"version": 2}, "has version 2, this reads 1"),
        ({"tools": []}, "'tools' and 'settings' are wanted as objects"),
        ({"tools": {"a": []}}, "tool 'a': an object with some of"),
        ({"tools": {"a": {"colour": 1}}}, "tool 'a': an object with some of"),
        ({"tools": {"a": {"phase": -1}}}, "whole numbers"),
        ({"tools": {"a": {"phase": True}}}, "whole numbers"),
        ({"tools": {"a": {"programs": None}}}, "whole numbers"),
        ({"tools": {"a": {"program": 5}}}, "texts are texts"),
        ({"tools": {"a": {"helpers": "films"}}}, "texts are texts"),
    ],
)
def test_files_that_hold_something_else_are_refused(
    tmp_path: Path, text: str | dict[str, Any], message: str
) -> None:
    if isinstance(text, dict):
        text = json.dumps({"format": "assay tool documentation", "version": 1, **text})
    (tmp_path / "f.json").write_text(text, "utf-8")
    with pytest.raises(UserError, match=re.escape(message)):
        Documentation.read(tmp_path / "f.json")


def test_the_tools_of_a_task_are_probed_in_its_world() -> None:
    def policy(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str:
        told = messages[-1].content
        if told.startswith("A function is to be tested"):
            return "none"
        name = re.search(r"to be tested:\n\n(\w+)\(", told)
        assert name is not None
        code = f"import json\nprint(json.dumps({name[1]}()))"
        return f"```python\n{code}\n```"

    found = probe_task(Scripted(policy), "starter-agent/people", limit=12, multi_sample=False)
    assert len(found.tools) == 12
    assert found.documented
    for probe in found.documented.values():  # those that want no argument
        assert isinstance(probe, Probe)
        assert probe.program.endswith("()))")
    with pytest.raises(UserError, match="has no world"):
        probe_task(Scripted(policy), "starter-tools/work")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Probing("gpt"), "wants a chat model, and str is none"),  # type: ignore[arg-type]
        (lambda: Probing(said(), samples=0), "at least one sample"),
        (lambda: Probing(said(), phases=-1), "not negative"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    make: Callable[[], Probing], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        make()
