"""Grounding, execution and observation, and what calibrates the last two."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import pytest
from toy_world import PROBLEM, InRooms, Rooms, Sayings, saying

from harness import load_task
from harness.check import check_model
from harness.contracts import Agent, ProblemSet
from harness.errors import InfrastructureError, MissingExtra, UserError
from harness.loop import run
from harness.measures.attempt import Attempt
from harness.measures.tools.world import solved_in_world
from harness.play.sessions import Told
from harness.records import (
    Completion,
    Message,
    Observation,
    Problem,
    Setting,
    ToolCall,
    ToolSpec,
    Trajectory,
    Usage,
)
from harness.sources import Source
from models.agents import conagents
from models.agents.conagents import ConAgents, own_turn, read_request, read_step, structure
from models.agents.operations import matched, nearest
from models.agents.roles import Share, by_role, spoken_by

Speaker = Callable[[Sequence[Message]], str]
PROMPTS = {
    "grounding": conagents.PLAN,
    "execution": conagents.COMPLETE,
    "reading": conagents.READ,
    "program": conagents.PROGRAM,
    "review": conagents.CHECK,
}


class Cast:
    """Speaks in the role that the system message tells, by a function of what that role sees."""

    version = "1"

    def __init__(self, **roles: Speaker) -> None:
        self.roles = roles
        self.seen: list[tuple[str, list[Message]]] = []

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        system = messages[0].content
        role = next((r for r, p in PROMPTS.items() if p[:40] == system[:40]), "picking")
        self.seen.append((role, list(messages)))
        return Completion(self.roles[role](messages), Usage(10, 2))

    def prompts(self, role: str) -> list[str]:
        return ["\n".join(m.content for m in seen) for r, seen in self.seen if r == role]


def attempt(
    model: Any, session: Any = None, problem: Problem = PROBLEM, **options: Any
) -> Trajectory:
    agent: Agent = ConAgents(model, **options)
    return run(agent.solve(problem, session or run(Rooms().open(problem))))


def in_order(*turns: str) -> Speaker:
    """Says these one after the other."""
    left = iter(turns)
    return lambda messages: next(left)


def last(messages: Sequence[Message]) -> str:
    return messages[-1].content


LOOK = "Thought: where is the cat?\nTool: look"
DONE = "Thought: done.\nAnswer: it is in the attic"


def request(**arguments: Any) -> str:
    return json.dumps({"arguments": arguments, "instruction": "the place"})


def place(messages: Sequence[Message]) -> str:
    found = re.search(r'"place": "(\w+)"', last(messages))
    return f"it is in the {found[1]}" if found else "not said"


def answering(messages: Sequence[Message]) -> str:
    """Looks once, then repeats what came of it."""
    result = last(messages)
    if result.startswith("Result:"):
        return f"Thought: so.\nAnswer: {result.removeprefix('Result: ')}"
    return LOOK


def careful(messages: Sequence[Message]) -> str:
    """Asks for the dog, and for the cat once the server has refused."""
    return request(thing="cat" if "there is no dog" in last(messages) else "dog")


def test_the_three_roles_work_together() -> None:
    model = Cast(grounding=answering, execution=lambda _: request(thing="cat"), reading=place)
    made = attempt(model)
    assert (made.end, made.answer) == ("finished", "it is in the attic")
    assert made.calls == (ToolCall("look", {"thing": "cat"}, "call_1"),)
    assert [role for role, _ in spoken_by(made)] == [
        "grounding",
        "execution",
        "observation",
        "grounding",
    ]


def test_nobody_but_the_observer_sees_the_response() -> None:
    model = Cast(grounding=answering, execution=lambda _: request(thing="cat"), reading=place)
    attempt(model)
    assert '{"thing": "cat", "place": "attic"}' in model.prompts("reading")[0]
    assert "the place" in model.prompts("reading")[0]
    assert all('"place": "attic"' not in prompt for prompt in model.prompts("grounding"))
    assert '"required"' not in model.prompts("grounding")[0]
    assert '"required"' in model.prompts("execution")[0]
    assert "where is the cat?" in model.prompts("execution")[0]


def test_what_each_role_did_and_cost_is_told() -> None:
    model = Cast(grounding=answering, execution=careful, reading=place)
    made = attempt(model)
    assert by_role(made) == {
        "grounding": Share(2, 0, 20, 4),
        "execution": Share(2, 2, 20, 4),
        "observation": Share(1, 0, 10, 2),
    }
    assert made.usage == Usage(50, 10)


@pytest.mark.parametrize(("calls", "answer"), [(3, "it is in the attic"), (1, conagents.NOTHING)])
def test_the_servers_error_repairs_a_wrong_argument(calls: int, answer: str) -> None:
    made = attempt(Cast(grounding=answering, execution=careful, reading=place), calls=calls)
    assert made.answer == answer
    assert [call.arguments["thing"] for call in made.calls] == ["dog", "cat"][:calls]


@pytest.mark.parametrize("wrong", ["no JSON", "[1]", '{"arguments": 3}', request(thing="{thing}")])
def test_a_request_that_cannot_be_read_is_not_sent_and_counts_as_a_try(wrong: str) -> None:
    made = attempt(
        Cast(grounding=answering, execution=in_order(wrong, request(thing="cat")), reading=place)
    )
    assert (made.answer, len(made.calls)) == ("it is in the attic", 1)
    made = attempt(Cast(grounding=answering, execution=in_order(wrong), reading=place), calls=1)
    assert (made.answer, len(made.calls)) == (conagents.NOTHING, 0)


class Library(InRooms):
    """Tells of more books than can be read at a time; the one that is wanted comes last."""

    books: ClassVar[Any] = {
        "page": {"books": [{"title": f"Book {n}", "shelf": f"shelf {n}"} for n in range(400)]}
    }

    async def call(self, call: ToolCall) -> Observation:
        return Observation(json.dumps(self.books))


def programmer(messages: Sequence[Message]) -> str:
    """Misreads the structure first, and mends that once told that a key is missing."""
    books = "response['page']['books']" if "KeyError" in last(messages) else "response['books']"
    found = f"[b['shelf'] for b in {books} if b['title'] == 'Book 399'][0]"
    return f"```python\nprint({found})\n```"


def shelf(messages: Sequence[Message]) -> str:
    return "shelf 399" if "shelf 399" in last(messages) else "not there"


LIBRARY = partial(Cast, grounding=answering, execution=lambda _: request(thing="Book 399"))


@pytest.mark.parametrize(("programs", "answer"), [(3, "shelf 399"), (1, "not there")])
def test_calibration_by_code_fixes_a_misread_response(programs: int, answer: str) -> None:
    model = LIBRARY(program=programmer, reading=shelf)
    made = attempt(model, Library(PROBLEM, 0, 99), programs=programs)
    assert made.answer == answer
    first = model.prompts("program")[0]
    assert '{"page": {"books": [{"title": "str", "shelf": "str"}]}}' in first
    assert "Book 0" not in first
    assert any("KeyError" in m.content for m in made.messages if m.role == "system")


@pytest.mark.parametrize("found", ["print('')", "print([])", "response", "1/0"])
def test_where_programs_find_nothing_the_beginning_is_read(found: str) -> None:
    model = LIBRARY(program=lambda _: found, reading=lambda m: last(m).split("The response:\n")[1])
    made = attempt(model, Library(PROBLEM, 0, 99), shown=20, longest=9999)
    whole = json.dumps(Library.books)
    assert made.answer == (whole.replace("\n", " ") if found == "response" else whole[:20].strip())


def test_a_short_response_needs_no_program() -> None:
    model = LIBRARY(reading=lambda m: "read")
    size = len(json.dumps(Library.books))
    assert attempt(model, Library(PROBLEM, 0, 99), switch=size // 4 + 1).answer == "read"
    with pytest.raises(KeyError, match="program"):  # nobody plays that role here
        attempt(model, Library(PROBLEM, 0, 99), switch=size // 4)


def test_a_sandbox_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"assay-harness\[sandbox\]"):
        attempt(LIBRARY(program=programmer), Library(PROBLEM, 0, 99))


def test_what_is_told_of_a_response_is_one_bounded_line() -> None:
    model = LIBRARY(reading=lambda m: "a\nb c d")
    assert attempt(model, longest=3).answer == conagents.NOTHING  # there is no such book
    model = Cast(grounding=answering, execution=careful, reading=lambda m: "a\nb c d")
    assert attempt(model, longest=3).answer == "a b c"


def alone(messages: Sequence[Message]) -> str:
    """Completes its calls itself, and corrects them by what the server said."""
    if last(messages).startswith("Result:"):
        return answering(messages)
    return f"{LOOK}\nInput: {careful(messages)}"


def test_without_an_execution_agent_the_planner_completes_its_calls() -> None:
    model = Cast(grounding=alone, reading=place)
    made = attempt(model, execution=False)
    assert made.answer == "it is in the attic"
    assert [call.arguments["thing"] for call in made.calls] == ["dog", "cat"]
    assert '"required"' in model.prompts("grounding")[0]
    assert by_role(made) == {"grounding": Share(3, 2, 30, 6), "observation": Share(1, 0, 10, 2)}


def test_a_step_that_cannot_be_read_is_worded_again() -> None:
    model = Cast(
        grounding=in_order("Hm.", LOOK, DONE),
        execution=lambda _: request(thing="cat"),
        reading=place,
    )
    assert attempt(model).answer == "it is in the attic"
    assert "neither a tool nor an answer" in model.prompts("grounding")[1]


def test_after_too_many_misreadings_only_the_tool_is_asked_for() -> None:
    model = Cast(
        grounding=in_order("Hm.", "Hm.", "look", DONE),
        execution=lambda _: request(thing="cat"),
        reading=place,
    )
    assert attempt(model, misreadings=1).answer == "it is in the attic"
    made = attempt(Cast(grounding=lambda _: "Hm."), misreadings=1)
    assert (made.end, made.answer) == ("malformed", None)
    assert by_role(made) == {"grounding": Share(3, 0, 30, 6)}


def test_an_attempt_without_an_answer_is_stopped() -> None:
    model = Cast(grounding=lambda _: LOOK, execution=lambda _: request(thing="cat"), reading=place)
    made = attempt(model, steps=2)
    assert (made.end, made.detail, len(made.calls)) == ("stopped", "no answer after 2 steps", 2)


def test_what_is_outside_the_agent_is_no_answer() -> None:
    model = Cast(grounding=answering, execution=lambda _: request(thing="cat"), reading=place)
    with pytest.raises(InfrastructureError):
        attempt(model, run(Rooms(broken=0).open(PROBLEM)))


def test_where_nothing_is_carried_out_the_first_call_is_the_attempt() -> None:
    model = Cast(grounding=answering, execution=careful)
    made = attempt(model, Told(PROBLEM))
    assert (made.end, made.answer) == ("finished", None)
    assert made.calls == (ToolCall("look", {"thing": "dog"}, "call_1"),)


def test_a_name_that_no_tool_has_is_picked_anew() -> None:
    steps = in_order("Thought: t\nTool: seek", DONE)
    model = Cast(
        grounding=steps,
        picking=lambda m: "`look`",
        execution=lambda _: request(thing="cat"),
        reading=place,
    )
    assert [call.name for call in attempt(model).calls] == ["look"]
    model = Cast(grounding=in_order("Thought: t\nTool: seek", DONE), picking=lambda m: "?")
    made = attempt(model)
    assert made.calls == ()
    assert "There is no tool 'seek'." in model.prompts("grounding")[1]


def test_a_reviewer_turns_a_wrong_step_around() -> None:
    def planner(messages: Sequence[Message]) -> str:
        if "look first" in last(messages):
            return LOOK
        return answering(messages) if "Result:" in last(messages) else "Thought: t\nTool: move"

    def reviewer(messages: Sequence[Message]) -> str:
        return "Revise: look first" if "Tool: move" in last(messages) else "Good"

    def writer(messages: Sequence[Message]) -> str:
        return request(thing="cat") if '"look"' in last(messages) else request(thing="?", to="?")

    cast = partial(Cast, grounding=planner, execution=writer, reading=place, review=reviewer)
    assert attempt(cast(), review="auto").answer == "it is in the attic"
    assert attempt(cast()).answer == conagents.NOTHING
    assert "review" not in by_role(attempt(cast()))


def test_a_reviewer_sends_a_call_back_at_most_so_often() -> None:
    model = Cast(
        grounding=answering,
        execution=lambda _: request(thing="cat"),
        reading=place,
        review=lambda m: "Revise: again" if "The response" in last(m) else "Good.",
    )
    made = attempt(model, review="auto", reviews=2)
    assert (made.answer, len(made.calls)) == ("it is in the attic", 3)


def test_an_adaptive_reviewer_speaks_only_where_a_call_was_refused() -> None:
    def heeding(messages: Sequence[Message]) -> str:
        return request(thing="cat" if "ask for the cat" in last(messages) else "dog")

    cast = partial(
        Cast,
        grounding=answering,
        execution=heeding,
        reading=place,
        review=lambda m: "Revise: ask for the cat",
    )
    made = attempt(cast(), review="adaptive")
    assert made.answer == "it is in the attic"
    assert by_role(made)["review"].turns == 1
    assert attempt(cast()).answer == conagents.NOTHING


def test_later_turns_know_what_was_found() -> None:
    said = ("Where is the cat?", "And is it still there?")
    problem = Problem("two", tuple((Message("user", text),) for text in said), PROBLEM.tools)
    model = Cast(
        grounding=in_order(LOOK, DONE, LOOK, "Answer: yes"),
        execution=lambda _: request(thing="cat"),
        reading=place,
    )
    made = attempt(model, problem=problem)
    assert made.answer == "yes"
    assert (
        "Where is the cat? -> look: it is in the attic -> And is" in model.prompts("execution")[1]
    )


# Errands of the starter world, planned from the words of the request alone.

TOOLS: Mapping[str, tuple[str, str]] = {
    "climate": ("weather.climate", "wet_days"),
    "warmest": ("weather.warmest", "items.0.town"),
    "mayor": ("towns.mayor", "mayor_id"),
    "pastimes": ("people.pastimes", "pastime"),
    "send": ("messages.send", ""),
}


def plan(text: str, results: Sequence[str]) -> tuple[str, dict[str, Any]] | None:
    """The next call of an errand, or nothing when it is done."""
    steps: list[tuple[str, dict[str, Any]]] = []
    if match := re.search(r"How many wet days does (\w+) usually have", text):
        steps = [("climate", {"town": match[1]})]
    elif match := re.search(r"Whoever is mayor of (\w+) should get these words .*?\"(.+)\"", text):
        steps = [("mayor", {"town": match[1]}), ("send", {"person_id": 0, "body": match[2]})]
    elif match := re.search(r"On Sunday 5 October 2031 one town of the region (\w+)", text):
        steps = [
            ("warmest", {"day": "2031-10-05", "region": match[1], "limit": 1}),
            ("mayor", {"town": 0}),
            ("pastimes", {"person_id": 1}),
        ]
    if len(results) >= len(steps):
        return None
    name, arguments = steps[len(results)]
    return name, {
        k: results[v] if type(v) is int and k != "limit" else v for k, v in arguments.items()
    }


def errand_planner(messages: Sequence[Message]) -> str:
    results = [m.content[8:] for m in messages if m.content.startswith("Result: ")]
    following = plan(next(m.content for m in messages if m.role == "user"), results)
    if following is None:
        return f"Thought: that is all.\nAnswer: {results[-1]}"
    name, arguments = following
    return f"Thought: {json.dumps(arguments)}; I want {TOOLS[name][1]}\nTool: {TOOLS[name][0]}"


def errand_writer(messages: Sequence[Message]) -> str:
    thought = last(messages).split("What the call is for:\n")[1]
    arguments, _, wanted = thought.partition("; I want")
    return json.dumps({"arguments": json.loads(arguments), "instruction": wanted.strip()})


def errand_reader(messages: Sequence[Message]) -> str:
    wanted, _, rest = last(messages).removeprefix("The instruction:\n").partition("\n\nThe call:")
    value: Any = json.loads(rest.split("The response:\n")[1])
    for step in filter(None, wanted.split(".")):  # nothing is wanted of a message that was sent
        value = value[int(step)] if isinstance(value, list) else value[step]
    return str(value)


@pytest.mark.parametrize("number", [0, 1, 2], ids=["read", "write", "chain"])
def test_errands_of_the_starter_world_are_solved(number: int) -> None:
    [part] = load_task("starter-agent/weather").load(Source(), Setting())
    assert isinstance(part, ProblemSet)
    assert part.environment is not None
    problem = part.problems[number]
    model = Cast(grounding=errand_planner, execution=errand_writer, reading=errand_reader)
    made = attempt(model, run(part.environment.open(problem)), problem)
    assert solved_in_world(Attempt(problem, made)) == 1
    assert tuple(call.name for call in made.calls) == problem.gold.path


def test_turns_are_read() -> None:
    assert read_step("Thought: a\nb\nTool: GET /movie/{id}").tool == "GET /movie/{id}"
    assert read_step("Thought: a\nb\nTool: x").thought == "a\nb"
    assert read_step("Answer: 4\nTool: no more").answer == "4\nTool: no more"
    assert "both" in read_step("Tool: x\nAnswer: 4").problem
    assert "no input" in read_step("Tool: x", alone=True).problem
    assert own_turn("Tool: x\nResult: made up") == "Tool: x"
    assert own_turn("Answer: x\nResult: y") == "Answer: x\nResult: y"
    assert read_request("```json\n" + request(a=1) + "\n```").arguments == {"a": 1}
    assert read_request("[" * 100_000).problem
    assert read_request('{"arguments": {"a": 1e999}}').problem


def test_the_structure_of_a_response_holds_no_values() -> None:
    value = {"a": [{"b": 1}, {"c": 2}], "d": None, "e": [], "f": 1.5, "g": True}
    assert structure(value) == {
        "a": [{"b": "int"}],
        "d": "NoneType",
        "e": [],
        "f": "float",
        "g": "bool",
    }


OPERATIONS = [
    ToolSpec("GET /movie/{movie_id}"),
    ToolSpec("GET /movie/popular"),
    ToolSpec("GET /movie/{movie_id}/credits"),
    ToolSpec("towns.mayor"),
]


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("GET /movie/popular", "GET /movie/popular"),
        ("get /movie/popular/", "GET /movie/popular"),
        ("GET /movie/550", "GET /movie/{movie_id}"),
        ("GET /movie/{id}/credits?page=2", "GET /movie/{movie_id}/credits"),
        ("`Towns.Mayor`", "towns.mayor"),
        ("GET /tv/1", None),
        ("", None),
    ],
)
def test_operations_are_matched(name: str, tool: str | None) -> None:
    found = matched(name, OPERATIONS)
    assert (found.name if found else None) == tool


def test_the_nearest_tool_shares_most_parts() -> None:
    assert getattr(nearest("GET /credits/movie", OPERATIONS), "name", "") == OPERATIONS[2].name
    assert nearest("nothing", OPERATIONS) is None


def test_it_is_an_agent_that_can_be_plugged_in() -> None:
    def ferries(messages: Sequence[Message]) -> str:
        told = "Result:" in last(messages)
        return "Thought: so.\nAnswer: 9:40" if told else "Thought: when?\nTool: ferries.next"

    model = Cast(
        grounding=ferries,
        execution=lambda _: request(town="Talen"),
        reading=lambda _: "9:40",
        picking=lambda _: "none",
    )
    checks = check_model(ConAgents(model))
    assert [check.name for check in checks if not check.passed] == []


@pytest.mark.parametrize(
    "options", [{"steps": 0}, {"calls": 0}, {"reviews": -1}, {"review": "always"}]
)
def test_settings_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="conagents"):
        ConAgents(Sayings([saying("")]), **options)
    with pytest.raises(UserError, match="wants a chat model"):
        ConAgents("no model")  # type: ignore[arg-type]
