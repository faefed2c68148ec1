"""The check of BFCL's conversations on upstream's own back-ends, beside upstream's own checker.

Needs an environment that has bfcl-eval, named by ASSAY_BFCL_PYTHON.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.judging import judge_all
from harness.measures.attempt import Attempt
from harness.measures.tools.outcome import success
from harness.records import Message, Problem, Setting, ToolCall, Trajectory
from harness.sources import Source
from models.reference_agents import oracle_attempt
from tasks.bfcl import BENCHMARK
from tasks.judges.bfcl_state import VARIABLE, BfclState, bfcl_state

pytestmark = pytest.mark.realdata

CATEGORIES = ("base", "miss_func", "miss_param", "long_context")
UPSTREAM = """
import json, re, sys
from bfcl_eval.eval_checker.multi_turn_eval import multi_turn_utils
from bfcl_eval.eval_checker.multi_turn_eval.multi_turn_checker import multi_turn_checker

for line in sys.stdin:
    job = json.loads(line)
    found = multi_turn_checker(job["model"], job["gold"], job["entry"], "", "model")
    turn = re.search(r"turn (\\d+)", found.get("error_message", ""))
    print(json.dumps([found.get("error_type", ""), turn and turn[1]]))
    for name in [n for n in vars(multi_turn_utils) if n.endswith("_instance")]:
        delattr(multi_turn_utils, name)  # instances are kept by the entry's id
"""
Turns = list[list[ToolCall]]


@pytest.fixture(scope="module")
def judge() -> Iterator[BfclState]:
    if not os.environ.get(VARIABLE):
        pytest.skip(f"needs an environment that has bfcl-eval: set {VARIABLE} to its python")
    made = bfcl_state(workers=2)
    yield made
    made.close()


@pytest.fixture
def problems(data: Path) -> dict[str, Problem]:
    tasks = [BENCHMARK.tasks[f"bfcl/multi_turn_{category}"] for category in CATEGORIES]
    loaded: list[Any] = [task.load(Source(data), Setting()) for task in tasks]
    return {p.id: p for (one,) in loaded for p in one.problems}


def turns_of(problem: Problem) -> Turns:
    """The gold calls."""
    return list(map(list, Attempt(problem, oracle_attempt(problem)).turns))


def attempt(problem: Problem, turns: Sequence[Sequence[ToolCall]]) -> Trajectory:
    messages: list[Message] = []
    for turn in turns:
        messages += [Message("user", "go on"), Message("assistant", "", tuple(turn))]
    return Trajectory(problem.id, messages=tuple(messages))


def judged(judge: BfclState, problem: Problem, turns: Turns) -> str:
    (found,) = judge_all(
        {problem.id: problem}, [attempt(problem, turns)], judge, repeats=1
    ).trajectories
    (said,) = found.judgements
    assert success(Attempt(problem, found)) == (said.label == "valid")
    return said.reason


def test_gold_calls_are_valid_in_every_conversation(
    judge: BfclState, problems: dict[str, Problem]
) -> None:
    right = [oracle_attempt(problem) for problem in problems.values()]
    found = judge_all(problems, right, judge, repeats=1)
    assert not found.failures
    scores = [success(Attempt(problems[t.problem], t)) for t in found.trajectories]
    assert scores == [1.0] * 800


def test_mutations_of_a_conversation_are_judged_as_the_rules_say(
    judge: BfclState, problems: dict[str, Problem]
) -> None:
    """Its turns: cd, mkdir temp, mv final_report.pdf; cd, grep; sort; cd, mv, cd, diff."""
    problem = problems["multi_turn_base_0"]

    def reason(turn: int, calls: slice, *instead: ToolCall) -> str:
        turns = turns_of(problem)
        turns[turn][calls] = instead
        return judged(judge, problem, turns)

    only_read = [ToolCall("ls"), ToolCall("pwd"), ToolCall("cat", {"file_name": "nowhere"})]
    assert reason(0, slice(3, 3), *only_read) == ""
    changed = ToolCall("mkdir", {"dir_name": "tmp"})
    extra = ToolCall("touch", {"file_name": "extra.txt"})
    for wrong in (
        reason(0, slice(1, 2), changed),
        reason(0, slice(2, 3)),
        reason(0, slice(3, 3), extra),
    ):
        assert wrong.startswith("multi_turn:instance_state_mismatch turn 0: GorillaFileSystem.root")
    assert reason(1, slice(1, 2)).startswith("multi_turn:execution_response_mismatch turn 1: ")
    assert reason(2, slice(0, 1)) == "multi_turn:empty_turn_model_response turn 2"
    assert judged(judge, problem, turns_of(problem)[:3]) == (
        "multi_turn:force_terminated 3 of 4 turns"
    )


def test_upstreams_checker_says_the_same_of_random_mutations(
    judge: BfclState, problems: dict[str, Problem]
) -> None:
    draw = random.Random(5)
    asked = draw.choices(list(problems.values()), k=600)
    mutated = [_mutated(turns_of(problem), problem, draw) for problem in asked]
    attempts = [attempt(p, turns) for p, turns in zip(asked, mutated, strict=True)]
    found = judge_all(problems, attempts, judge, repeats=1).trajectories
    ours = [one.judgements[0].reason for one in found]
    theirs = _upstream(asked, mutated)
    assert {kind for kind, _ in theirs} == {
        "",
        "multi_turn:empty_turn_model_response",
        "multi_turn:execution_response_mismatch",
        "multi_turn:instance_state_mismatch",
    }
    for reason, (kind, turn) in zip(ours, theirs, strict=True):
        assert reason.partition(" ")[0] == kind
        if turn is not None:  # upstream does not tell the turn of a state
            assert reason.partition(":")[2].split()[2].rstrip(":") == turn


def _mutated(turns: Turns, problem: Problem, draw: random.Random) -> Turns:
    """The gold calls with one to three changes."""
    for _ in range(draw.randint(1, 3)):
        turn = draw.choice(turns)
        if not turn:
            continue
        at = draw.randrange(len(turn))
        call = turn[at]
        match draw.choice(["value", "without", "extra", "name", "drop", "twice", "move", "other"]):
            case "value" if call.arguments:
                name = draw.choice(list(call.arguments))
                value = draw.choice([None, True, 0, -1.5, "", "é ' \"\n", [], ["a"], {"a": [1]}])
                turn[at] = replace(call, arguments={**call.arguments, name: value})
            case "without" if call.arguments:
                left = dict(call.arguments)
                left.pop(draw.choice(list(left)))
                turn[at] = replace(call, arguments=left)
            case "extra":
                turn[at] = replace(call, arguments={**call.arguments, "unheard_of": 1})
            case "name":
                names = [f"{call.name}_", f"os.{call.name}", "remove", "os.kill", "_private"]
                turn[at] = replace(call, name=draw.choice(names))
            case "drop":
                del turn[at]
            case "twice":
                turn.append(call)
            case "move":
                draw.choice(turns).append(turn.pop(at))
            case "other":
                turn.insert(at, ToolCall(draw.choice(problem.tools).name))
    return turns


def _upstream(problems: Sequence[Problem], mutated: Sequence[Turns]) -> list[tuple[str, Any]]:
    """Upstream's error type, "" where it finds none, and the turn that it names."""
    lines = []
    for problem, turns in zip(problems, mutated, strict=True):
        model = [[[_written(call) for call in turn]] if turn else [] for turn in turns]
        entry = {"id": problem.id, **problem.gold.details}
        lines.append(json.dumps({"model": model, "gold": problem.gold.turns, "entry": entry}))
    done = subprocess.run(
        [os.environ[VARIABLE], "-I", "-c", UPSTREAM],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def _written(call: ToolCall) -> str:
    arguments = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
    return f"{call.name}({arguments})"
