"""Gold programs as Python, as a writer of programs would hand them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from keyword import iskeyword
from typing import Any

from harness.errors import UserError
from harness.play.programs import REFERENCE
from harness.records import ToolCall, ToolSpec
from harness.sandbox.offers import function_names

LONGEST = 2_000
"""Characters that are printed of what a call gave; a program may not print without end."""


def as_python(program: Sequence[ToolCall], tools: Sequence[ToolSpec], answer: Any = None) -> str:
    """A program of calls, such as `Gold.program`, as source for `harness.sandbox.run_program`.

    What the calls give are the variables `r1`, `r2`, ...; a text "$2.items.0.id" in an argument
    becomes `r2["items"][0]["id"]`, a number being a place in a list. Under each comment stands one
    call of the tool that it names.

    Args:
        program: the calls; each may refer to those before it.
        tools: what there is, for the names of the functions.
        answer: what is printed: a reference, {"sum": [references]}, or any plain value, as
            `Gold.details["answer"]` has it; None prints the beginning of what the last call gave.

    Raises:
        UserError: a call's tool is not there, or a reference is to a call that comes later.
    """
    functions = {tool.name: name for name, tool in function_names(tools).items()}
    lines: list[str] = []
    for number, call in enumerate(program, 1):
        if call.name not in functions:
            raise UserError(f"call {number} is of '{call.name}', which is no tool of the problem")
        arguments = _arguments(call.arguments, number - 1)
        lines += [f"# {call.name}", f"r{number} = {functions[call.name]}({arguments})"]
    return "\n".join([*lines, f"print({_printed(answer, len(program))})"]) + "\n"


def _arguments(given: Mapping[str, Any], made: int) -> str:
    """The arguments by name; all of them in one dict where one is no name in Python."""
    if all(name.isidentifier() and not iskeyword(name) for name in given):
        return ", ".join(f"{name}={_value(value, made)}" for name, value in given.items())
    return f"**{_value(given, made)}"


def _value(value: Any, made: int) -> str:
    """A plain value with references in it as an expression."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k!r}: {_value(v, made)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(part, made) for part in value) + "]"
    match = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return repr(value)
    if int(match[1]) > made:
        raise UserError(f"'{value}' refers to a call that has not been made")
    steps = match[2].split(".")[1:]
    return f"r{match[1]}" + "".join(
        f"[{int(step) if step.isdecimal() else repr(step)}]" for step in steps
    )


def _printed(answer: Any, made: int) -> str:
    if answer is None:
        return f"str(r{made})[:{LONGEST}]" if made else "None"
    if isinstance(answer, Mapping) and set(answer) == {"sum"}:
        return f"sum({_value(answer['sum'], made)})"
    return _value(answer, made)
