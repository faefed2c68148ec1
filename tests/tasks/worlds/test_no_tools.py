from __future__ import annotations

from harness.loop import run
from harness.records import Message, Problem, ToolCall
from models.agents.function_calling import FunctionCalling
from models.agents.react import ReAct
from models.scripted import Scripted
from tasks.worlds.no_tools import NOTHING, NoTools

PROBLEM = Problem("p", ((Message("user", "Write a story."),),))


def test_the_request_is_told_once_and_there_is_nothing_to_call() -> None:
    session = run(NoTools().open(PROBLEM, 3))
    assert (session.trial, session.executes, session.tools, session.state) == (3, True, (), None)
    assert run(session.listen()) == PROBLEM.turns[0]
    assert run(session.listen()) is None
    anew = run(session.again())
    assert (anew.trial, run(anew.listen())) == (3, PROBLEM.turns[0])


def test_an_agent_that_invents_a_tool_is_told_so_and_may_still_answer() -> None:
    calls = Scripted([ToolCall("look_up", {"for": "x"}), "Once upon a time."])
    made = run(FunctionCalling(calls).solve(PROBLEM, run(NoTools().open(PROBLEM))))
    assert (made.answer, made.end) == ("Once upon a time.", "finished")
    assert [(m.content, m.failed) for m in made.messages if m.role == "tool"] == [(NOTHING, True)]


def test_react_answers_without_tools() -> None:
    says = Scripted(
        ["Thought: look\nAction: look_up\nInput: {}", "Thought: so be it\nAnswer: Once."]
    )
    made = run(ReAct(says).solve(PROBLEM, run(NoTools().open(PROBLEM))))
    assert (made.answer, made.end) == ("Once.", "finished")
