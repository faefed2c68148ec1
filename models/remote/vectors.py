"""Reads the vectors out of an embedding endpoint's answer."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from harness.encoded import Floats
from harness.errors import UserError
from models.remote.failures import Unreadable


class Answered(NamedTuple):
    """The vectors of a request's texts, shape (n, d), and the tokens that were counted for it."""

    vectors: Floats
    tokens: int


def answered(answer: Mapping[str, Any], n: int, dimensions: int, server: str) -> Answered:
    """What an endpoint answered for `n` texts, in their order.

    Vectors come as base64 of little-endian float32, which was asked for, or as lists of numbers
    from servers that do not know it. Where the server numbers them, its numbers count.

    Args:
        answer: the parsed JSON.
        n: how many vectors are due.
        dimensions: how long they must be; 0 takes any length that they all share.
        server: what the endpoint is called, for messages.

    Raises:
        UserError: their number or length is another: the server ignores what it is asked.
        Unreadable: they are no vectors.
    """
    items = answer.get("data")
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise Unreadable(f"no vectors: {str(dict(answer))[:60]}")
    if len(items) != n:
        raise UserError(f"{server} gave {len(items)} vectors for {n} texts: is it an embedder?")
    vectors = [_vector(item.get("embedding")) for item in items]
    lengths = sorted({len(vector) for vector in vectors})
    if dimensions and lengths != [dimensions]:
        raise UserError(
            f"{server} gave vectors of {lengths[0]} dimensions where {dimensions} were asked "
            "for: the model cannot shorten them; leave dimensions= out"
        )
    if len(lengths) > 1:
        raise UserError(
            f"{server} gave vectors of {lengths[0]} and of {lengths[-1]} dimensions at once"
        )
    return Answered(np.stack([vectors[place] for place in _order(items)]), _tokens(answer))


def _vector(value: object) -> Floats:
    try:
        if isinstance(value, str):
            vector = np.frombuffer(b64decode(value, validate=True), dtype="<f4").astype(np.float32)
        else:
            vector = np.asarray(value, dtype=np.float32)
    except (TypeError, ValueError, binascii.Error):
        raise Unreadable(f"no vector: {str(value)[:60]}") from None
    if vector.ndim != 1 or not vector.size:
        raise Unreadable(f"no vector: {str(value)[:60]}")
    return vector


def _order(items: list[Mapping[str, Any]]) -> list[int]:
    """Where the vector of each text stands."""
    numbers = [item.get("index") for item in items]
    if all(number is None for number in numbers):
        return list(range(len(items)))
    place = {number: at for at, number in enumerate(numbers)}
    if place.keys() != set(range(len(items))):
        raise Unreadable("its vectors are numbered, and not from 0 on")
    return [place[number] for number in range(len(items))]


def _tokens(answer: Mapping[str, Any]) -> int:
    usage = answer.get("usage")
    counted = usage.get("prompt_tokens") or usage.get("total_tokens") if usage else 0
    return int(counted or 0)
