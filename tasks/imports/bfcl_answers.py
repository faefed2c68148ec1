r"""What models answered to the Berkeley Function Calling Leaderboard, read as it was scored.

Models that call through an interface of their own have lists in `result`,
`[{"weather": "{\"city\": \"Oslo\"}"}]`; the others the text that they wrote. Version 4 takes blanks
and back-quotes off a text and adds missing brackets. Version 1 takes "\_" for "_" and adds missing
brackets, except for the models in folders called gpt-*, whose texts it read as they are; and a text
in which a call has no named argument was to it no list of calls.

Source: `decode_ast` and `decode_execute` of ShishirPatil/gorilla, @ 6ea57973
(bfcl_eval/model_handler) and @ 0a49cfc8 (model_handler).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.formats import strict_json
from harness.formats.marked_calls import read_json_calls, read_xml_calls
from harness.formats.python_calls import NotCalls, bracketed, read_python_calls
from harness.formats.source_calls import read_source_calls
from harness.records import Message, Problem, ToolCall, Trajectory

_CONVERSED = ("state", "answer_contained")
"""Measures of the problems whose results stand by turn and step."""
_CALL_LIKE = re.compile(
    r"\w\(\s*\w+\s*=|[\"'](?:name|function)[\"']\s*:|<\W?(?:tool|func)", re.IGNORECASE
)
"""What a text has that tried to be a call."""


class WrongFormat(NotCalls):
    """The text could be read, and was no list of calls: upstream has another name for it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the answers of a file are read.

    Attributes:
        lists: whether calls stand in lists, so that texts hold none.
        first: whether as in version 1.
        loose: whether missing brackets are added.
    """

    lists: bool
    first: bool = False
    loose: bool = True


def has_calls(result: Any) -> bool:
    """True when calls stand directly in a list, or in a step of a turn of it."""
    levels: list[Any] = [result]
    for _ in range(3):
        levels = [item for level in levels if isinstance(level, list) for item in level]
        if any(isinstance(item, dict) for item in levels):
            return True
    return False


def read_answer(result: Any, problem: Problem, reading: Reading) -> Trajectory:
    """The trajectory of a result, for the problem whose id it gets.

    What cannot be decoded is malformed, with upstream's name for why in `detail`. Where it only
    counts whether there is a call, text that does not look like one is an answer, not malformed.
    """
    if problem.gold.success in _CONVERSED:
        made = _conversation(result, problem, reading)
    else:
        made = _single(result, problem, reading)
    return replace(made, problem=problem.id)


def _single(result: Any, problem: Problem, reading: Reading) -> Trajectory:
    raw = _text(result)
    try:
        calls = _decoded(result, problem, reading)
    except NotCalls as error:
        said = (Message("assistant", raw),)
        if problem.gold.wants_call is not None and (reading.lists or not _CALL_LIKE.search(raw)):
            return Trajectory("", messages=said, answer=raw)
        kind = "wrong_output_format" if isinstance(error, WrongFormat) else "failed"
        return _malformed(result, f"ast_decoder:decoder_{kind}")
    return Trajectory("", messages=(Message("assistant", "" if calls else raw, calls),))


def _conversation(result: Any, problem: Problem, reading: Reading) -> Trajectory:
    """Turns of steps; a step that holds no call is what the model said."""
    kind = "multi_turn" if problem.gold.success == "state" else "agentic"
    turns = result if isinstance(result, list) else [None]
    if reading.first:
        turns = [[result]]
    if not all(isinstance(turn, list) for turn in turns) or (kind == "agentic" and len(turns) != 1):
        return _malformed(result, f"{kind}:inference_error")
    messages: list[Message] = []
    answer = None
    for number, turn in enumerate(turns):
        asked = problem.turns[number] if number < len(problem.turns) else ()
        text = "\n".join(said.content for said in asked if said.role == "user")
        messages.append(Message("user", text))
        for step in turn or [""]:
            messages.append(_step(step, problem, reading))
            answer = answer if messages[-1].calls else messages[-1].content or None
    made = Trajectory("", messages=tuple(messages), answer=answer)
    if len(turns) != len(problem.turns):
        return replace(made, end="stopped", detail=f"{kind}:force_terminated")
    if kind == "agentic" and answer is None:
        return replace(made, end="stopped", detail="agentic:no_last_message")
    return made


def _step(step: Any, problem: Problem, reading: Reading) -> Message:
    try:
        if calls := _decoded(step, problem, reading):
            return Message("assistant", "", calls)
    except NotCalls:
        pass  # as upstream: what cannot be decoded is what the model said
    while isinstance(step, list):
        step = step[0] if step else ""
    return Message("assistant", _text(step))


def _malformed(result: Any, detail: str) -> Trajectory:
    said = (Message("assistant", _text(result)),)
    return Trajectory("", messages=said, end="malformed", detail=detail)


def _text(said: Any) -> str:
    """An output as text that can be written."""
    try:
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    except RecursionError:
        return "(nested too deep)"
    return text.encode(errors="replace").decode()


def _decoded(result: Any, problem: Problem, reading: Reading) -> tuple[ToolCall, ...]:
    """The calls of an output.

    Raises:
        NotCalls: it has none that can be read.
    """
    if isinstance(result, list):
        calls = tuple(_listed(item, problem, reading) for item in result)
    elif reading.lists or not isinstance(result, str):
        raise NotCalls("a text, of a model that calls otherwise")
    elif "configuration" in problem.labels:
        calls = _configured(result, problem.labels["configuration"])
    else:
        calls = _written(result, problem.gold.rules, reading)
    try:
        for call in calls:  # tuples are looked into as lists are
            strict_json.check([call.name, call.arguments])
    except strict_json.Refused as error:
        raise NotCalls(str(error)) from None
    return tuple(_plain(call, problem) for call in calls)


def _written(text: str, rules: str, reading: Reading) -> tuple[ToolCall, ...]:
    if not reading.first:
        text = bracketed(text.strip("`\n "))
    elif reading.loose:
        text = bracketed(text.replace("\\_", "_"))
    match rules:
        case "java" | "javascript" as language:
            return read_source_calls(text[1:-1], language)
    calls = read_python_calls(text)
    if reading.first and not all(call.arguments for call in calls):
        raise WrongFormat("a call has no named argument")
    return calls


def _configured(text: str, configuration: str) -> tuple[ToolCall, ...]:
    """A text in one of the formats of format_sensitivity."""
    form = dict(part.split("=", 1) for part in configuration.split("&"))
    text = text.strip("`\n ")
    if form["tool_call_tag"] == "True":
        start, end = text.find("<TOOLCALL>"), text.find("</TOOLCALL>")
        if not 0 <= start < end:
            raise NotCalls("no <TOOLCALL>")
        text = text[start + len("<TOOLCALL>") : end].strip()
    match form["ret_fmt"]:
        case "python":
            return read_python_calls(bracketed(text))
        case "json":
            return read_json_calls(text)
        case written:
            return read_xml_calls(text, concise=written == "concise_xml")


def _listed(item: Any, problem: Problem, reading: Reading) -> ToolCall:
    """A call of a model with an interface for calls, under the tool's own name."""
    if not isinstance(item, dict) or not item:
        raise NotCalls("an element is no call")
    name, arguments = next(iter(item.items()))
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):
            raise NotCalls("arguments are no JSON") from None
    if not isinstance(arguments, dict):
        if not reading.first or problem.gold.wants_call is None:
            raise WrongFormat("arguments are no object")
        arguments = {}  # to version 1 a needless call was one whatever its arguments
    return ToolCall(_own_name(name, problem), arguments)


def _own_name(name: str, problem: Problem) -> str:
    """The tool that a name with "_" for "." means, where it can be only one."""
    names = {tool.name for tool in problem.tools}
    meant = [own for own in names if own.replace(".", "_") == name]
    return meant[0] if name not in names and len(meant) == 1 else name


def _plain(call: ToolCall, problem: Problem) -> ToolCall:
    """The call with plain JSON for arguments.

    A tuple is a list where a tuple is declared, and where no calls are compared. Elsewhere the
    rules tell the two apart, and it becomes text: right nowhere that a list is.
    """
    declared: Any = next((t.parameters for t in problem.tools if t.name == call.name), {})
    properties: Mapping[str, Any] = declared.get("properties") or {}
    plain = {}
    for name, value in call.arguments.items():
        lists = problem.gold.calls is None
        if isinstance(value, tuple) and (properties.get(name) or {}).get("type") == "tuple":
            value = list(value)
        plain[name] = _untupled(value, lists)
    return replace(call, arguments=plain)


def _untupled(value: Any, lists: bool) -> Any:
    match value:
        case tuple() if not lists:
            return repr(value)
        case tuple() | list():
            return [_untupled(item, lists) for item in value]
        case dict():
            return {key: _untupled(item, lists) for key, item in value.items()}
    return value
