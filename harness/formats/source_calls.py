"""Calls that a model wrote in Java or JavaScript: `Lists.sort(list=names, order="up")`.

Neither language names arguments at a call; benchmarks ask for it as if they did. The text is cut up
and never run. Values stay as written, since what they stand for depends on the parameter's type:
a string without its quotes, all else as source code.

Source of the conventions: how the Berkeley Function Calling Leaderboard reads such answers
(ShishirPatil/gorilla @ 6ea57973, bfcl_eval/model_handler/parser/). It has the language's whole
grammar; this module looks at quotes, brackets, the names of arguments, and at values that no
grammar would let pass: one that begins with an operator, or two with nothing in between.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from harness.formats.python_calls import MAX_LENGTH, NotCalls
from harness.records import ToolCall

Language: TypeAlias = Literal["java", "javascript"]

_CALL = re.compile(r"\s*(?P<name>[A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*)*)\s*\(")
_ARGUMENT = re.compile(r"\s*(?P<name>[A-Za-z_$][\w$]*)\s*=(?![=>])")
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL)
_TEMPLATE = re.compile(r"`(?:[^`\\]|\\.)*`", re.DOTALL)
_TOKEN = re.compile(
    rf"(?P<operand>{_STRING.pattern}|{_TEMPLATE.pattern}|[\w$]+)|(?P<other>\S)", re.DOTALL
)
_PREFIXES = frozenset(
    [
        "new",
        "typeof",
        "void",
        "delete",
        "await",
        "async",
        "function",
        "class",
        "in",
        "of",
        "instanceof",
    ]
)
"""Words that another operand may follow, or precede."""
_NO_START = {"java": "[{/*%=<>?:&|^,;)", "javascript": "*%=<>?:&|^,;)"}
_OPENING = {")": "(", "]": "[", "}": "{"}


def read_source_calls(text: str, language: Language) -> tuple[ToolCall, ...]:
    """The one call of a text, in a tuple.

    Args:
        text: a call with named arguments, with or without a semicolon. Arguments without a name
            are dropped: nothing says which parameter they are for.
        language: of the text.

    Raises:
        NotCalls: it is anything else, or too long, or names an argument twice.
    """
    if len(text) > MAX_LENGTH:
        raise NotCalls(f"longer than {MAX_LENGTH:,} characters")
    start = _CALL.match(text)
    if start is None:
        raise NotCalls("no call")
    pieces, end = _pieces(text, start.end())
    if text[end:].strip() not in ("", ";"):
        raise NotCalls("more than one call")
    arguments: dict[str, str] = {}
    for piece in pieces:
        if (named := _ARGUMENT.match(piece)) is None:
            continue
        if named["name"] in arguments:
            raise NotCalls(f"'{named['name']}' is given twice")
        arguments[named["name"]] = _value(piece[named.end() :].strip(), language)
    return (ToolCall("".join(start["name"].split()), arguments),)


def _pieces(text: str, start: int) -> tuple[list[str], int]:
    """What stands between the parentheses, cut before each named argument; and where they end."""
    pieces: list[str] = []
    begin, place, open_ = start, start, ["("]
    while place < len(text):
        sign = text[place]
        if sign in "\"'`":
            place = _after_string(text, place)
            continue
        if sign in "([{":
            open_.append(sign)
        elif sign in _OPENING:
            if open_.pop() != _OPENING[sign]:
                raise NotCalls("brackets do not match")
            if not open_:
                return [*pieces, text[begin:place]], place + 1
        elif sign == "," and len(open_) == 1 and _ARGUMENT.match(text, place + 1):
            pieces.append(text[begin:place])
            begin = place + 1
        place += 1
    raise NotCalls("the call does not end")


def _after_string(text: str, place: int) -> int:
    """Where the string that begins at a place ends."""
    string = (_TEMPLATE if text[place] == "`" else _STRING).match(text, place)
    if string is None:
        raise NotCalls("a string does not end")
    return string.end()


def _value(source: str, language: Language) -> str:
    if not source or source[0] in _NO_START[language] or _has_neighbours(source):
        raise NotCalls(f"a value is no {language}")
    return source[1:-1] if _STRING.fullmatch(source) else source


def _has_neighbours(source: str) -> bool:
    """True where two operands stand side by side, outside parentheses and braces."""
    inside, before = 0, ""
    for token in _TOKEN.finditer(source):
        if other := token["other"]:
            inside += (other in "({") - (other in ")}")
            before = ""
        elif not inside:
            operand = token["operand"]
            if before and not {before, operand} & _PREFIXES:
                return True
            before = operand
    return False
