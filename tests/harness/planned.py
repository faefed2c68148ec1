"""A chat model that carries out plans of calls. It sees nothing but the prompt.

Which plan it is says the user's text; how calls are made says how the prompt asks for them: in
ReAct's text, with Finish at the end, one call a turn, or all that do not need each other at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.play.programs import resolve
from harness.records import Completion, Message, Problem, ToolCall, ToolSpec, Usage

OBSERVED = "Observation: "


@dataclass(frozen=True)
class Plan:
    calls: Sequence[ToolCall]
    answer: Any = None


def plans_of(problems: Sequence[Problem]) -> dict[str, Plan]:
    """The gold programs by what the user says."""
    return {p.text: Plan(p.gold.program, p.gold.details.get("answer")) for p in problems}


class Planned:
    version = "1"

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self._plans = plans

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        place = max(n for n, m in enumerate(messages) if m.content in self._plans)
        plan, rules = self._plans[messages[place].content], messages[0].content
        given = [_given(m) for m in messages[place:] if _observes(m)]
        ready = [c for c in plan.calls[len(given) :] if _last_needed(c.arguments) <= len(given)]
        together = [
            call
            for call, planned in zip(ready, plan.calls[len(given) :], strict=False)
            if call is planned
        ]
        made = [ToolCall(c.name, resolve(c.arguments, given)) for c in together]
        if not made:
            return _finish(_answer(plan, given), tools)
        made = made if "the same turn" in rules else made[:1]
        if not tools:
            arguments = json.dumps(made[0].arguments)
            text = f"Thought: next\nAction: {made[0].name}\nInput: {arguments}"
            return Completion(text, Usage(1, 1))
        return Completion("", Usage(1, 1), calls=tuple(made))


def _finish(answer: str, tools: Sequence[ToolSpec]) -> Completion:
    if not tools:
        return Completion(f"Thought: done\nAnswer: {answer}", Usage(1, 1))
    if any(tool.name == "Finish" for tool in tools):
        arguments = {"return_type": "give_answer", "final_answer": answer}
        return Completion("", Usage(1, 1), calls=(ToolCall("Finish", arguments),))
    return Completion(answer, Usage(1, 1))


def _answer(plan: Plan, given: Sequence[Any]) -> str:
    if plan.answer is None:
        return "Done."
    if isinstance(plan.answer, Mapping):
        return str(sum(resolve(plan.answer["sum"], given)))
    return str(resolve(plan.answer, given))


def _observes(message: Message) -> bool:
    return message.role == "tool" or message.content.startswith(OBSERVED)


def _given(message: Message) -> Any:
    return json.loads(message.content.removeprefix(OBSERVED))


def _last_needed(arguments: Mapping[str, Any]) -> int:
    """The number of the last call that arguments refer to; 0 if they refer to none."""
    numbers = re.findall(r'"\$(\d+)[."]', json.dumps(dict(arguments)))
    return max(map(int, numbers), default=0)
