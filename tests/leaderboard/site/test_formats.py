"""Values as a reader sees them."""

from __future__ import annotations

import pytest

from leaderboard.board.records import Number
from leaderboard.site import formats


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.45768, "", "45.77"),
        (1.0, "", "100.00"),
        (-0.00001, "", "0.00"),  # -0.001 rounds to zero, which has no sign
        (2.21, "dollars", "2.21"),
        (1.65, "seconds", "1.65"),
    ],
)
def test_a_share_is_printed_times_100_and_nothing_else_is(
    value: float, unit: str, text: str
) -> None:
    assert formats.shown(value, unit) == text


def test_a_measure_that_is_no_share_names_its_unit() -> None:
    assert formats.labelled("Latency", "seconds") == "Latency (seconds)"
    assert formats.labelled("Cost@10") == "Cost@10"  # what a name sounds like says nothing


def test_a_difference_has_a_sign_unless_it_is_nothing() -> None:
    found = [formats.signed(0.0125), formats.signed(-0.04), formats.signed(-0.00001)]
    assert found == ["+1.25", "−4.00", "0.00"]
    assert formats.signed(-1.5, "seconds", 1) == "−1.5"


@pytest.mark.parametrize(
    ("value", "printed", "text"),
    [
        (0.458, "45.8", "45.8"),
        (0.458, "0.458", "45.8"),
        (0.4577, ".4577", "45.77"),
        (0.93181, "93.181", "93.181"),
        (0.9053, "90.53%", "90.53"),
        (0.61, "61", "61"),
        (0.5, "5.00", "50.00"),  # a misprint: the digits are another number's
        (0.5, "", "50.00"),
        (0.5, "about half", "50.00"),
    ],
)
def test_a_printed_number_keeps_the_digits_that_its_paper_gives(
    value: float, printed: str, text: str
) -> None:
    assert formats.number_text(Number(value=value, printed=printed)) == text


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        (22_700_000, "22.7M"),
        (335_000_000, "335M"),
        (7_110_000_000, "7.11B"),
        (999_999_999, "1B"),
        (900, "900"),
        (0, "–"),
        (None, "–"),
    ],
)
def test_a_size_has_three_digits_and_a_letter(parameters: int | None, text: str) -> None:
    assert formats.size(parameters) == text


def test_a_duration_has_the_unit_that_suits_it() -> None:
    texts = [formats.duration(seconds) for seconds in (0.417, 38.2, 300, 7560, None)]
    assert texts == ["0.42 s", "38 s", "5 min", "2.1 h", "–"]


def test_groups_are_lettered_like_the_columns_of_a_spreadsheet() -> None:
    assert [formats.letters(group) for group in (1, 26, 27, 52, 703)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "AAA",  # 26 + 26 * 26 = 702 letters and pairs come before it
    ]


def test_a_count_agrees_with_its_noun() -> None:
    assert formats.plural(1, "task") == "1 task"
    assert formats.plural(1024, "query", "queries") == "1,024 queries"


@pytest.mark.parametrize(
    ("value", "text"),
    [(4.6011e-9, "4.6e-09"), (0.0, "0"), (0.01254, "0.0125"), (57.26, "57.3"), (475.0, "475"),
     (999.4, "999"), (999.6, "1,000"), (12345.6, "12,346")],
)  # fmt: skip
def test_a_quantity_has_three_digits_and_no_power_of_ten_where_it_is_large(
    value: float, text: str
) -> None:
    assert formats.amount(value) == text


def test_a_setting_is_written_as_json() -> None:
    values = ["a \u00fc", "1", 1, True, None, [0.5]]
    assert list(map(formats.written, values)) == ['"a \u00fc"', '"1"', "1", "true", "null", "[0.5]"]
