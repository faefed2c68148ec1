"""JSON that nobody vouches for: what cannot be trusted is refused with a reason, never a crash.

Python's reader takes NaN, keeps the last of two equal keys, reads half a surrogate pair as a
character, and ends in a RecursionError when brackets are nested by the thousand.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from math import isfinite
from typing import Any

MAX_DEPTH = 64
"""Nested lists and objects that `check` allows: far from what any recursion could not follow."""
_LARGEST = 2**1023
"""Whole numbers up to here are also floats; comparing larger ones with a float overflows."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Refused(ValueError):
    """A value that is not taken. The message is the reason, without a place."""


def loads(text: str) -> Any:
    """The value of a JSON text.

    How deep it is nested, and how large its numbers are, is for `check` to say.

    Raises:
        Refused: it is no JSON, repeats a key, or holds NaN, an infinity or half a surrogate pair.
    """
    try:
        value = _DECODER.decode(text)
        if _SURROGATE.search(text):  # rare, and a pair is fine
            json.dumps(value, ensure_ascii=False).encode()
    except Refused:
        raise
    except json.JSONDecodeError as error:
        raise Refused(f"it is not JSON: {error.msg} at character {error.pos + 1}") from None
    except UnicodeEncodeError:
        raise Refused("a text holds half a surrogate pair") from None
    except RecursionError:
        raise Refused(f"it is nested more than {MAX_DEPTH} deep") from None
    except ValueError:  # int() bounds the digits that it reads
        raise Refused("a number has too many digits") from None
    return value


def check(value: object) -> None:
    """Looks through a plain value, without recursion.

    Raises:
        Refused: something in it is no plain JSON, not finite, beyond the range of a float, no valid
            Unicode, or nested more than `MAX_DEPTH` deep.
    """
    left = [value]
    for _ in range(MAX_DEPTH + 1):
        deeper: list[object] = []
        for item in left:
            if isinstance(item, str):
                _check_text(item)
            elif isinstance(item, dict):
                _check_keys(item)
                deeper += item.values()
            elif isinstance(item, list | tuple):
                deeper += item
            elif isinstance(item, int | float):
                _check_number(item)
            elif item is not None:
                raise Refused(f"a {type(item).__name__} is no JSON")
        if not deeper:
            return
        left = deeper
    raise Refused(f"it is nested more than {MAX_DEPTH} deep")


def _check_keys(found: dict[object, object]) -> None:
    for key in found:
        if not isinstance(key, str):
            raise Refused("a key is not a text")
        _check_text(key)


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Refused("a text holds half a surrogate pair") from None


def _check_number(number: float) -> None:
    if isinstance(number, int):
        if abs(number) > _LARGEST:
            raise Refused("a number is beyond the range of a float")
    elif not isfinite(number):
        raise Refused("a number is not finite")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        [(repeated, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise Refused(f"the key {repeated[:80]!a} is there twice")
    return found


def _constant(name: str) -> Any:
    raise Refused(f"{name} is no number of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
