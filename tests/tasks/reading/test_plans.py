from __future__ import annotations

import pytest

from tasks.reading.plans import plan_labels


@pytest.mark.parametrize(
    ("calls", "label"), [(0, "0"), (1, "1"), (6, "6"), (7, "7+"), (8, "7+"), (76, "7+")]
)
def test_plans_are_told_apart_by_their_calls_up_to_seven(calls: int, label: str) -> None:
    assert plan_labels("", ["a"] * calls)["plan length"] == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Will it rain tomorrow?", "yes"),
        ("Today's most trending show", "yes"),
        ("the song now playing", "yes"),
        ("What currently runs", "yes"),
        ("the newest album of ABBA", "yes"),
        ("in the next 7 days", "yes"),
        ("over the next few hours", "yes"),
        ("a show that is ON THE AIR", "yes"),
        ("skip to the next track", "no"),
        ("who knows Heat?", "no"),  # "now" within a word
        ("the top-rated film of 1995", "no"),
        ("the last film of the trilogy", "no"),
        ("", "no"),
    ],
)
def test_words_tell_whether_an_answer_changes_with_time(text: str, label: str) -> None:
    assert plan_labels(text, [])["time-dependent"] == label
