"""JSON and YAML that somebody else wrote, read so that it has one meaning and a bounded size."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import pairwise
from math import isfinite
from typing import Any

from leaderboard.submission import limits
from leaderboard.submission.refusal import Refused, shown

_SURROGATE = re.compile("[\ud800-\udfff]")
_PROTOTYPE = "__proto__"  # as a key it means something else in a script


def read_json(data: bytes, name: str = "the file") -> Any:
    """What a JSON file holds: texts, finite numbers, truth values, null, lists, objects.

    Args:
        data: its bytes, the size of which the caller has bounded.
        name: of the file, for the messages.

    Raises:
        Refused: invalid UTF-8 or JSON, a key that stands twice, NaN or an infinite number, an
            integer beyond `limits.INTEGER`, too long a text, or too much nesting.
    """
    try:
        value = json.loads(
            _text(data, name),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_number,
        )
        _bounded(value, limits.NESTING)
    except Refused as error:
        raise Refused(f"{name}: {error}") from None
    except json.JSONDecodeError as error:
        raise Refused(f"{name} line {error.lineno}: broken JSON: {error.msg}") from None
    except RecursionError:
        raise Refused(f"{name}: more than {limits.NESTING} levels of nesting") from None
    return value


def read_yaml(data: bytes, name: str = "the file") -> Any:
    """What a YAML file holds: the same as JSON can, and dates.

    Args:
        data: its bytes, the size of which the caller has bounded.
        name: of the file, for the messages.

    Raises:
        Refused: as `read_json`; also for anchors, aliases, tags, merge keys and keys that are no
            texts, none of which a card needs.
    """
    import yaml

    text = _text(data, name)
    try:
        _refuse_tricks(yaml.parse(text, Loader=yaml.SafeLoader))
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_keys(node)
        value = yaml.safe_load(text)
        _bounded(value, limits.CARD_NESTING)
    except Refused as error:
        raise Refused(f"{name}: {error}") from None
    except yaml.MarkedYAMLError as error:
        line = f" line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise Refused(f"{name}{line}: broken YAML: {shown(error.problem)}") from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise Refused(f"{name}: broken YAML: {' '.join(str(error).split())}") from None
    return value


def _text(data: bytes, name: str) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        raise Refused(f"{name} starts with a byte order mark: save it as UTF-8 without one")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Refused(f"{name} is not UTF-8 (byte {error.start + 1})") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = sorted(key for key, _ in pairs)
        twice = next(a for a, b in pairwise(names) if a == b)
        raise Refused(f"'{shown(twice)}' stands twice")
    return found


def _integer(digits: str) -> int:
    if len(digits) > limits.DIGITS or abs(int(digits)) > limits.INTEGER:
        raise Refused(f"the number {shown(digits, 24)} is too large")
    return int(digits)


def _number(text: str) -> float:
    if len(text) > limits.DIGITS or not isfinite(float(text)):
        raise Refused(f"the number {shown(text, 24)} is not finite, or too long")
    return float(text)


def _bounded(value: Any, nesting: int) -> None:
    """Raises `Refused` where a text, a number or the nesting is beyond the limits."""
    left: list[tuple[Any, int]] = [(value, 0)]
    while left:
        item, depth = left.pop()
        if isinstance(item, dict | list):
            if depth >= nesting:
                raise Refused(f"more than {nesting} levels of nesting")
            inner: Iterable[Any] = [*item, *item.values()] if isinstance(item, dict) else item
            left += [(part, depth + 1) for part in inner]
            if isinstance(item, dict) and _PROTOTYPE in item:
                raise Refused(f"'{_PROTOTYPE}' is no key")
        elif isinstance(item, str):
            _refuse_text(item)
        elif isinstance(item, int) and abs(item) > limits.INTEGER:
            raise Refused("a number is too large")
        elif isinstance(item, float) and not isfinite(item):
            raise Refused("a number is not finite")


def _refuse_text(text: str) -> None:
    if len(text) > limits.TEXT:
        raise Refused(f"a text has {len(text):,} characters: at most {limits.TEXT:,}")
    if _SURROGATE.search(text):
        raise Refused(f"half of a character in '{shown(text)}'")


def _refuse_tricks(events: Iterable[Any]) -> None:
    """Raises `Refused` at the first event that is more than plain data."""
    import yaml

    depth = 0
    for event in events:
        line = f"line {event.start_mark.line + 1}"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise Refused(f"{line}: anchors (&) and aliases (*) are not allowed")
        if getattr(event, "tag", None) is not None:
            raise Refused(f"{line}: tags (!) are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > limits.CARD_NESTING:
            raise Refused(f"{line}: more than {limits.CARD_NESTING} levels of nesting")


def _refuse_keys(node: Any) -> None:
    """Raises `Refused` for keys that stand twice, that merge, or that are no texts."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = f"line {key.start_mark.line + 1}"
            if key.tag != "tag:yaml.org,2002:str":
                raise Refused(f"{line}: '{shown(key.value)}' is no key: put it in quotes")
            if key.value in seen:
                raise Refused(f"{line}: '{shown(key.value)}' stands twice")
            seen.add(key.value)
            _refuse_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_keys(item)
