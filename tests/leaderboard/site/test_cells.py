"""The pieces that tables are made of."""

from __future__ import annotations

from typing import get_args

from parsed_page import parsed

from leaderboard.board.records import Number
from leaderboard.checked import Level
from leaderboard.site import cells

HOSTILE = "\"'><script>1</script>"


def test_every_level_has_a_badge_that_says_it_in_words() -> None:
    for level in get_args(Level):
        assert parsed(str(cells.badge(level)).encode()).one("span").text == level


def test_a_number_shows_its_interval() -> None:
    html = str(cells.number(Number(value=0.6, low=0.55, high=0.653), "nDCG@10"))
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
    assert not list(page.every("script"))


def test_a_bar_lies_where_its_numbers_lie_on_the_scale() -> None:
    # from 0.2 to 0.7, drawn from 2 to 98: 0.45 is half way, 0.3 a fifth, 0.9 beyond the end
    page = parsed(str(cells.bar(Number(value=0.45, low=0.3, high=0.9), (0.2, 0.7))).encode())
    assert page.one("circle").attributes["cx"] == "50"
    assert page.one("path").attributes["d"] == "M21.2 4H98"  # 2 + 96 / 5
    assert page.one("svg").attributes["aria-hidden"] == "true"


def test_a_bar_without_an_interval_is_a_point() -> None:
    page = parsed(str(cells.bar(Number(value=0.5), (0.0, 1.0))).encode())
    assert not list(page.every("path"))
    assert str(cells.bar(None, (0.0, 1.0))) == ""
