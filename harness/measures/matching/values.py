"""Whether a value is among the acceptable ones, by the published rules.

Texts are compared without case, blanks and the signs , . / - _ * ^, and with one kind of quotes.
Everything else is compared as Python does it: 1, 1.0 and True are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_IGNORED = " ,./-_*^"
_SEQUENCES = (list, tuple, str)
"""A text stands for the list of its characters: of "" the empty list."""


def value_error(
    value: Any, acceptable: Sequence[Any], outer: type | None, inner: type | None
) -> str:
    """The published name of what is wrong with a value of the right type; "" if nothing is."""
    if outer is dict:
        return _dict_error(value, acceptable)
    if outer is list and inner is dict:
        return _dicts_error(value, acceptable)
    if outer is str:
        texts = (_normal(answer) for answer in acceptable if type(answer) is str)
        return "" if _normal(value) in texts else "value_error:string"
    if outer is list:
        lists = (_normals(answer) for answer in acceptable if isinstance(answer, _SEQUENCES))
        return "" if _among(_normals(value), lists) else "value_error:list/tuple"
    return variable_error(value, acceptable)


def variable_error(value: Any, acceptable: Sequence[Any]) -> str:
    """As `value_error`, of a value that is compared as it stands."""
    return "" if _among(value, acceptable) else "value_error:others"


def _among(value: Any, answers: Iterable[Any]) -> bool:
    return any(_equal(value, answer) for answer in answers)


def _equal(left: Any, right: Any) -> bool:
    """As `==`, but NaN equals nothing: to Python, lists that hold the same NaN are equal."""
    pairs = [(left, right)]
    while pairs:
        a, b = pairs.pop()
        if type(a) is type(b) is list and len(a) == len(b):
            pairs.extend(zip(a, b, strict=True))
        elif type(a) is type(b) is dict and a.keys() == b.keys():
            pairs.extend((a[key], b[key]) for key in a)
        elif a != b:
            return False
    return True


def _normal(value: Any) -> Any:
    """A text in its normal form, anything else as it is."""
    if type(value) is not str:
        return value
    for sign in _IGNORED:
        value = value.replace(sign, "")
    return value.lower().replace("'", '"')


def _normals(values: Sequence[Any]) -> list[Any]:
    return [_normal(value) for value in values]


def _dict_error(value: Mapping[str, Any], acceptable: Sequence[Any]) -> str:
    """What is wrong by the last acceptable dictionary, if none is met."""
    error = "dict_checker:unclear"
    for answer in acceptable:
        if isinstance(answer, Mapping):
            error = _entries_error(value, answer)
            if not error:
                return ""
    return error


def _entries_error(value: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """Compares entry by entry. What is missing is named rather than what is wrong."""
    answer = {k: v if isinstance(v, _SEQUENCES) else [v] for k, v in answer.items()}
    if any(key not in value and "" not in answer[key] for key in answer):
        return "value_error:dict_key"
    for key, given in value.items():
        if key not in answer:
            return "value_error:dict_key"
        if not _among(_normal(given), _normals(answer[key])):
            return "value_error:dict_value"
    return ""


def _dicts_error(values: Sequence[Any], acceptable: Sequence[Any]) -> str:
    """Compares lists of dictionaries in order. Only dictionaries can be right."""
    error = "list_dict_checker:unclear"
    for answer in acceptable:
        if isinstance(answer, _SEQUENCES):
            error = _pairs_error(values, answer)
            if not error:
                return ""
    return error


def _pairs_error(values: Sequence[Any], answer: Sequence[Any]) -> str:
    if len(values) != len(answer):
        return "value_error:list_dict_count"
    for value, wanted in zip(values, answer, strict=True):
        if not isinstance(value, Mapping):
            return "type_error:nested"
        if error := _dict_error(value, [wanted]):
            return error
    return ""
