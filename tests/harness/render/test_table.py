"""A table on a screen: shares x 100, amounts as they are, and what a row lacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.render.table import overview
from harness.scoring import Estimate
from harness.store import Result
from harness.table import Part, Row, Table

Screen = Callable[..., str]
Make = Callable[..., Result]


def row(result: Result, success: float, calls: float | None, **fields: Any) -> Row:
    values = {"success": Estimate(success, success - 0.1, success + 0.1, 4)}
    if calls is not None:
        values["calls"] = Estimate(calls, calls - 1, calls + 1, 4)
    return replace(Row(result, values, (), False), **fields)


def shown(screen: Screen, *rows: Row, tasks: tuple[str, ...] = ("a", "b"), **how: Any) -> str:
    part = Part("suite", tasks, rows)
    return screen(overview(Table(("success", "calls"), (part,))), **how)


def test_shares_are_times_100_and_amounts_are_not(screen: Screen, result: Make) -> None:
    text = shown(screen, row(result("react"), 0.5, 3.5), row(result("atc"), 0.25, None))
    lines = [line.split() for line in text.splitlines()]
    assert ["react", "50.00", "±10.00", "3.50", "±1.00"] in lines
    assert ["atc", "25.00", "±10.00", "-"] in lines
    assert "suite mean over 2 tasks" in " ".join(text.split())


def test_the_highest_share_stands_out_and_no_amount_does(screen: Screen, result: Make) -> None:
    text = shown(
        screen, row(result("a"), 0.5, 3.5), row(result("b"), 0.25, 9.25), colour=True, columns=120
    )
    bold = "\x1b[1m"
    assert f"{bold}50.00" in text
    assert f"{bold}25.00" not in text
    assert f"{bold}3.50" not in text
    assert f"{bold}9.25" not in text


def test_settings_are_shown_where_they_differ(screen: Screen, result: Make) -> None:
    some = result("react", setting={"trials": 4}), result("react", setting={"trials": 2})
    text = shown(screen, *(row(one, 0.5, 2.0) for one in some))
    assert "trials=4" in text
    assert "trials=2" in text
    alone = shown(screen, row(some[0], 0.5, 2.0))
    assert alone.split("suite")[0].count("trials=4") == 1


def test_what_stands_for_less_than_the_whole_is_said_once(screen: Screen, result: Make) -> None:
    lacking = row(result("react"), 0.5, 2.0, missing=("b",), partial=True)
    text = shown(screen, lacking, row(result("atc"), 0.5, 2.0))
    assert "partial react: without b" in text
    both = replace(lacking, first=result("atc"))
    assert "partial all rows: without b" in shown(screen, lacking, both)


def test_a_mean_over_fewer_tasks_is_marked_and_told(screen: Screen, result: Make) -> None:
    short = row(result("react"), 0.5, 2.0, short={"calls": ("a",)})
    lines = shown(screen, short, row(result("atc"), 0.5, 2.0)).splitlines()
    [at] = [n for n, line in enumerate(lines) if line.startswith("react")]
    assert lines[at + 1].strip() == "partial"
    assert sum(line.strip() == "partial" for line in lines) == 1
    assert "partial react: calls over 1 of 2 tasks" in lines


def test_different_data_is_told(screen: Screen, result: Make) -> None:
    part = Part("suite", ("a", "b"), (row(result("react"), 0.5, 2.0),), ("b",))
    text = " ".join(screen(overview(Table(("success",), (part,)))).split())
    assert "not to be compared b: results rest on different data" in text
    assert "different data" not in shown(screen, row(result("react"), 0.5, 2.0))


def test_the_chat_model_that_all_share_is_written_once(screen: Screen, result: Make) -> None:
    chat = "openai('gpt-4o', temperature=0.7)"
    names = [f"react({chat}, steps=5)", f"best_of(react({chat}), n=3)", "abstain"]
    text = shown(screen, *(row(result(name), 0.5, 2.0) for name in names))
    assert text.count(chat) == 1
    assert f"… is {chat}" in text
    labels = [line.split("  ")[0] for line in text.splitlines()]
    assert labels[-3:] == ["react(…, steps=5)", "best_of(react(…), n=3)", "abstain"]


def test_where_there_are_several_chat_models_they_are_shown(screen: Screen, result: Make) -> None:
    names = ["react(openai('a'))", "react(openai('b'))"]
    text = shown(screen, *(row(result(name), 0.5, 2.0) for name in names))
    assert all(name in text for name in names)
    assert "…" not in text


def test_a_model_is_not_called_by_nothing(screen: Screen, result: Make) -> None:
    names = ["bm25(k1=0.9)", "bm25(k1=0.9) % 10"]
    text = shown(screen, *(row(result(name), 0.5, 2.0) for name in names))
    assert "\nbm25(k1=0.9) " in text


def test_columns_that_do_not_fit_go_on_below(screen: Screen, result: Make) -> None:
    name = "function-calling(openai('a-model-of-a-long-name', temperature=0.7), steps=20)"
    text = shown(screen, row(result(name), 0.5, 2.0), columns=60)
    assert "50.00" in text
    assert "2.00" in text
    assert max(map(len, text.splitlines())) <= 60
