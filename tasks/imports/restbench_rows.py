"""Rows of JSON that say which tools were called for a query of RestBench.

A row is one of

- plain: {"query": text or "problem": id, "calls": [...], "answer": text, "trial": whole}, where a
  call is a tool's name ("GET /search/movie", "GET_search_movie"), a request ({"method": "GET",
  "url": ..., "params": ..., "data": ...}) or a call ({"name": ..., "arguments": {...}}), the last
  two with "response" (text) and "failed" (true or false) where that is known;
- DRAFT's (Inference_DFSDT.py of github.com/quchangle1/DRAFT at 324685d): {"question",
  "final_answer", "execute_log": {"api_result_ls": [[{"tool_name", "api_name", "parameters"}]],
  "call_result_ls"}}. That script is for ToolBench; of RestBench, where tools have no API of their
  own, a call without "api_name" is taken by its "tool_name";
- ConAgents' (run_tmdb.py of github.com/shizhl/CoAgents at 14b7d70), without its query:
  [[thought, action, observation], ...]. The action is the address of the tool chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.formats import strict_json
from harness.formats.strict_json import Refused
from harness.records import Message, ToolCall, Trajectory

STEPS = 5
"""ConAgents ends after so many steps (run_tmdb.py), finished or not."""
_ADDRESS = re.compile(r"(?:\b(GET|POST|PUT|PATCH|DELETE)\s+)?((?:https?:/)?/\S+)")


def attempt(row: Any) -> Trajectory:
    """The attempt in a row; at which problem is left open, and which trial where it says none.

    Raises:
        Refused: it is no such row; the message says why.
    """
    strict_json.check(row)
    if isinstance(row, list):
        return _con_agents(row)
    if not isinstance(row, Mapping):
        raise Refused("a row must be an object, or a list of steps")
    return _draft(row) if "execute_log" in row else _plain(row)


def rows_of(text: str) -> Iterator[tuple[str, Any]]:
    """The rows of a file's text, each with its place ("line 3", "row 3"); a broken one `Refused`.

    The text is one value, one a line, or several one after the other; a value is a row or a list
    of rows.
    """
    values = list(_values(text))
    for line, value in values:
        if isinstance(value, list) and not _is_steps(value, alone=len(values) == 1):
            yield from ((f"row {number}", row) for number, row in enumerate(value, 1))
        else:
            yield f"line {line}", value


def _values(text: str) -> Iterator[tuple[int, Any]]:
    """Each JSON value of a text with the line it begins in; `Refused` where there is none."""
    whole = _decoded(text)
    if not isinstance(whole, Refused):
        yield 1, whole
        return
    lines = iter(enumerate(text.split("\n"), 1))  # not splitlines: JSON may hold U+2028
    for number, line in lines:
        if not line.strip():
            continue
        if line.strip() in ("{", "["):  # a value written over several lines, its end unindented
            end = "}" if line.strip() == "{" else "]"
            block = [line]
            for _, inner in lines:
                block.append(inner)
                if inner.rstrip() == end:
                    break
            line = "\n".join(block)
        yield number, _decoded(line)


def _decoded(text: str) -> Any:
    try:
        return strict_json.loads(text)
    except Refused as error:
        return error


def _is_steps(value: Sequence[Any], alone: bool) -> bool:
    """Whether a list is one row of ConAgents, rather than a list of rows."""
    if not value:
        return not alone
    return all(_is_step(step) for step in value)


def _is_step(value: object) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(map(_is_text, value))


def _con_agents(row: Sequence[Any]) -> Trajectory:
    messages: list[Message] = []
    for number, step in enumerate(row):
        if not _is_step(step):
            raise Refused(f"step {number + 1} is no thought, action and observation")
        thought, action, observation = step
        found = _ADDRESS.search(action)
        call = ToolCall(action.strip(), id=str(number))
        if found:
            call = ToolCall(found[1] or "GET", {"url": found[2]}, str(number))
        messages.append(Message("assistant", thought, (call,)))
        messages.append(Message("tool", observation, call_id=call.id))
    if len(row) >= STEPS:
        return Trajectory("", 0, tuple(messages), None, "stopped", f"after {STEPS} steps")
    return Trajectory("", 0, tuple(messages))


def _draft(row: Mapping[str, Any]) -> Trajectory:
    log = row["execute_log"]
    groups = log.get("api_result_ls") if isinstance(log, Mapping) else None
    if not isinstance(groups, list) or not all(isinstance(group, list) for group in groups):
        raise Refused("execute_log has no api_result_ls, a list of lists of calls")
    results = log.get("call_result_ls")
    results = results if isinstance(results, list) else []
    messages: list[Message] = []
    for number, group in enumerate(groups):
        calls = [_draft_call(call, f"{number}.{place}") for place, call in enumerate(group)]
        messages.append(Message("assistant", calls=tuple(calls)))
        if calls and number < len(results) and _is_text(results[number]):
            messages.append(Message("tool", results[number], call_id=calls[0].id))
    return Trajectory("", 0, tuple(messages), _text_of(row, "final_answer"))


def _draft_call(call: Any, id: str) -> ToolCall:
    name = _text_of(call, "api_name", "tool_name") if isinstance(call, Mapping) else None
    if name is None:
        raise Refused("a call has neither api_name nor tool_name")
    return _with_arguments(name, call.get("parameters"), id)


def _plain(row: Mapping[str, Any]) -> Trajectory:
    calls, trial = row.get("calls"), row.get("trial", 0)
    if not isinstance(calls, list):
        raise Refused("calls is no list")
    messages: list[Message] = []
    for number, given in enumerate(calls):
        call = _any_call(given, str(number))
        messages.append(Message("assistant", calls=(call,)))
        if not isinstance(given, Mapping):
            continue
        failed, response = given.get("failed"), _text_of(given, "response")
        if failed is not None and not isinstance(failed, bool):
            raise Refused(f"call {number + 1}: failed is neither true nor false")
        if response is not None or failed is not None:
            messages.append(Message("tool", response or "", call_id=call.id, failed=failed))
    if not isinstance(trial, int) or isinstance(trial, bool) or trial < 0:
        raise Refused("trial is no whole number from 0")
    return Trajectory("", trial, tuple(messages), _text_of(row, "answer", "final_answer"))


def _any_call(call: Any, id: str) -> ToolCall:
    if isinstance(call, str):
        return ToolCall(call, id=id)
    if not isinstance(call, Mapping):
        raise Refused("a call must be a text or an object")
    if (name := _text_of(call, "name")) is not None:
        return _with_arguments(name, call.get("arguments"), id)
    method, url = _text_of(call, "method"), _text_of(call, "url")
    if method is None or url is None:
        raise Refused("a call has neither a name nor a method and a url")
    sent = {part: call[part] for part in ("params", "data") if call.get(part) is not None}
    return ToolCall(method, {"url": url, **sent}, id)


def _with_arguments(name: str, arguments: Any, id: str) -> ToolCall:
    if arguments is None:
        return ToolCall(name, id=id)
    if not isinstance(arguments, Mapping):
        return ToolCall(name, id=id, problem="the arguments are no object")
    return ToolCall(name, arguments, id)


def _text_of(row: Mapping[str, Any], *keys: str) -> str | None:
    """The first of the fields that is a text."""
    return next((row[key] for key in keys if _is_text(row.get(key))), None)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
