"""What the teacher of a reversed conversation is told, and the tools by which it reports.

The wording is ours. The tools stand for those of Melancholy495/TTPA @ 36ed29e: Question_gen,
Answer_gen and Restart; there the scenario is a structured output, which not every server gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.records import ToolSpec

SCENE_TEXT = """\
You prepare material for teaching an assistant to use tools. Below are the tools that it will \
have. Imagine one concrete, everyday situation in which a person needs several of them, one \
building on another. Report it by calling describe_scenario: the situation in a few sentences; \
{facts[0]} to {facts[1]} facts that the situation fixes and that calls will need (names, ids, \
dates, amounts, written as the tools want them); and the names of the {chosen[0]} to {chosen[1]} \
tools that may play a part.

{tools}"""
CALLS_TEXT = """\
You act out a situation by calling tools, so that a question can later be made of it.

The situation: {scenario}
What is fixed in it:
{facts}

Call one tool at a time. Use what earlier calls gave in later ones wherever that makes sense, and \
use at least {fewest} of the tools. Give every parameter a real value: one of the facts, or \
something that a call has told you. When the calls amount to something that a person would want to \
know or have done, call give_answer with what you would tell that person, resting on nothing but \
what the calls gave. Where the situation leads nowhere with these tools, call start_over and say \
why."""
BEGIN_TEXT = "Begin: call the tools, and let the calls decide what the question will be."
NEXT_TEXT = "Call the next tool, or give_answer if the calls already lead to a good answer."
LAST_TEXT = "Call at most one more tool, then give_answer."
OVER_TEXT = "No tool is left to call. Call give_answer now."
QUERY_TEXT = """\
You are told of a situation, of the tools that were called in it with what each gave, and of the \
answer. Write what the person in that situation would have asked an assistant for, so that exactly \
these calls are needed and the given answer solves it. Write in the first person, as people speak. \
Name neither tools nor steps. Tell every value that the calls need and that no earlier call gives: \
names, ids, dates, amounts. Do not tell what the calls find out. Call give_question."""


def _special(name: str, about: str, **parameters: Mapping[str, Any]) -> ToolSpec:
    needed = {"type": "object", "properties": parameters, "required": list(parameters)}
    return ToolSpec(name, about, needed)


_TEXT: Mapping[str, Any] = {"type": "string"}
_TEXTS: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}
SCENE = _special(
    "describe_scenario", "Reports the situation.", scenario=_TEXT, facts=_TEXTS, tools=_TEXTS
)
ANSWER = _special("give_answer", "Ends the calls with the answer to the person.", answer=_TEXT)
RESTART = _special("start_over", "Gives the situation up.", reason=_TEXT)
QUESTION = _special("give_question", "Reports what the person asks.", question=_TEXT)
SPECIAL = (SCENE, ANSWER, RESTART, QUESTION)
