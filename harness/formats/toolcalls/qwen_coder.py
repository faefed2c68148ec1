"""Calls as Qwen3-Coder writes them, in tags of which each holds the bare text of one argument.

    <tool_call>
    <function=weather>
    <parameter=city>
    Oslo
    </parameter>
    </function>
    </tool_call>

A line break behind an opening tag and one before its closing tag are no part of the text. Nothing
is quoted in this format: an argument ends at the first `</parameter>`, and one that holds a tag of
the format is a problem, since nobody can tell where it ends. What the texts stand for is said by
the tool's schema, see `harness.formats.toolcalls.by_schema`.

Source: the chat template of Qwen/Qwen3-Coder-30B-A3B-Instruct, and its own parser there
(qwen3coder_tool_parser.py), which repairs what is a problem here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.formats.toolcalls.form import Broken, CallFormat, Parsed
from harness.formats.toolcalls.tagged import CLOSE, OPEN, between_tags
from harness.formats.toolcalls.values import after_blanks, written
from harness.records import ToolCall

_FUNCTION, _FUNCTION_END = "<function=", "</function>"
_PARAMETER, _PARAMETER_END = "<parameter=", "</parameter>"
_TAGS = (OPEN, CLOSE, _FUNCTION, _FUNCTION_END, _PARAMETER)
"""What an argument cannot hold."""
_NAME = re.compile(r"([^<>\n]{1,200})>")


def read(text: str) -> Parsed:
    """The calls of an answer, each between its tags; every argument is a text."""
    return between_tags(text, _call, (CLOSE, _FUNCTION, _PARAMETER))


def write(calls: Sequence[ToolCall]) -> str:
    """Each call between its tags; what is no text, as JSON."""
    return "\n".join(map(_written, calls))


def _written(call: ToolCall) -> str:
    given = [
        f"{_PARAMETER}{name}>\n{value if isinstance(value, str) else written(value)}\n"
        f"{_PARAMETER_END}"
        for name, value in call.arguments.items()
    ]
    return "\n".join([OPEN, f"{_FUNCTION}{call.name}>", *given, _FUNCTION_END, CLOSE])


def _call(text: str, start: int) -> tuple[ToolCall, int]:
    """The call behind an opening tag, and where what follows its closing tag begins."""
    name = ""
    try:
        name, place = _named(text, after_blanks(text, start), _FUNCTION)
        arguments: dict[str, str] = {}
        while text.startswith(_PARAMETER, place := after_blanks(text, place)):
            parameter, place = _named(text, place, _PARAMETER)
            if parameter in arguments:
                raise Broken(f"the argument {parameter[:80]!a} stands twice")
            arguments[parameter], place = _value(text, place, parameter)
        for tag in (_FUNCTION_END, CLOSE):
            place = after_blanks(text, place)
            if not text.startswith(tag, place):
                raise Broken(f"something else stands where {tag} should")
            place += len(tag)
        return ToolCall(name, arguments), place
    except Broken as broken:
        close = text.find(CLOSE, start)
        return (
            ToolCall(name, problem=str(broken)),
            close + len(CLOSE) if close >= 0 else len(text),
        )


def _named(text: str, place: int, tag: str) -> tuple[str, int]:
    """The name in an opening tag, and where what follows the tag begins."""
    if not text.startswith(tag, place):
        raise Broken(f"no {tag}name> behind {OPEN}")
    named = _NAME.match(text, place + len(tag))
    if named is None or not named[1].strip():
        raise Broken(f"a {tag}...> without a name")
    return named[1].strip(), named.end()


def _value(text: str, place: int, parameter: str) -> tuple[str, int]:
    """The text of an argument, and where what follows its closing tag begins."""
    end = text.find(_PARAMETER_END, place)
    if end < 0:
        raise Broken(f"the argument {parameter[:80]!a} has no {_PARAMETER_END}")
    value = text[place:end]
    if any(tag in value for tag in _TAGS):
        raise Broken(f"the argument {parameter[:80]!a} holds a tag, so that its end is not known")
    return value.removeprefix("\n").removesuffix("\n"), end + len(_PARAMETER_END)


def _result(name: str, content: str) -> str:
    return f"<tool_response>\n{content}\n</tool_response>"


QWEN_CODER = CallFormat(
    name="qwen3-coder",
    instruction=(
        f"To call a tool, write\n{OPEN}\n{_FUNCTION}the tool>\n{_PARAMETER}its parameter>\n"
        f"the value\n{_PARAMETER_END}\n{_FUNCTION_END}\n{CLOSE}\nwith a tag for each parameter, a "
        "text without quotes in it, and anything that is no text as JSON. Each call has tags of "
        "its own. What the calls give comes back between <tool_response> and </tool_response>."
    ),
    read=read,
    write=write,
    result=_result,
    texts=True,
)
