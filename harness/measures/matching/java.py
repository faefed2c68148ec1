"""Java literals, read as the published rules read them.

That is not how Java reads them: texts of type `String` are taken with whatever quotes they have,
elements are separated by every comma, and a collection may stand anywhere in the text. What is no
literal of the declared type stays a text, which then may name a variable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from harness.measures.matching.literals import LONGEST, Reader, boolean, decimal, guess, whole

TYPES: Mapping[str, type] = MappingProxyType(
    {
        **dict.fromkeys(("byte", "short", "integer", "long"), int),
        **dict.fromkeys(("float", "double"), float),
        "boolean": bool,
        **dict.fromkeys(("char", "String", "any"), str),
        **dict.fromkeys(("Array", "ArrayList", "Queue", "Stack"), list),
        **dict.fromkeys(("HashMap", "Hashtable"), dict),
        "Set": set,
    }
)
"""Declared type -> what its literals become."""

_DECIMAL = r"(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
_long = whole(re.compile(r"(-?\d+)[lL]\n?"))
_float = decimal(re.compile(_DECIMAL + r"[fF]\n?"))
_double = decimal(re.compile(_DECIMAL + r"\n?"))

_ARRAY = re.compile(r"new\s+\w+\[\]\s*\{([^}\n]*)\}")
_LIST = re.compile(r"new\s+ArrayList<\w*>\(")
_LIST_OF = "Arrays.asList("
_LIST_BLOCK = re.compile(r"\)\s*\{\{(\s*)")
_ADDED = re.compile(r"add\((.[^)\n]*)\)")
_MAP = re.compile(r"new\s+HashMap<")
_MAP_EMPTY = re.compile(r"new\s+HashMap<[^\n]*?>\s*\(\)")
_MAP_BLOCK = re.compile(r">\s*\(\)\s*\{\s*\{?\s*")
_PUT = re.compile(r'put\("((?>(?:[^"\n]|"(?!,))*))",\s*+([^)\n]*)\)')
"""Atomic, as `(?:...)*+` matches too little in Python before 3.11.5 (gh-106052)."""


def read(text: str, declared: str, inner: str | None = None) -> Any:
    """The value that a literal of a declared type stands for; the text itself if it is none.

    Args:
        text: what was given for the parameter.
        declared: its type, a key of `TYPES`.
        inner: the type of its elements, if it is a collection.
    """
    if declared not in _READERS or len(text) > LONGEST:
        return text
    return _READERS[declared](text, inner)


def _array(text: str, inner: str | None) -> Any:
    """The first `new T[] {...}`."""
    found = _ARRAY.search(text)
    if not found:
        return text
    elements = (element.strip() for element in found[1].split(","))
    return [read(e, inner) if inner else _guess(e) for e in elements if e]


def _array_list(text: str, inner: str | None) -> Any:
    """The first list made by `Arrays.asList`, else by a block of `add`, else an empty one."""
    starts = [found.end() for found in _LIST.finditer(text)]
    for start in starts:
        if (elements := _listed(text, start)) is not None:
            return [_element(element.strip(), inner) for element in elements.split(",")]
    for start in starts:
        if (block := _block(text, start)) is not None:
            return [_element(added.strip(), inner) for added in _ADDED.findall(block)]
    return [] if any(text.startswith(")", start) for start in starts) else text


def _listed(text: str, start: int) -> str | None:
    """What stands between `Arrays.asList(` and the first `))`, in one line."""
    if not text.startswith(_LIST_OF, start):
        return None
    start += len(_LIST_OF)
    end = text.find("))", start + 1)
    return text[start:end] if end >= 0 and "\n" not in text[start:end] else None


def _block(text: str, start: int) -> str | None:
    """What stands between `) {{` and the first `}}`."""
    opened = _LIST_BLOCK.match(text, start)
    if not opened:
        return None
    end = text.find("}}", opened.end() + 1)
    if end >= 0:
        return text[opened.end() : end]
    return "" if opened[1] and text.startswith("}}", opened.end()) else None


def _element(text: str, inner: str | None) -> Any:
    """An element of a list; of a text the quotes are cut off, whatever they are."""
    if inner in ("char", "String"):
        return text[1:-1]
    return read(text, inner) if inner else _guess(text)


def _hash_map(text: str, inner: str | None) -> Any:
    """The first `new HashMap<...>()` with a block of `put` in it, else an empty one."""
    named = _MAP.search(text)
    opened = _MAP_BLOCK.search(text, named.end()) if named else None
    end = text.find("}", opened.end()) if opened else -1
    if opened and end >= 0:
        puts = _PUT.findall(text[opened.end() : end])
        return {key: _guess(value.strip()) for key, value in puts}
    return {} if _MAP_EMPTY.search(text) else text


def _guess(text: str) -> Any:
    """A literal whose type nobody declares."""
    if text.startswith('"') and text.endswith('"'):
        return text[1:-1]
    for suffixed in (_long, _float):
        if (number := suffixed(text, None)) is not text:
            return number
    return guess(text)


_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        **dict.fromkeys(("byte", "short", "integer"), whole()),
        "long": _long,
        "float": _float,
        "double": _double,
        "boolean": boolean,
        "Array": _array,
        "ArrayList": _array_list,
        "HashMap": _hash_map,
    }
)
"""Of the types that are not left as texts. The rules read no other collections."""
