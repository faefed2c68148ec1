"""The expression language that names a model.

    bm25    bm25(k1=0.9, b=0.4)    my_model.py:MyRetriever(k=3)    path/to/checkpoint/
    bm25 % 100 >> ce("name")       rrf(bm25, minilm)               rag(openai("x"), search=bm25)

Grammar, with `%` binding tighter than `>>` and both reading from left to right:

    pipe    = cut (">>" cut)*
    cut     = model ("%" integer)*
    model   = "(" pipe ")"  |  name call?  |  path (":" name)? call?
    call    = "(" [argument ("," argument)* [","]] ")"
    argument = [name "="] value
    value   = string | number | true | false | null | "[" [value ("," value)* [","]] "]" | pipe

A path holds a "/", starts with "." or "~", or ends in ".py"; one with other characters than
letters, digits and `_ - . / ~ + @` is written in quotes, and then in brackets as an argument, where
a bare string is a string. Parsing imports nothing and evaluates nothing. `str(node)` is the
canonical text: `parse(str(node)) == node`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple, TypeAlias

from harness.errors import UserError

Model: TypeAlias = "Call | File | Folder | Cut | Pipe"
Value: TypeAlias = "str | int | float | bool | tuple[Value, ...] | Model | None"
Arguments: TypeAlias = "tuple[tuple[str, Value], ...]"

SECRETS = frozenset(
    {"key", "api_key", "apikey", "access_key", "secret", "secret_key", "password"}
    | {"token", "api_token", "access_token", "auth_token", "hf_token"}
)
"""Argument names that an expression may not carry: it is written into results."""

CONSTANTS: Mapping[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "None": None,
}
ESCAPES = dict(zip("ntrbf\\\"'/", "\n\t\r\b\f\\\"'/", strict=True))
NAME = re.compile(r"[^\W\d][\w.\-]*")
WORD = re.compile(r"[\w./~][\w./~+@\-]*")
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?(?![\w./~+@\-])")
TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<op>>>|[%(),=:\[\]])|(?P<number>{NUMBER.pattern})"
    rf"|(?P<word>{WORD.pattern})|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')",
    re.DOTALL,
)
_SECRET_VALUE = re.compile(
    rf"(\b(?:{'|'.join(sorted(SECRETS))})\s*=\s*)(\"[^\"]*\"?|'[^']*'?|[^,)\s]+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Call:
    """A registered model: `bm25`, `bm25(k1=0.9)`. Keyword arguments are kept sorted by name."""

    name: str
    args: tuple[Value, ...] = ()
    kwargs: Arguments = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "kwargs", _sorted(self.kwargs))

    def __str__(self) -> str:
        return self.name + _call_text(self.args, self.kwargs)


@dataclass(frozen=True, slots=True)
class File:
    """A model in a Python file: `my_model.py:MyRetriever(k=3)`."""

    path: str
    attribute: str | None = None
    args: tuple[Value, ...] = ()
    kwargs: Arguments = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "kwargs", _sorted(self.kwargs))

    def __str__(self) -> str:
        attribute = f":{self.attribute}" if self.attribute else ""
        return _path_text(self.path) + attribute + _call_text(self.args, self.kwargs)


@dataclass(frozen=True, slots=True)
class Folder:
    """A checkpoint folder: `path/to/checkpoint/`. The path is kept without its last slash."""

    path: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", self.path.rstrip("/") or "/")

    def __str__(self) -> str:
        return _path_text(self.path if self.path == "/" else self.path + "/")


@dataclass(frozen=True, slots=True)
class Cut:
    """The best `k` documents of a model: `bm25 % 100`."""

    model: Model
    k: int

    def __str__(self) -> str:
        return f"{_bracketed(self.model, Pipe)} % {self.k}"


@dataclass(frozen=True, slots=True)
class Pipe:
    """A model that feeds the next: `bm25 >> ce("name")`."""

    first: Model
    second: Model

    def __str__(self) -> str:
        return f"{self.first} >> {_bracketed(self.second, Pipe)}"


NODES = (Call, File, Folder, Cut, Pipe)
"""The classes of `Model`."""


def parse(expression: str) -> Model:
    """The model that an expression names.

    Raises:
        UserError: it is not an expression; the message says at which character and what was
            expected. Also for an argument that would carry a secret.
    """
    try:
        return _Parser(expression).parse()
    except RecursionError:
        raise UserError("the expression has too many brackets inside brackets") from None


def value_text(value: Value) -> str:
    """The canonical text of a value, as it stands among the arguments of a call."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(value_text, value))}]"
    if isinstance(value, NODES):
        text = str(value)
        return f"({text})" if text.startswith('"') else text
    return json.dumps(value, ensure_ascii=False)


def _sorted(kwargs: Arguments) -> Arguments:
    return tuple(sorted(kwargs, key=lambda pair: pair[0]))


def _bracketed(node: Model, kind: type) -> str:
    return f"({node})" if isinstance(node, kind) else str(node)


def _call_text(args: tuple[Value, ...], kwargs: Arguments) -> str:
    parts = [value_text(value) for value in args]
    parts += [f"{name}={value_text(value)}" for name, value in kwargs]
    return f"({', '.join(parts)})" if parts else ""


def _path_text(path: str) -> str:
    return path if _is_path(path) else json.dumps(path, ensure_ascii=False)


def _is_path(word: str) -> bool:
    """Whether a word without quotes is read as a path rather than as a name."""
    if not WORD.fullmatch(word) or NUMBER.fullmatch(word):
        return False
    return "/" in word or word[0] in ".~" or word.endswith(".py")


class _Token(NamedTuple):
    kind: str  # "word", "string", "number", "op" or "end"
    text: str
    start: int  # counted from 0


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = self._tokenise()
        self._at = 0

    def parse(self) -> Model:
        node = self._pipe()
        if self._peek().kind != "end":
            raise self._expected("the end, '>>' or '%'")
        return node

    # -- grammar ---------------------------------------------------------------------------

    def _pipe(self) -> Model:
        node = self._cut()
        while self._accept(">>"):
            node = Pipe(node, self._cut())
        return node

    def _cut(self) -> Model:
        node = self._model()
        while self._accept("%"):
            if not re.fullmatch("0*[1-9][0-9]{0,8}", self._peek().text):
                raise self._expected("a positive whole number after '%'")
            node = Cut(node, int(self._next().text))
        return node

    def _model(self) -> Model:
        if self._accept("("):
            node = self._pipe()
            self._require(")", "')', '>>' or '%'")
            return node
        token = self._peek()
        if token.kind == "string":
            return self._path(self._string())
        if token.kind == "word" and _is_path(token.text):
            return self._path(self._next().text)
        return Call(self._name("a model"), *self._arguments())

    def _path(self, path: str) -> Model:
        if not path:
            raise self._expected("a path between the quotes")
        attribute = self._name("the name of a class") if self._accept(":") else None
        if attribute or path.endswith(".py"):
            return File(path, attribute, *self._arguments())
        if self._peek().text == "(" and self._peek().kind == "op":
            raise self._error(
                self._peek().start, "a folder takes no arguments: its model card holds them"
            )
        return Folder(path)

    def _arguments(self) -> tuple[tuple[Value, ...], Arguments]:
        args: list[Value] = []
        kwargs: dict[str, Value] = {}
        if not self._accept("("):
            return (), ()
        while not self._accept(")"):
            name = self._keyword(kwargs)
            if name is not None:
                kwargs[name] = self._value()
            elif kwargs:
                raise self._expected("name=value, as after every argument with a name")
            else:
                args.append(self._value())
            if not self._accept(","):
                self._require(")", "',' or ')'")
                break
        return tuple(args), tuple(kwargs.items())

    def _keyword(self, taken: Mapping[str, Value]) -> str | None:
        """The `name` of `name=`, consumed, or None before a positional argument."""
        token, following = self._peek(), self._peek(1)
        if token.kind != "word" or (following.kind, following.text) != ("op", "="):
            return None
        if not token.text.isidentifier():
            raise self._expected("a parameter name before '='")
        if token.text.lower() in SECRETS:
            raise UserError(
                f"the expression gives a '{token.text}' at character {token.start + 1}: "
                "secrets come from the environment only, so set its variable and leave this out"
            )
        if token.text in taken:
            raise self._error(token.start, f"'{token.text}' is given twice")
        self._at += 2
        return token.text

    def _value(self) -> Value:
        token, following = self._peek(), self._peek(1)
        if token.kind == "string" and (following.kind, following.text) != ("op", ":"):
            return self._string()
        if token.kind == "number":
            return self._number()
        if token.kind == "word" and token.text in CONSTANTS:
            return CONSTANTS[self._next().text]
        if self._accept("["):
            return self._list()
        return self._pipe()

    def _list(self) -> tuple[Value, ...]:
        items: list[Value] = []
        while not self._accept("]"):
            items.append(self._value())
            if not self._accept(","):
                self._require("]", "',' or ']'")
                break
        return tuple(items)

    # -- words -----------------------------------------------------------------------------

    def _name(self, what: str) -> str:
        token = self._peek()
        if token.kind != "word" or not NAME.fullmatch(token.text) or token.text in CONSTANTS:
            raise self._expected(what)
        return self._next().text

    def _number(self) -> int | float:
        text = self._peek().text
        if not isfinite(float(text)):
            raise self._expected("a number of ordinary size")
        self._at += 1
        return int(text) if text.lstrip("+-").isdigit() else float(text)

    def _string(self) -> str:
        token = self._next()
        body = token.text[1:-1]

        def unescape(match: re.Match[str]) -> str:
            if match[1]:
                return chr(int(match[1], 16))
            if match[2] not in ESCAPES:
                shown = match[2] if match[2].isprintable() else repr(match[2])[1:-1]
                raise self._error(token.start + 1 + match.start(), f"unknown escape '\\{shown}'")
            return ESCAPES[match[2]]

        return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", unescape, body, flags=re.DOTALL)

    # -- tokens ----------------------------------------------------------------------------

    def _tokenise(self) -> list[_Token]:
        tokens, at = [], 0
        while at < len(self._expression):
            match = TOKEN.match(self._expression, at)
            if match is None:
                character = self._expression[at]
                quote = character in "\"'"
                what = (
                    "this quote is never closed" if quote else f"'{character}' means nothing here"
                )
                raise self._error(at, what)
            if match.lastgroup != "space":
                tokens.append(_Token(str(match.lastgroup), match[0], at))
            at = match.end()
        return [*tokens, _Token("end", "", at)]

    def _peek(self, ahead: int = 0) -> _Token:
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def _next(self) -> _Token:
        token = self._peek()
        self._at += 1
        return token

    def _accept(self, operator: str) -> bool:
        token = self._peek()
        found = token.kind == "op" and token.text == operator
        self._at += found
        return found

    def _require(self, operator: str, what: str) -> None:
        if not self._accept(operator):
            raise self._expected(what)

    def _expected(self, what: str) -> UserError:
        token = self._peek()
        shown = " ".join(token.text[:40].split())  # a quoted text may have several lines
        found = f", found '{shown}'" if token.kind != "end" else ""
        return self._error(token.start, f"expected {what}{found}")

    def _error(self, at: int, message: str) -> UserError:
        return UserError(f"'{self._shown()}' is not a model: at character {at + 1}: {message}")

    def _shown(self) -> str:
        """The expression in one line of bounded length, without the values of secrets."""
        line = " ".join(_SECRET_VALUE.sub(r"\1...", self._expression).split())
        return line if len(line) <= 160 else f"{line[:157]}..."
