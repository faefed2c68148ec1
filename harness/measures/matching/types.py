"""Which type a value has, as the published rules see it.

They compare Python types exactly (a boolean is no integer) and look one level into lists. Where no
acceptable value is of the declared type, these values name variables: a value of their type is let
through and compared as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple


class Declared(NamedTuple):
    """The Python types that a parameter's declaration stands for.

    Attributes:
        outer: of the value; None where the declaration names no type that the rules know.
        inner: of its elements, where they are looked at.
    """

    outer: type | None
    inner: type | None = None


Finding = Literal["plain", "variable", "type_error:simple", "type_error:nested"]


def typed(value: Any, acceptable: Sequence[Any], declared: Declared) -> Finding:
    """Whether a value is of the declared type, stands for a variable, or has a wrong type."""
    answer = _first_type(acceptable)
    if type(value) is not declared.outer:
        return "variable" if answer is not None and type(value) is answer else "type_error:simple"
    if declared.inner and type(value) is list:
        if not acceptable:
            return "type_error:simple"
        if not _elements_fit(value, acceptable, declared.inner):
            return "type_error:nested"
    return "plain" if answer in (None, declared.outer) else "variable"


def _elements_fit(value: Iterable[Any], acceptable: Sequence[Any], inner: type) -> bool:
    """Whether some acceptable list has elements of these types; one that is no list always fits."""
    return any(
        type(answer) is not list
        or {type(element) for element in value} <= {inner, _first_type(answer)}
        for answer in acceptable
    )


def _first_type(acceptable: Iterable[Any]) -> type | None:
    """The type of the acceptable values: of the first that does not mean "left out"."""
    return next((type(answer) for answer in acceptable if answer != ""), None)
