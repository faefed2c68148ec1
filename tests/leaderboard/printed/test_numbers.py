"""What stands in a cell, and the number that it is."""

from __future__ import annotations

import pytest

from harness.errors import UserError
from leaderboard.printed.numbers import step, value


@pytest.mark.parametrize(
    ("text", "percent", "number", "last"),
    [
        ("67.89", True, 0.6789, 0.0001),
        ("0.6789", False, 0.6789, 0.0001),
        ("40", True, 0.4, 0.01),
        ("77.47%", False, 0.7747, 0.0001),
        ("77.47%", True, 0.7747, 0.0001),
        ("52.2±1.1", True, 0.522, 0.001),
        ("-2.04", True, -0.0204, 0.0001),
        ("4.38", False, 4.38, 0.01),
    ],
)
def test_a_number_and_its_last_digit_are_read_as_printed(
    text: str, percent: bool, number: float, last: float
) -> None:
    assert value(text, percent=percent) == number
    assert step(text, percent=percent) == last


@pytest.mark.parametrize("text", ["", "-", "–", "N/A", "?"])
def test_a_cell_without_a_number_has_none(text: str) -> None:
    assert value(text, percent=True) is None


@pytest.mark.parametrize(
    "text", ["6.5?", "n/a", "1,5", "1e3", "NaN", "inf", "٣", "1.2.3", " 1", ".5"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="no number as tables print it"):
        value(text, percent=False)
