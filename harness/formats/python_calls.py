"""Calls that a model wrote as Python: `[weather(city="Oslo", days=2), news.latest(topics=["a"])]`.

The text is parsed and never run. Values are what the literals say; whatever else stands for a value
becomes text where a reader would take it for a value that the model does not know yet (a variable,
an element of one, a call without named arguments) and a nested object where a call with named
arguments does. Arguments without a name are dropped: nothing says which parameter they are for.

Source of the conventions: how the Berkeley Function Calling Leaderboard reads answers
(ShishirPatil/gorilla @ 6ea57973, bfcl_eval/model_handler/utils.py, `ast_parse`), which evaluates
arithmetic with `eval` where this module does it by hand, and within bounds.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from harness.records import ToolCall

_Read = TypeVar("_Read")

MAX_LENGTH = 1_000_000
"""Characters of a text that is read at all."""
_MAX_BITS = 4_096
"""Of a whole number that arithmetic gives."""
_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


class NotCalls(ValueError):
    """The text is no list of calls; the message says why."""


def read_python_calls(text: str) -> tuple[ToolCall, ...]:
    """The calls of a text that is a list of them; `[]` has none.

    Args:
        text: a Python list or tuple of calls with named arguments. `bracketed` makes a list of
            looser answers.

    Returns:
        The calls in order. Tuples stay tuples, inside the values too, since some rules tell them
        from lists; all else is plain JSON. What `**` unpacks is an argument named "**".

    Raises:
        NotCalls: it is anything else, or too long, or nested too deep.
    """
    return _read(text, _calls)


def read_python_value(text: str) -> Any:
    """The value of a text, as that of an argument is read.

    Raises:
        NotCalls: it is none, or too long, or nested too deep.
    """
    return _read(text, _value)


def bracketed(text: str) -> str:
    """The text as a list: brackets are added where the first or the last is not there."""
    start = "" if text.startswith("[") else "["
    return f"{start}{text}{'' if text.endswith(']') else ']'}"


def _read(text: str, reads: Callable[[ast.expr], _Read]) -> _Read:
    if len(text) > MAX_LENGTH:
        raise NotCalls(f"longer than {MAX_LENGTH:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in strings, which are the model's
            return reads(ast.parse(text, mode="eval").body)
    except NotCalls:
        raise
    except (RecursionError, MemoryError):
        raise NotCalls("nested too deep") from None
    except (SyntaxError, ValueError, TypeError, ArithmeticError) as error:
        raise NotCalls(str(error).partition("\n")[0]) from None


def _calls(node: ast.expr) -> tuple[ToolCall, ...]:
    if not isinstance(node, ast.List | ast.Tuple):
        raise NotCalls(f"no list but {_named(node)}")
    return tuple(map(_top, node.elts))


def _top(node: ast.expr) -> ToolCall:
    if not isinstance(node, ast.Call):
        raise NotCalls(f"an element is no call but {_named(node)}")
    return ToolCall(_name(node), _arguments(node))


def _name(call: ast.Call) -> str:
    """`a.b` of `a.b(...)`; what precedes the dots is left out where it is no name."""
    parts = []
    node = call.func
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def _arguments(call: ast.Call) -> dict[str, Any]:
    return {keyword.arg or "**": _value(keyword.value) for keyword in call.keywords}


def _value(node: ast.expr | None) -> Any:
    match node:
        case ast.Constant(value=value):
            return (
                value if isinstance(value, bool | int | float | str | None) else ast.unparse(node)
            )
        case ast.List(elts=elements):
            return [_value(element) for element in elements]
        case ast.Tuple(elts=elements):
            return tuple(_value(element) for element in elements)
        case ast.Dict(keys=keys, values=values):
            return {_key(key): _value(value) for key, value in zip(keys, values, strict=True)}
        case ast.Name(id=name):
            return name
        case ast.Call(keywords=[]) | ast.Subscript():
            return ast.unparse(node)
        case ast.Call():
            return {_name(node): _arguments(node)}
        case ast.UnaryOp() | ast.BinOp():
            return _number(node)
    raise NotCalls(f"a value is {_named(node)}")


def _key(node: ast.expr | None) -> str:
    value = _value(node)
    if isinstance(value, list | dict):
        raise NotCalls("a key is no literal")
    return value if isinstance(value, str) else str(value)


def _number(node: ast.expr) -> Any:
    """Arithmetic on literals; texts may be joined by `+`."""
    match node:
        case ast.Constant(value=int() | float() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.UnaryOp(op=ast.UAdd(), operand=ast.Constant(value=int() | float() as value)):
            return +value
        case ast.UnaryOp(op=ast.Not(), operand=ast.Constant(value=bool() as value)):
            return not value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            return _computed(type(op), _number(left), _number(right))
    raise NotCalls(f"a value is {_named(node)} of what is no literal")


def _computed(op: type[ast.operator], left: Any, right: Any) -> Any:
    texts = isinstance(left, str) + isinstance(right, str)
    if texts and (texts == 1 or op is not ast.Add):
        raise NotCalls("arithmetic on text")
    if op is ast.Pow and _bits(left) * _bits(right) and _bits(left) * abs(right) > _MAX_BITS:
        raise NotCalls("a power too large")
    value = _ARITHMETIC[op](left, right)
    if isinstance(value, complex) or _bits(value) > _MAX_BITS:
        raise NotCalls("a number too large")
    return value


def _bits(value: Any) -> int:
    """Of a whole number; 0 for what does not grow with its value."""
    return value.bit_length() if isinstance(value, int) else 0


def _named(node: ast.expr | None) -> str:
    return type(node).__name__ if node is not None else "unpacked"
