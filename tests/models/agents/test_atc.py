"""Programs that call tools, mended where they fail."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from toy_world import PROBLEM, InRooms, Rooms, Sayings, saying

from harness import load_task, score
from harness.check import check_model
from harness.contracts import Agent, ProblemSet
from harness.errors import InfrastructureError, UserError
from harness.formats.trajectories import write_trajectories
from harness.loop import run, together
from harness.play.programs import ANSWER
from harness.play.python_programs import as_python
from harness.play.sessions import Told
from harness.records import (
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
from models.agents.atc import ATC, is_error, program_in
from models.agents.documentation import Documentation, Probe, named_in
from models.scripted import Scripted

pytest.importorskip("pydantic_monty", reason="needs the extra sandbox")


def block(code: str) -> str:
    return f"Here it is.\n```python\n{code}\n```\nThat is all."


FETCH = block("place = look('cat')['place']\nmove(thing='hat', to=place)\nprint(place)")
ASTRAY = block("place = look('dog')['place']\nprint(place)")


def attempt(*said: str, problem: Problem = PROBLEM, **options: Any) -> tuple[Trajectory, Sayings]:
    model = Sayings(map(saying, said))
    agent = ATC(model, **options)
    assert isinstance(agent, Agent)

    async def solve() -> Trajectory:
        return await agent.solve(problem, await Rooms().open(problem, 3))

    return run(solve()), model


def told(model: Sayings, number: int) -> str:
    """All that the model was asked with that time."""
    return "\n".join(message.content for message in model._asked[number][0])


def test_the_answer_is_what_the_program_prints_and_its_calls_are_the_attempts() -> None:
    made, model = attempt(FETCH)
    assert (made.problem, made.trial, made.end, made.answer) == ("p", 3, "finished", "attic")
    assert made.state == {"cat": "attic", "hat": "attic"}
    assert [(call.name, dict(call.arguments)) for call in made.calls] == [
        ("look", {"thing": "cat"}),
        ("move", {"thing": "hat", "to": "attic"}),
    ]
    roles = [message.role for message in made.messages]
    assert roles == ["user", "assistant", "tool", "tool", "system"]
    assert [m.call_id for m in made.messages[2:4]] == [call.id for call in made.calls]
    assert made.messages[1].content == FETCH
    assert made.usage == Usage(10, 2)
    assert model._asked[0][1] == ()  # it is offered no native calls
    assert "look(thing)\n    Tells where something is." in told(model, 0)


def test_feedback_lets_a_program_be_mended() -> None:
    made, model = attempt(ASTRAY, "It is look.", FETCH)
    assert (made.end, made.answer, len(made.calls)) == ("finished", "attic", 3)
    said = [m.content for m in made.messages if m.role == "assistant"]
    assert said == [ASTRAY, "[attribution] It is look.", FETCH]
    asked = told(model, 1)
    assert len(model._asked[1][0]) == 1  # who is asked to blame sees nothing of what went before
    assert "there is no dog" in asked
    assert PROBLEM.text in asked
    feedback = model._asked[2][0][-1].content
    assert "there is no dog" in feedback
    assert "seems to come from look, which is documented" in feedback
    assert '      thing: {"type": "string"}' in feedback
    assert feedback in [m.content for m in made.messages if m.role == "system"]
    assert made.usage == Usage(30, 6)


def test_without_reflection_there_is_one_program() -> None:
    made, model = attempt(ASTRAY, FETCH, reflection="none")
    assert (made.end, made.answer, len(model._asked)) == ("malformed", None, 1)
    assert "there is no dog" in made.detail


def test_naive_reflection_blames_nobody() -> None:
    made, model = attempt(ASTRAY, FETCH, reflection="naive")
    assert (made.answer, len(model._asked)) == ("attic", 2)
    assert "seems to come from" not in told(model, 1)


def test_where_nobody_is_blamed_the_author_is_told_to_think_again() -> None:
    _, model = attempt(ASTRAY, "No idea. Perhaps overlook?", FETCH)
    assert "Think again about which arguments" in model._asked[2][0][-1].content


def test_there_are_alpha_programs_at_most() -> None:
    made, model = attempt(ASTRAY, ASTRAY, ASTRAY, reflection="naive")
    assert (made.end, len(model._asked)) == ("malformed", 3)
    assert made.detail.startswith("no program of 3 led to an answer")
    assert attempt(ASTRAY, ASTRAY, FETCH, reflection="naive", alpha=2)[0].answer is None


@pytest.mark.parametrize(
    ("reply", "end", "detail"),
    [
        ("The attic.", "malformed", "no block of Python"),
        (block("print('unfinished"), "malformed", "SyntaxError"),
        (block("print(1 / 0)"), "malformed", "ZeroDivisionError"),
        (block("while True: pass"), "stopped", "computed longer"),
        (block("for n in range(9): look('cat')\nprint(n)"), "stopped", "more than 5 tools"),
        (block("look('cat')"), "stopped", "printed nothing"),
    ],
)
def test_ends_are_told_apart(reply: str, end: str, detail: str) -> None:
    made, _ = attempt(reply, alpha=1, seconds=0.3, calls=5)
    assert (made.end, made.answer) == (end, None)
    assert detail in made.detail


CAUGHT = block("try: look('dog')\nexcept RuntimeError as e: print('There was an error :', e)")
SPOKEN = block("look('cat')\nprint('a comedy of error and love')")


@pytest.mark.parametrize(
    ("judge", "program", "answered"),
    [
        ("calls", CAUGHT, False),  # a call failed, and it printed an error
        ("calls", SPOKEN, True),  # a word of an answer
        ("phrases", SPOKEN, False),  # the authors' defect
        ("none", CAUGHT, True),  # a false success
    ],
)
def test_who_judges_what_is_printed(judge: str, program: str, answered: bool) -> None:
    made, _ = attempt(program, alpha=1, judge=judge)
    assert made.end == ("finished" if answered else "stopped")
    assert made.answer


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ('{"Success":false}', True),
        ('{"success":false}', True),
        ("No results found.", True),
        ("the page doesn't exist", True),
        ("an ERROR occurred", True),
        ("no errors: 3", False),
        ("terror", False),
    ],
)
def test_printed_errors_are_told_by_phrases_and_words(output: str, found: bool) -> None:
    assert is_error(output) is found


def test_a_failed_program_stays_done_unless_the_next_begins_anew() -> None:
    half = block("move('cat', 'hall')\nlook('dog')")
    look = block("print(look('cat')['place'])")
    made, model = attempt(half, look, reflection="naive")
    assert made.answer == "hall"
    assert "stays done" in told(model, 1)
    made, model = attempt(half, look, reflection="naive", fresh=True)
    assert (made.answer, made.state["cat"], len(made.calls)) == ("attic", "attic", 3)
    assert "Nothing of what it did is left" in told(model, 1)


def test_a_world_begun_anew_knows_the_turns_before_and_is_closed() -> None:
    opened: list[InRooms] = []

    class Counted(InRooms):
        async def again(self) -> InRooms:
            opened.append(InRooms(self.problem, self.trial, self.broken))
            return opened[-1]

    problem = replace(PROBLEM, turns=(*PROBLEM.turns, (Message("user", "And now?"),)))
    said = (FETCH, block("move('hat', 'cellar')\nlook('dog')"), block("print(look('hat'))"))
    model = Sayings(map(saying, said))
    first = Counted(problem, 0, 9)
    made = run(ATC(model, reflection="naive", fresh=True).solve(problem, first))
    assert made.state == {"cat": "attic", "hat": "attic"}  # the first turn's program, no other
    assert "attic" in (made.answer or "")
    assert [first.closed, *(session.closed for session in opened)] == [False, True]
    second = model._asked[1][0][-1].content
    assert second == "The program printed:\nattic\n\nAnd now?"


def test_what_fails_outside_is_no_attempt() -> None:
    with pytest.raises(InfrastructureError, match="the world is gone"):
        run(ATC(Sayings([saying(FETCH)])).solve(PROBLEM, InRooms(PROBLEM, 0, broken=1)))


def test_where_nothing_is_carried_out_the_calls_of_the_program_are_the_answer() -> None:
    model = Sayings([saying(block("look('cat')\nmove('hat', to='hall')"))])
    made = run(ATC(model).solve(PROBLEM, Told(PROBLEM)))
    assert [call.name for call in made.calls] == ["look", "move"]
    assert (made.end, made.state) == ("finished", None)
    assert all(message.role != "tool" for message in made.messages)


@dataclass
class Post:
    """Letters to people, by their number; the register wants the family name first.

    A name in another order is answered with a number that does not exist: where the trouble shows
    is not where it comes from.
    """

    sent: list[str] = field(default_factory=list)
    trial: int = 0
    executes: bool = True
    asked: bool = False
    tools: tuple[ToolSpec, ...] = (
        ToolSpec(
            "register",
            "Tells the number of a person.",
            {
                "properties": {
                    "name": {"type": "string", "description": "written as: Family, Given"}
                },
                "required": ["name"],
            },
        ),
        ToolSpec(
            "send",
            "Sends a letter.",
            {
                "properties": {
                    "number": {"type": "integer", "description": "of a person"},
                    "text": {"type": "string"},
                },
                "required": ["number", "text"],
            },
        ),
    )

    async def listen(self) -> Sequence[Message] | None:
        if self.asked:
            return None
        self.asked = True
        return [Message("user", "Send Ada Lovelace a letter that says hello.")]

    async def call(self, call: ToolCall) -> Observation:
        if call.name == "register":
            known = call.arguments.get("name") == "Lovelace, Ada"
            return Observation(json.dumps({"number": 7 if known else 0}))
        if call.arguments.get("number") != 7:
            return Observation(json.dumps({"error": "there is no such person"}), failed=True)
        self.sent.append(str(call.arguments["text"]))
        return Observation('{"sent": true}')

    @property
    def state(self) -> Any:
        return {"sent": self.sent}

    async def again(self) -> Post:
        return Post()

    async def close(self) -> None: ...


def clerk(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str:
    """Writes the program and reviews it, with what is in front of it and nothing else.

    As a writer it follows the documentation of a function that it is pointed to, and otherwise
    changes the arguments of the call that raised. As a reviewer it looks for where the refused
    number came from.
    """
    last = messages[-1].content
    if last.startswith("You review a program"):
        source = re.search(r"(\w+) = (\w+)\(", last)
        return f"The number came from {source[2]}." if source else "I cannot tell."
    name, number = "Ada Lovelace", "person['number']"
    if len(messages) > 2:  # it was told of an error
        if re.search(r"comes? from register.*written as: Family, Given", last, re.DOTALL):
            name = "Lovelace, Ada"
        else:
            number = f"int({number}) + {len(messages)}"
    return block(
        f"# register\nperson = register('{name}')\n# send\nsend({number}, 'hello')\nprint('sent')"
    )


@pytest.mark.parametrize(
    ("reflection", "sent", "end"),
    [
        ("attributable", ["hello"], "finished"),
        ("naive", [], "malformed"),
        ("none", [], "malformed"),
    ],
)
def test_attribution_finds_the_guilty_tool(reflection: str, sent: list[str], end: str) -> None:
    post = Post()
    problem = Problem("letter", (), post.tools)
    made = run(ATC(Scripted(clerk), reflection=reflection).solve(problem, post))
    assert (made.state, made.end) == ({"sent": sent}, end)


def mender(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str:
    """Takes the place for the thing, until it reads that there is no such thing."""
    last = messages[-1].content
    if last.startswith("You review a program"):
        return "look"
    thing = "cat" if "there is no attic" in last else "attic"
    return block(f"print(look('{thing}')['place'])")


@pytest.mark.parametrize(
    ("reflection", "answer"), [("attributable", "attic"), ("naive", "attic"), ("none", None)]
)
def test_reflection_repairs_a_wrong_argument(reflection: str, answer: str | None) -> None:
    agent = ATC(Scripted(mender), reflection=reflection)
    assert run(agent.solve(PROBLEM, InRooms(PROBLEM, 0, 99))).answer == answer


PLACES = ToolSpec("look", "Tells.", {"properties": {"thing": {}}}, {"properties": {"place": {}}})


def test_what_a_tool_gives_is_told_unless_it_is_to_be_a_black_box(tmp_path: Path) -> None:
    problem = replace(PROBLEM, tools=(PLACES,))
    _, model = attempt(FETCH, problem=problem, alpha=1)
    assert 'gives: {"properties": {"place": {}}}' in told(model, 0)
    assert "look(thing=...)" in told(model, 0)
    _, model = attempt(FETCH, problem=problem, alpha=1, returns=False)
    assert "place" not in told(model, 0)
    probe = Probe(0, "Where is the cat?", "print(look('cat'))", {"place": "a"}, {"place": "str"})
    Documentation({"look": probe, "move": Probe()}).save(tmp_path / "found.json")
    file = str(tmp_path / "found.json")
    agent = ATC(Sayings([]), documentation=file)
    assert (agent.documentation, agent.contents["documentation"][:7]) == ("found.json", "sha256:")
    _, model = attempt(FETCH, problem=problem, alpha=1, returns=False, documentation=file)
    assert 'gives, as seen: {"place": "str"}' in told(model, 0)
    assert "      print(look('cat'))" in told(model, 0)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("```python\na\n```\n```python\nb\n```", "a\n"),
        ("```py\na\n```", "a\n"),
        ("```\na\n```", "a\n"),
        ("```python\na\nb", "a\nb"),
        ("<think>```python\na\n```</think>\n```python\nb\n```", "b\n"),
        ("print(1)", None),
        ("```python\n\n```", None),
        ("", None),
    ],
)
def test_the_first_block_is_the_program(reply: str, code: str | None) -> None:
    assert program_in(reply) == code


@pytest.mark.parametrize(
    ("reply", "names"),
    [
        ("movie_credits", ("movie_credits",)),
        ("movie, then movie_credits, then movie", ("movie", "movie_credits")),
        ("`math.sqrt`", ("math_sqrt",)),
        ("math_sqrt(2)", ("math_sqrt",)),
        ("removies", ()),
        ("", ()),
    ],
)
def test_names_are_words_of_their_own(reply: str, names: tuple[str, ...]) -> None:
    offered = {
        "movie": ToolSpec("movie"),
        "movie_credits": ToolSpec("movie_credits"),
        "math_sqrt": ToolSpec("math.sqrt"),
    }
    assert named_in(reply, offered) == names
    assert named_in(reply, {}) == ()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ATC("gpt"), "wants a chat model, and str is none"),  # type: ignore[arg-type]
        (lambda: ATC(Sayings([]), alpha=0), "at least one program"),
        (lambda: ATC(Sayings([]), reflection="deep"), "reflection is one of"),
        (lambda: ATC(Sayings([]), judge="llm"), "judge one of"),
        (lambda: ATC(Sayings([]), seconds=0), "above zero"),
        (lambda: ATC(Sayings([]), documentation="nowhere.json"), "cannot read"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(make: Callable[[], ATC], message: str) -> None:
    with pytest.raises(UserError, match=message):
        make()


def test_it_is_a_sound_agent() -> None:
    def policy(messages: Sequence[Message], tools: Sequence[Any]) -> str:
        has_tools = "ferries_next(town)" in messages[0].content
        return block("print(ferries_next('Talen'))" if has_tools else "print('none')")

    checks = check_model(ATC(Scripted(policy)))
    assert [check.name for check in checks if not check.passed] == []


def writer(problems: Sequence[Problem]) -> Scripted:
    """Writes the gold program of the request that it reads."""
    known = {
        problem.text: as_python(
            problem.gold.program, problem.tools, problem.gold.details.get(ANSWER)
        )
        for problem in problems
    }
    return Scripted(lambda messages, tools: block(known[messages[-1].content]))


@pytest.mark.parametrize("errand", ["flights", "people"])
def test_errands_are_solved_end_to_end(errand: str, tmp_path: Path) -> None:
    task = f"starter-agent/{errand}"
    (part,) = load_task(task).load(Source(), Setting())
    assert isinstance(part, ProblemSet)
    assert part.environment is not None
    world, agent = part.environment, ATC(writer(part.problems))

    async def solve(problem: Problem) -> Trajectory:
        return await agent.solve(problem, await world.open(problem))

    made = run(together(solve(problem) for problem in part.problems))
    assert len(made) == 25
    write_trajectories(tmp_path / "made.jsonl", made)
    result = score(task, tmp_path / "made.jsonl")
    values = {name: found.value for name, found in result.measures.items()}
    assert values["solved_in_world"] == values["path_recall"] == 1.0
