"""Values written as literals of Java and JavaScript, for problems whose calls are code.

They are spelled so that the published rules of such problems read them back (those of
`harness.measures.matching`): in a Java array texts stand without quotes, in an `ArrayList` with.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_JAVA_SUFFIXES = {"long": "L", "float": "f"}
_JAVA_NAMES = {"integer": "int", "boolean": "boolean", "any": "Object"}
_QUOTED = ("String", "char", None)


def literal(value: Any, schema: Mapping[str, Any], rules: str) -> Any:
    """The value of a parameter as a call by these rules has it.

    Args:
        value: plain JSON. A text stays as it is: it may name a variable.
        schema: of the parameter, with its "type", and the "type" of its "items".
        rules: the rules by which calls are matched; "java" and "javascript" want texts.
    """
    items = schema.get("items")
    inner = items.get("type") if isinstance(items, Mapping) else None
    if rules == "java":
        return _java(value, schema.get("type"), inner)
    if rules == "javascript":
        return _javascript(value, schema.get("type"), inner)
    return value


def _java(value: Any, declared: Any, inner: Any = None) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        puts = " ".join(f'put("{key}", {_quoted(item)});' for key, item in value.items())
        return f"new HashMap<>() {{{{ {puts} }}}}" if value else "new HashMap<>()"
    if isinstance(value, list | tuple):
        if declared == "ArrayList":
            listed = ", ".join(
                _quoted(item) if inner in _QUOTED else _java(item, inner) for item in value
            )
            return f"new ArrayList<>(Arrays.asList({listed}))" if value else "new ArrayList<>()"
        listed = ", ".join(_java(item, inner) if inner else _quoted(item) for item in value)
        return f"new {_JAVA_NAMES.get(inner, inner or 'Object')}[]{{{listed}}}"
    return _scalar(value) + ("" if isinstance(value, bool) else _JAVA_SUFFIXES.get(declared, ""))


def _javascript(value: Any, declared: Any, inner: Any = None) -> str:
    if isinstance(value, str):
        return f'"{value}"' if declared == "String" else value
    if isinstance(value, Mapping):
        pairs = (f'"{key}": {_quoted(item, _javascript)}' for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_quoted(item, _javascript, inner) for item in value)}]"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")  # no exponents
    return _scalar(value) + ("n" if declared == "Bigint" else "")


def _quoted(value: Any, write: Any = _java, declared: Any = None) -> str:
    """A value within a collection, where texts have quotes."""
    return f'"{value}"' if isinstance(value, str) else str(write(value, declared))


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else repr(value)
