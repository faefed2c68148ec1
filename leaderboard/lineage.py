"""Where a checkpoint comes from: method, parent, data, configuration and costs.

Training writes it down (`harness.training.lineage`), results carry it in their model card, and the
card of a submission repeats it. Whoever submits controls both, so it is bounded and typed here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from math import isclose
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from leaderboard.fields import Line, Prose, Sha256, Strict, printable

SETTINGS, SETTING, NESTING = 200, 20_000, 4
"""Of a configuration: how many settings, characters of all as JSON, lists within each other."""
_PATH = re.compile(
    r"""(?:^|[\s"'(=,:])(?:/[\w.-]+/[\w.-]|~[\w-]*/|[A-Za-z]:[\\/]|\.\.[\\/]|\\\\|file:/)"""
)
"""What is a place on somebody's machine; "owner/name", "/no_think" and web addresses are none."""
_DIGITS = re.compile("[0-9a-f]{64}")


def _placeless(text: str) -> str:
    if _PATH.search(text):
        raise ValueError("holds a path of a machine: give its name only")
    return text


def _configuration(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as JSON has them. Raises `ValueError` at what else, or more, is among them."""
    left: list[tuple[Any, int]] = [(settings, 0)]
    while left:
        value, depth = left.pop()
        if isinstance(value, dict | list):
            if depth > NESTING:
                raise ValueError(f"has more than {NESTING} lists or mappings within each other")
            inner = [*value, *value.values()] if isinstance(value, dict) else value
            left += [(part, depth + 1) for part in inner]
        elif isinstance(value, str):
            _placeless(printable(value))
        elif value is not None and not isinstance(value, bool | int | float):
            raise ValueError("takes texts (dates in quotes), numbers, true, false, null and lists")
    if len(json.dumps(settings, allow_nan=False)) > SETTING:
        raise ValueError(f"has more than {SETTING:,} characters")
    return settings


Text = Annotated[Line, AfterValidator(_placeless)]
Word = Annotated[str, StringConstraints(pattern=r"^\w[\w .-]{0,59}$"), AfterValidator(printable)]
Digest = Annotated[str, StringConstraints(pattern=r"^(sha256:)?[0-9a-f]{64}$")]
Amount = Annotated[float, Field(ge=0, le=1e12)]
Count = Annotated[int, Field(ge=0, le=2**53)]


class Parent(Strict):
    """The model that training started from."""

    name: Text
    """Its id on the hub, its name here, or that of its folder with a "/"."""
    revision: Text | None = None
    """Its commit on the hub."""
    digest: Digest | None = None
    """Of its files, where they lay in a folder."""


class DataFile(Strict):
    """A file, or a folder of files, that training read."""

    name: Text
    sha256: Sha256


class Costs(Strict):
    """What training took, all of its sittings together."""

    seconds: Amount
    """By the clock."""
    kwh: Amount | None
    """Of energy; null where nothing read it."""
    method: Annotated[Prose, AfterValidator(_placeless)]
    """How it was read: what was measured and what estimated."""
    amounts: dict[Word, Count] = Field(max_length=50)
    """What was counted: {tokens: 1200000}."""
    sittings: Count
    grid_g_per_kwh: Annotated[float, Field(ge=0, le=1e5)]
    """Grams of CO2 equivalent a kWh, by which emissions are told."""
    co2e_g: Annotated[float, Field(ge=0, le=1e17)] | None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.kwh is None:
            if self.co2e_g is not None:
                raise ValueError("emissions without energy")
        elif not self.method.strip():
            raise ValueError("energy without the method by which it was read")
        elif self.co2e_g is None or not isclose(
            self.co2e_g, self.kwh * self.grid_g_per_kwh, rel_tol=1e-4
        ):
            raise ValueError("co2e_g is not kwh times grid_g_per_kwh")
        return self


class Lineage(Strict):
    """How a checkpoint came to be."""

    digest: Digest | None = None
    """Of the checkpoint's own files: "sha256:...". A model that is trained from it names it."""
    method: Text
    """The producer: "sft", "my_producer.py:Mine"."""
    version: Text | None
    """Of the method."""
    parent: Parent | None
    """Null where training started from nothing."""
    data: dict[Word, DataFile] = Field(max_length=100)
    config: Annotated[dict[Line, Any], Field(max_length=SETTINGS), AfterValidator(_configuration)]
    costs: Costs | None = None

    @model_validator(mode="after")
    def _not_its_own(self) -> Self:
        if self.digest and self.parent and bare(self.parent.digest) == bare(self.digest):
            raise ValueError("the parent is the checkpoint itself: both have one digest")
        return self


def bare(digest: str | None) -> str:
    """A digest's hexadecimal digits; empty for none."""
    return (digest or "").removeprefix("sha256:")


def checkpoint(identity: object) -> str | None:
    """The digest of the one checkpoint in a model's identity; None for none, or several."""
    found = set(_folders(identity))
    return found.pop() if len(found) == 1 else None


def _folders(identity: object) -> Iterator[str]:
    """The digests of all checkpoints, of each the outermost folder only."""
    if isinstance(identity, list):
        for part in identity:
            yield from _folders(part)
    elif isinstance(identity, dict):
        folder = identity.get("folder")
        if isinstance(folder, str) and _DIGITS.fullmatch(folder):
            yield folder
        else:
            for part in identity.values():
                yield from _folders(part)


def stated(card: Mapping[str, Any] | None, identity: Mapping[str, Any]) -> Lineage | None:
    """The lineage that a result carries.

    Args:
        card: the result's model card.
        identity: the model's, which holds the digest of a checkpoint's files; of an agent, in that
            of the model that it asks.

    Returns:
        None where the card holds none.

    Raises:
        pydantic.ValidationError: what it holds is none.
    """
    told = (card or {}).get("lineage")
    if told is None:
        return None
    digest = checkpoint(identity)
    if isinstance(told, dict):
        told = {**told, "parent": _parent(told.get("parent"))}
        told["digest"] = f"sha256:{digest}" if digest else None
        if isinstance(version := told.get("version"), int | float):
            told["version"] = str(version)
    return Lineage.model_validate(told)


def _parent(told: Any) -> Any:
    """As training writes it, empty texts stand for what a parent does not have, {} for none."""
    if not isinstance(told, dict):
        return told
    return {name: value for name, value in told.items() if value != ""} or None
