"""Plug-in tasks of starter worlds to train and to choose on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import evaluate
from harness.contracts import ProblemSet
from harness.errors import UserError
from harness.loading import load_task
from harness.loading.plugins import load_plugin
from harness.measures.attempt import Attempt
from harness.records import Message, Problem, Setting, ToolCall, Trajectory
from harness.sources import Source
from tasks.starter_agent import SEED
from tasks.worlds.starter.assignments import assign

WORLDS = Path(__file__).parents[2] / "examples" / "methods" / "worlds.py"


def loaded(expression: str) -> ProblemSet:
    (part,) = load_task(f"{WORLDS}:{expression}").load(Source(None), Setting())
    assert isinstance(part, ProblemSet)
    return part


def lengths(part: ProblemSet) -> set[int]:
    return {len(problem.gold.program) for problem in part.problems}


def test_errands_are_of_all_kinds_and_of_the_length_that_is_wanted() -> None:
    part = loaded("Errands(seed=301, size=12, calls=2, problems=20)")
    assert len(part.problems) == 20
    assert len({problem.id for problem in part.problems}) == 20
    assert lengths(part) == {1, 2}
    assert len({problem.id.partition("-")[0] for problem in part.problems}) >= 7
    assert lengths(loaded("Errands(seed=301, size=12, fewest=2, calls=3, problems=9)")) == {2, 3}


def test_errands_are_those_of_the_suite_in_another_world() -> None:
    part = loaded("Errands(seed=301, size=12, calls=12, problems=24)")
    known = {p.id: p for p in assign(301, 12, "flights", 12)}
    mine = [p for p in part.problems if p.id in known]
    assert mine
    assert all(problem == known[problem.id] for problem in mine)


def test_errands_and_questions_are_solved_by_their_gold_programs() -> None:
    tasks = [
        f"{WORLDS}:Errands(seed=301, size=12, calls=2, problems=8)",
        f"{WORLDS}:Questions(seed=301, size=12, hops=2, questions=5)",
    ]
    errands, questions = evaluate("oracle", tasks, cache=False).results
    assert errands.main_measure == "solved_in_world"
    assert errands.main.value == 1.0
    assert questions.main_measure == "exact_match"
    assert questions.counts.queries == 5


def test_calls_are_right_by_their_program_and_wrong_by_another() -> None:
    part = loaded("Calls(seed=301, size=12, problems=10)")
    assert part.single
    assert part.environment is None
    for problem in part.problems:
        (expected,) = problem.gold.calls or ()
        assert expected.name == problem.gold.path[0]
        assert all(len(values) == 1 for values in expected.arguments.values())
        assert expected.name in {tool.name for tool in problem.tools}
        right = ToolCall(expected.name, {k: v[0] for k, v in expected.arguments.items()})
        assert not faults(problem, right)
        name = next(iter(right.arguments))
        assert faults(problem, replace(right, arguments={**right.arguments, name: "x"})) == [
            "wrong value"
        ]
        assert faults(problem) == ["missing call"]


def test_calls_of_longer_errands_are_those_of_their_programs_with_values() -> None:
    expression = "Calls(seed=301, size=12, fewest=2, calls=3, problems=9)"
    part = loaded(expression)
    assert not part.single
    assert {len(problem.gold.calls or ()) for problem in part.problems} == {2, 3}
    assert "$" not in str([problem.gold.calls for problem in part.problems])
    measures = ["ast", "solved_in_world"]
    task = f"{WORLDS}:{expression}"
    [result] = evaluate("oracle", task, measures=measures, cache=False).results
    assert [result.measures[name].value for name in measures] == [1.0, 1.0]
    problem = part.problems[0]
    first, *rest = (
        ToolCall(one.name, {k: v[0] for k, v in one.arguments.items()})
        for one in problem.gold.calls or ()
    )
    assert not faults(problem, first, *rest)
    assert faults(problem, *rest) == ["missing call"]


def faults(problem: Problem, *calls: ToolCall) -> list[str]:
    made = Trajectory(problem.id, 0, (Message("assistant", calls=calls),))
    return [error.fault for error in Attempt(problem, made).verdict.errors]


def test_other_worlds_and_other_numbers_are_other_tasks() -> None:
    cards = [
        load_task(f"{WORLDS}:{expression}").card
        for expression in (
            "Errands(seed=301)",
            "Errands(seed=302)",
            "Errands(seed=301, calls=2)",
            "Questions(seed=301)",
            "Questions(seed=301, hops=2)",
            "Calls(seed=301)",
        )
    ]
    assert len({card.name for card in cards}) == 6
    sizes = [load_task(f"{WORLDS}:Questions(seed=301, size={n})").card.version for n in (12, 16)]
    assert sizes[0] != sizes[1]


@pytest.mark.parametrize("kind", ["Errands", "Questions", "Calls"])
def test_the_world_that_is_evaluated_is_refused(kind: str) -> None:
    with pytest.raises(UserError, match=f"seed {SEED} is evaluated"):
        load_task(f"{WORLDS}:{kind}(seed={SEED})")


@pytest.mark.parametrize("wrong", ["calls=0", "calls=13", "fewest=4", "problems=0"])
def test_numbers_that_make_no_sense_are_refused(wrong: str) -> None:
    with pytest.raises(UserError, match="errands take 1 to 12 calls"):
        load_task(f"{WORLDS}:Errands(seed=301, {wrong})")


def test_the_checker_takes_what_follows_from_the_request_alone() -> None:
    founded: Any = load_plugin(str(WORLDS)).get("founded")
    asked = {"role": "user", "content": "Alert me to this weather in Hacor: gale."}

    def called(arguments: str) -> dict[str, Any]:
        function = {"name": "weather_alert", "arguments": arguments}
        said = {"role": "assistant", "content": "", "tool_calls": [{"function": function}]}
        return {"messages": [asked, said]}

    assert founded(called('{"town": "Hacor", "condition": "gale"}')) == ""
    assert "town=Bajo" in founded(called('{"town": "Bajo", "condition": "gale"}'))
    read = {"role": "user", "content": "Passages:\n[1] Kella, 1111.\n\nQuestion: When?"}
    assert founded({"messages": [read, {"role": "assistant", "content": "1111"}]}) == ""
    assert founded({"messages": [read, {"role": "assistant", "content": "1112"}]})
