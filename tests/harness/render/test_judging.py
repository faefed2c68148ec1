from __future__ import annotations

from collections.abc import Callable
from math import nan

from harness.assessing import Assessment, Consent
from harness.render.judging import agreements, assessed, known_judges


def test_judges_are_a_line_each(screen: Callable[..., str]) -> None:
    shown = screen(known_judges([("one", "Asks."), ("another", "Asks twice.")]))
    assert [line.rstrip() for line in shown.splitlines()] == [
        "one      Asks.",
        "another  Asks twice.",
    ]


def test_an_assessment_says_who_judged_and_what_is_next(screen: Callable[..., str]) -> None:
    done = Assessment("sayer#1", 2, 1, {})
    assert screen(assessed(done, "some/task", "my.judged.jsonl")).splitlines() == [
        "1 judgement made now by sayer#1",
        "2 attempts written to my.judged.jsonl",
        "  what they are worth assay score some/task my.judged.jsonl",
    ]
    shown = screen(assessed(done, "some/task", "my own.jsonl", "mirror"))
    assert shown.endswith("assay score some/task 'my own.jsonl' --data mirror\n")


def test_the_first_failures_are_spelled_out_and_the_others_counted(
    screen: Callable[..., str],
) -> None:
    failures = {f"problem {i}": "the server is down" for i in range(5)}
    shown = screen(assessed(Assessment("sayer#1", 9, 4, failures), "some/task", "out")).splitlines()
    assert shown[2:8] == [
        "5 judgements could not be had:",
        "  problem 0: the server is down",
        "  problem 1: the server is down",
        "  problem 2: the server is down",
        "  and 2 more",
        "The same command asks for them again.",
    ]


class TestAgreement:
    def test_judges_with_long_names_are_named_once(self, screen: Callable[..., str]) -> None:
        ours, theirs = "assay-solved(openai('a-model'))#12e90b4f0fca", "tooleval, model not named"
        shown = screen(
            agreements(
                [
                    Consent("solved", ours, "", 12, 0.75, 0.5),
                    Consent("solved", ours, theirs, 36, 0.875, nan),
                ]
            ),
            columns=60,
        )
        names = [line.rstrip().split("  ") for line in shown.splitlines()[:2]]
        assert names == [["A", ours], ["B", theirs]]
        rows = [line.split() for line in shown.splitlines()[5:]]
        assert rows == [
            ["solved", "A,", "asked", "again", "12", "75.00", "0.500"],
            ["solved", "A", "and", "B", "36", "87.50"],
        ]

    def test_there_may_be_more_judges_than_letters(self, screen: Callable[..., str]) -> None:
        found = [Consent("solved", f"judge {i}", "", 2, 1.0, nan) for i in range(28)]
        shown = screen(agreements(found)).splitlines()
        assert [line.split()[0] for line in shown[24:28]] == ["Y", "Z", "AA", "AB"]
