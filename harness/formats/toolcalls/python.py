"""Calls as Python: `[weather(city="Oslo", days=2), time()]` is the whole answer.

One call may stand without the brackets, and the answer in a fence of three backticks, or between
Llama's `<|python_start|>` and `<|python_end|>`. Unlike `harness.formats.python_calls`, which reads
as a benchmark does, an argument that is no literal is not taken for a text, and one without a name
is not dropped: both are problems of their call. Tuples become lists, since JSON has no tuples.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from harness.formats.python_calls import NotCalls, read_python_calls
from harness.formats.toolcalls.form import (
    Broken,
    CallFormat,
    Parsed,
    answer,
    headed_result,
    malformed,
    parsed,
)
from harness.formats.toolcalls.values import arguments_of, bounded
from harness.records import ToolCall

_WRAPS = (
    re.compile(r"```(?:python|tool_code)?[ \t]*\n(.*)\n[ \t]*```", re.DOTALL),
    re.compile(r"<\|python_start\|>(.*)<\|python_end\|>(?:<\|\w+\|>)?", re.DOTALL),
)
_CALL = r"[A-Za-z_][\w.]*\("
_WHOLE = re.compile(rf"\[\s*{_CALL}|{_CALL}.*\)\Z", re.DOTALL)
_SOMEWHERE = re.compile(
    rf"^[ \t]*(?:\[\s*{_CALL}|{_CALL}[^()=\n]*=[^()\n]*\)[ \t]*$)", re.MULTILINE
)
_WANTED = "as Python, with nothing around it"


def read(text: str) -> Parsed:
    """The calls of an answer that consists of them."""
    body = text.strip()
    for wrap in _WRAPS:
        if wrapped := wrap.fullmatch(body):
            body = wrapped[1].strip()
    if not _WHOLE.match(body):
        if _SOMEWHERE.search(text):
            return malformed(text, f"something like a call, but not {_WANTED}")
        return answer(text, _WANTED)
    try:
        bounded(body)
        return parsed(text, "", _calls(body if body.startswith("[") else f"[{body}]"))
    except (Broken, NotCalls) as reason:
        return malformed(text, str(reason))
    except (RecursionError, MemoryError):
        return malformed(text, "it is nested too deep")


def write(calls: Sequence[ToolCall]) -> str:
    """A list of calls."""
    return f"[{', '.join(map(_written, calls))}]"


def _calls(listed: str) -> list[ToolCall]:
    """The calls of a list, and what hinders them. Raises `NotCalls` or `Broken`."""
    read = read_python_calls(listed)  # bounds what is parsed here again
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes in strings, which are the model's
        tree = ast.parse(listed, mode="eval").body
    nodes = tree.elts if isinstance(tree, ast.List) else []
    if len(nodes) != len(read) or not nodes:
        raise Broken("no list of calls")
    return [_checked(call, node) for call, node in zip(read, nodes, strict=True)]


def _checked(call: ToolCall, node: ast.expr) -> ToolCall:
    problem = _problem(node) if isinstance(node, ast.Call) else "it is no call"
    if problem:
        return ToolCall(call.name, problem=problem)
    arguments, problem = arguments_of(_plain(dict(call.arguments)), text=False)
    return ToolCall(call.name, arguments, problem=problem)


def _problem(call: ast.Call) -> str:
    """Why the arguments of a call cannot be read, "" if they can."""
    if call.args:
        return "an argument has no name"
    for keyword in call.keywords:
        if keyword.arg is None:
            return "arguments are unpacked by **"
        if not _is_literal(keyword.value):
            return f"the argument {keyword.arg[:80]} is no literal"
    return ""


def _is_literal(node: ast.expr | None) -> bool:
    """Whether a value stands for itself alone. Its depth is bounded by Python's own parser."""
    match node:
        case ast.Constant(value=value):
            return value is None or isinstance(value, str | int | float)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return all(map(_is_literal, items))
        case ast.Dict(keys=keys, values=items):
            texts = all(isinstance(k, ast.Constant) and isinstance(k.value, str) for k in keys)
            return texts and all(map(_is_literal, items))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=value)):
            return isinstance(value, int | float) and not isinstance(value, bool)
    return False


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _written(call: ToolCall) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
    return f"{call.name}({given})"


PYTHON = CallFormat(
    name="python",
    instruction=(
        "To call tools, answer with a Python list of calls and nothing else, every argument by its "
        'name and as a literal: [the_tool(parameter="value"), another_tool(number=2)]'
    ),
    read=read,
    write=write,
    result=headed_result,
    python_names=True,
)
