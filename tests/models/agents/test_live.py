"""A model behind an endpoint runs errands in the starter world, over the wire and back."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from harness import evaluate, load_task, score
from harness.contracts import ProblemSet
from harness.play.programs import resolve
from harness.records import Problem, Setting
from harness.sources import Source
from harness.store import find_results, read_result

TASK = "starter-agent/flights"
LIMIT = 8


def problems() -> dict[str, Problem]:
    """The first problems by what the user says."""
    (part,) = load_task(TASK).load(Source(), Setting())
    assert isinstance(part, ProblemSet)
    return {problem.text: problem for problem in part.problems[:LIMIT]}


class Knowing:
    """Plays the gold program of whatever it is asked, one call a turn, then says the answer."""

    def __init__(self) -> None:
        self.known = problems()
        self.failing = count()

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        said = [m["content"] for m in body["messages"] if m["role"] == "user"]
        problem = self.known[said[0]]
        given = [json.loads(m["content"]) for m in body["messages"] if m["role"] == "tool"]
        if len(given) == len(problem.gold.program):
            return {"content": self.conclusion(problem, given)}
        call = problem.gold.program[len(given)]
        name = call.name.replace(".", "_")
        assert name in {tool["function"]["name"] for tool in body["tools"]}
        arguments = json.dumps(resolve(dict(call.arguments), given))
        function = {"name": name, "arguments": arguments}
        return {"tool_calls": [{"id": f"c{len(given)}", "type": "function", "function": function}]}

    def conclusion(self, problem: Problem, given: list[Any]) -> str:
        return f"It is done. {' '.join(problem.gold.answers[:1])}"


def completion(message: dict[str, Any]) -> dict[str, Any]:
    finish = "tool_calls" if "tool_calls" in message else "stop"
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return {
        "choices": [{"message": {"role": "assistant", **message}, "finish_reason": finish}],
        "usage": usage,
    }


@pytest.mark.parametrize("failures", [0, 5], ids=["sound", "every fifth request fails"])
def test_errands_are_solved_over_the_wire_and_scored_again(
    server: Any, clock: Any, tmp_path: Path, failures: int
) -> None:
    model = Knowing()

    def answer(request: Any) -> Any:
        if failures and next(model.failing) % failures == 0:
            return server.Reply({"error": {"message": "overloaded"}}, status=503)
        return server.Reply(completion(model.answer(request.body)))

    server.answer = answer
    agent = f'function-calling(openai("tiny", base_url="{server.url}"))'
    out = tmp_path / "out"
    [result] = evaluate(agent, TASK, out=out, limit=LIMIT, cache=False).results
    assert (result.status, result.measures["solved_in_world"].value) == ("complete", 1.0)
    assert result.measures["path_recall"].value == 1.0
    [folder] = find_results(out)
    assert score(TASK, folder.path) == read_result(folder.path)


def test_a_model_that_only_claims_to_have_done_it_solves_nothing_that_is_to_be_done(
    server: Any, clock: Any
) -> None:
    class Boasting(Knowing):
        def answer(self, body: dict[str, Any]) -> dict[str, Any]:
            said = next(m["content"] for m in body["messages"] if m["role"] == "user")
            return {"content": self.conclusion(self.known[said], [])}

    model = Boasting()
    server.answer = lambda request: server.Reply(completion(model.answer(request.body)))
    agent = f'function-calling(openai("tiny", base_url="{server.url}"))'
    [result] = evaluate(agent, TASK, limit=LIMIT, cache=False).results
    reading = sum(not problem.gold.state for problem in model.known.values())
    assert result.measures["solved_in_world"].value == reading / LIMIT
