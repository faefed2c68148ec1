"""A comparison: a table for each pair, a verdict only where the test has one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from harness.comparison import Comparison, Difference, Overall, QueryDifference, Refused
from harness.render.comparison import comparison

Screen = Callable[..., str]

ONE = Difference(
    task="suite/one",
    measure="nDCG@10",
    first_model="a",
    second_model="b",
    first=0.5,
    second=0.45,
    difference=-0.05,
    ci_low=-0.08,
    ci_high=-0.02,
    p=0.0004,
    p_holm=0.0008,
    wins=1,
    ties=5,
    losses=4,
    n=10,
    left_out=0,
    queries=(QueryDifference("q7", 1.0, 0.25),),
)
TWO = replace(ONE, task="suite/two", p_holm=0.2, difference=0.01, queries=())
MEAN = Overall("nDCG@10", "a", "b", -0.02, -0.05, 0.01, 2)


def test_a_row_a_task_with_effect_and_verdict(screen: Screen) -> None:
    shown = screen(comparison(Comparison((ONE, TWO), (MEAN,))))
    lines = [line.split() for line in shown.splitlines()]
    assert shown.startswith("b against a\n")
    assert ["one", "50.00", "45.00", "-5.00", "±3.00", "<0.001", "1/5/4", "worse"] in lines
    assert ["two", "50.00", "45.00", "+1.00", "±3.00", "0.200", "1/5/4"] in lines
    assert ["mean", "-2.00", "±3.00"] in lines
    assert ["q7", "one", "100.00", "25.00"] in lines
    assert "correction over 2 tests" in " ".join(shown.split())


def test_queries_that_are_not_compared_are_counted(screen: Screen) -> None:
    assert "left out" not in screen(comparison(Comparison((ONE,), ())))
    shown = screen(comparison(Comparison((replace(ONE, left_out=3), TWO), ())))
    assert "left out: 3 queries that not both have answered" in shown


def test_a_task_that_was_refused_is_told_with_the_reason(screen: Screen) -> None:
    refused = Refused("suite/two", "a", "b", "one is of version 1, the other of 2")
    shown = " ".join(screen(comparison(Comparison((ONE,), (), (refused,)))).split())
    assert "b and a were not compared on suite/two: one is of version 1, the other of 2" in shown


def test_each_pair_has_a_table(screen: Screen) -> None:
    other = replace(ONE, second_model="c", p_holm=0.01, difference=0.05)
    shown = screen(comparison(Comparison((ONE, other), ())))
    assert "b against a" in shown
    assert "c against a" in shown
    assert "better" in shown.split("c against a")[1]


def test_it_fits_a_terminal_of_80_columns(screen: Screen) -> None:
    long = replace(ONE, task="suite/a-task-with-a-rather-long-name")
    shown = screen(comparison(Comparison((long, TWO), (MEAN,))), columns=80)
    assert max(map(len, shown.splitlines())) <= 80


def test_tasks_stand_below_their_benchmarks_and_no_word_is_broken(screen: Screen) -> None:
    tasks = ["starter-passages/namesakes", "starter-tools/shopping", "a/seventeen-letters_and-more"]
    found = Comparison(tuple(replace(ONE, task=task) for task in tasks), (MEAN,))
    for columns in (80, 60, 40):
        table = screen(comparison(found), columns=columns).split("queries that differ")[0]
        first = [line.split()[0] for line in table.splitlines() if line[:20].strip()]
        assert first[first.index("task") + 2 : -1] == [
            *("starter-passages", "namesakes", "starter-tools", "shopping"),
            *("a", "seventeen-letters_", "and-more"),
        ]


def test_a_narrow_terminal_gets_the_effect_without_the_scores(screen: Screen) -> None:
    found = Comparison((ONE, TWO), (MEAN,))
    assert "50.00" in screen(comparison(found), columns=80)
    narrow = screen(comparison(found), columns=58).split("queries that differ")[0]
    assert ["one", "-5.00", "±3.00", "<0.001", "1/5/4", "worse"] in map(
        str.split, narrow.splitlines()
    )


def test_an_amount_is_neither_a_share_nor_better(screen: Screen) -> None:
    steps = replace(ONE, measure="steps", first=3.5, second=4.25, difference=0.75)
    shown = " ".join(screen(comparison(Comparison((steps,), ()))).split())
    assert "steps ± half the 95 % interval" in shown
    assert "4.25" in shown
    assert "the second model is higher/equal/lower" in shown
    assert "better" not in shown
