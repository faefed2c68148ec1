"""Ranges of settings."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from harness.errors import UserError
from models.training.ranges import require


@pytest.mark.parametrize(
    ("kind", "fits", "wrong"),
    [
        ("at_least_one", (1, 7), (0, -1, math.nan)),
        ("from_zero", (0, 0.5), (-0.1, math.inf, math.nan)),
        ("above_zero", (1e-9,), (0, -1, math.inf, math.nan)),
        ("below_one", (0, 0.99), (1, -0.1, math.nan)),
        ("up_to_one", (0, 1), (1.01, -0.1, math.nan)),
    ],
)
def test_a_number_out_of_its_range_is_told_by_name(
    kind: str, fits: tuple[float, ...], wrong: tuple[float, ...]
) -> None:
    for value in fits:
        require(SimpleNamespace(lr=value), **{kind: ("lr",)})  # type: ignore[arg-type]
    for value in wrong:
        with pytest.raises(UserError, match=rf"lr={value}: it is"):
            require(SimpleNamespace(lr=value), **{kind: ("lr",)})  # type: ignore[arg-type]
