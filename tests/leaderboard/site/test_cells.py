"""The pieces that tables are made of."""

from __future__ import annotations

from typing import get_args

import pytest
from parsed_page import parsed

from leaderboard.board.records import Number
from leaderboard.checked import Level
from leaderboard.site import cells

HOSTILE = "\"'><script>1</script>"


def test_every_level_has_a_badge_that_says_it_in_words() -> None:
    for level in get_args(Level):
        assert parsed(str(cells.badge(level)).encode()).one("span").text == level


def test_a_badge_says_what_it_means_unless_a_legend_does() -> None:
    one = parsed(str(cells.badge("re-scored")).encode()).one("span")
    assert one.attributes["title"] == cells.LEVELS["re-scored"][1]
    many = parsed(str(cells.badge("re-scored", explained=False)).encode()).one("span")
    assert "title" not in many.attributes
    assert cells.present(["reproduced", "as printed", "reproduced"]) == ["as printed", "reproduced"]


def test_a_number_shows_its_interval() -> None:
    html = str(cells.number(Number(value=0.6, low=0.55, high=0.653)))
    page = parsed(html.encode())
    assert page.one("span", class_="v").text == "60.00"
    assert page.one("span", class_="ci").text == "55.0–65.3"
    assert "ci" not in str(cells.number(Number(value=0.6, low=0.5, high=0.7), interval=False))


def test_a_number_that_is_not_there_is_a_dash() -> None:
    assert parsed(str(cells.number(None)).encode()).text == "–"


def test_what_is_odd_about_a_number_is_said_in_words() -> None:
    found = Number(value=0.6, defect=HOSTILE, edition=HOSTILE, retracted=True)
    page = parsed(str(cells.number(found)).encode())
    marks = [(mark.text, mark.attributes["title"]) for mark in page.every("abbr")]
    assert marks == [("†", HOSTILE), ("‡", f"other data or version: {HOSTILE}")]
    assert page.one("s").text == "60.00"
    assert page.one("span", class_="chip gone").text == "retracted"
    assert not list(page.every("script"))


def test_a_bar_lies_where_its_numbers_lie_on_the_scale() -> None:
    # from 0.2 to 0.7, drawn from 4 to 196: 0.45 is half way, 0.3 a fifth, 0.9 beyond the end
    page = parsed(str(cells.bar(Number(value=0.45, low=0.3, high=0.9), (0.2, 0.7))).encode())
    assert page.one("circle").attributes["cx"] == "100"
    # The whisker from 4 + 192 / 5 = 42.4 to the end, and a cap at each of its ends.
    assert page.one("path").attributes["d"] == "M42 5v6m0-3H196m0-3v6"
    assert page.one("svg").attributes["aria-hidden"] == "true"


def test_what_lies_beyond_the_axis_is_an_arrow_at_its_end() -> None:
    for value, tip in ((1.0, "M196 "), (0.1, "M4 ")):
        page = parsed(
            str(cells.bar(Number(value=value, low=value, high=value), (0.3, 0.6))).encode()
        )
        assert page.one("path", class_="out").attributes["d"].startswith(tip)
        assert not list(page.every("circle"))


@pytest.mark.parametrize(
    ("numbers", "unit", "ends"),
    [
        ([(0.42, 0.37, 0.48), (0.61, None, None)], "", (0.35, 0.65)),
        ([(0.97, 0.91, 1.0)], "", (0.9, 1.0)),  # a share ends at 100
        ([(0.0, None, None)], "", (0.0, 0.05)),
        ([(1.0, None, None)], "", (0.95, 1.0)),
        ([(-0.02, None, None), (0.11, None, None)], "", (-0.05, 0.15)),  # a loss below nothing
        ([(3.0, None, None), (41.0, None, None)], "dollars", (0.0, 50.0)),
        ([], "", (0.0, 1.0)),
    ],
)
def test_an_axis_has_round_ends_that_hold_every_interval(
    numbers: list[tuple[float, float | None, float | None]], unit: str, ends: tuple[float, float]
) -> None:
    found = [Number(value=value, low=low, high=high) for value, low, high in numbers]
    assert cells.axis(found, unit) == ends


def test_the_ends_of_an_axis_are_said_in_the_unit_of_its_numbers() -> None:
    assert cells.axis_text((0.35, 0.65)) == "35 to 65"
    assert cells.axis_text((0.2, 0.9), "seconds") == "0.20 to 0.90"


def test_a_bar_without_an_interval_is_a_point() -> None:
    page = parsed(str(cells.bar(Number(value=0.5), (0.0, 1.0))).encode())
    assert not list(page.every("path"))
    assert str(cells.bar(None, (0.0, 1.0))) == ""
