"""Kinds of values that whoever submits may write, each bounded and safe to print."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


def printable(text: str) -> str:
    """The text. Raises `ValueError` for one with control characters in it."""
    if any(not c.isprintable() and c not in "\n\t" for c in text):
        raise ValueError("control characters are not allowed")
    return text


def _https(url: str) -> str:
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:/[!-~]*)?", url) or set(url) & set(
        "\"'<>\\"
    ):
        raise ValueError("a link starts with https:// and holds no quotes, spaces or <>")
    return url


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(printable),
]
Prose = Annotated[str, StringConstraints(max_length=4000), AfterValidator(printable)]
Link = Annotated[str, StringConstraints(max_length=500), AfterValidator(_https)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Strict(BaseModel):
    """A record that refuses fields it does not know, numbers that are not finite, and coercion."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )
