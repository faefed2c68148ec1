"""One result in full."""

from __future__ import annotations

from collections.abc import Callable

from harness.render.result import details
from harness.store import Result

Screen = Callable[..., str]
Make = Callable[..., Result]


def test_every_measure_has_its_interval_and_its_queries(screen: Screen, result: Make) -> None:
    shown = screen(details(result(measures={"nDCG@10": 0.5, "P@1": 0.25})))
    lines = [line.split() for line in shown.splitlines()]
    assert ["nDCG@10", "50.00", "[48.00,", "51.00]", "4"] in lines
    assert ["P@1", "25.00", "[23.00,", "26.00]", "4"] in lines


def test_setting_data_and_model_are_told(screen: Screen, result: Make) -> None:
    shown = screen(details(result(setting={"pool": "category"}), {"wall_seconds": 1.5, "cores": 2}))
    for words in (
        "pool=category",
        "k=100",
        "owner/name part/test: 4 rows, revision ffffffffffff, sha256 111111111111",
        "adapter: somewhere:Something",
        "k1=1.5",
        "1.5 s",
    ):
        assert words in shown


def test_only_what_happened_is_told_of_the_queries(screen: Screen, result: Make) -> None:
    plain = screen(details(result()))
    assert "4 asked, 4 answered" in plain
    assert "without" not in plain
    counts = {"answered": 2, "missing": 2, "without_relevant": 1, "clusters": 3, "tied": 7}
    odd = result(
        counts=counts, missing=["q1", "q2"], notes={"long documents": 12}, drift=["one too many"]
    )
    shown = screen(details(odd))
    for words in (
        "2 without an answer (score 0): q1, q2",
        "1 without a relevant document",
        "3 distinct texts",
        "7 returned documents",
        "long documents: 12",
        "one too many",
    ):
        assert words in shown


def test_an_unfinished_result_says_so(screen: Screen, result: Make) -> None:
    assert "incomplete" in screen(details(result(status="incomplete", counts={"errors": 1})))
    assert "partial" in screen(details(result(setting={"limit": 4})))


def test_splits_are_listed(screen: Screen, result: Make) -> None:
    splits = {f"split {i}": {"nDCG@10": i / 100} for i in range(12)}
    shown = screen(details(result(splits=splits)))
    assert "split 9" in shown
    assert "split 10" not in shown
    assert "and 2 more in result.json" in shown


def test_reasons_of_what_failed_are_given_once_each(screen: Screen, result: Make) -> None:
    why = {"q1": "no identifier in 'sorry'", "q2": "no identifier in 'sorry'", "q3": "empty"}
    shown = screen(details(result(counts={"malformed": 3}, malformed=why)))
    lines = [line.strip() for line in shown.splitlines()]
    assert "q1: no identifier in 'sorry'" in lines
    assert "q3: empty" in lines
    assert not any(line.startswith("q2: ") for line in lines)


def test_a_result_without_its_main_measure_is_shown(screen: Screen, result: Make) -> None:
    shown = screen(details(result(measures={"P@1": 0.25})))
    assert "25.00" in shown


def test_measures_that_say_nothing_are_named(screen: Screen, result: Make) -> None:
    shown = screen(details(result(undefined=["money", "rating"])))
    assert "nothing is known of money, rating here" in shown


def test_errors_are_no_answers_so_a_mean_over_the_rest_is_not_shown(
    screen: Screen, result: Make
) -> None:
    errors = {"q1": "the server is down", "q2": "not asked: the budget is spent"}
    counts = {"answered": 2, "errors": 2}
    shown = screen(details(result(status="incomplete", counts=counts, errors=errors)))
    assert "no numbers yet: 2 of 4 queries are answered" in shown
    assert "50.00" not in shown
    assert "1 failed outside the model (the same command asks again): q1" in shown
    assert "q1: the server is down" in shown
    assert "1 not asked (the same command asks again): q2" in shown
    assert "q2: the budget is spent" in shown


def test_labels_are_listed_by_the_numbers_in_them(screen: Screen, result: Make) -> None:
    by = {label: {"nDCG@10": 0.5} for label in ("1-3", "10-12", "4-6")}
    lines = screen(details(result(breakdown={"calls": by}))).splitlines()
    firsts = [line.split()[0] for line in lines if line.endswith(" 50.00")]
    assert firsts == ["1-3", "4-6", "10-12"]


def test_a_spread_is_over_what_was_repeated(screen: Screen, result: Make) -> None:
    spread = {"deviations": {"nDCG@10": 0.1}}
    assert "± 10.00 over repeats" in screen(details(result(**spread)))
    assert "± 10.00 over trials" in screen(details(result(setting={"trials": 4}, **spread)))


def test_what_a_model_is_made_of_stands_in_brackets(screen: Screen, result: Make) -> None:
    made = result()
    inner = {"adapter": "a:Chat", "parameters": {"name": "m", "seed": None}}
    identity = {"parameters": {"model": inner, "steps": 20, "system": ""}}
    shown = screen(details(made.model_copy(update={"model_identity": identity})))
    assert 'model=(adapter=a:Chat, parameters=(name=m, seed=null)), steps=20, system=""' in shown


def test_a_judge_that_gave_no_verdict_is_not_asked_for_again(screen: Screen, result: Make) -> None:
    wanting = {"undefined": ["nDCG@10"], "measures": {"P@1": 0.5}}
    assert "they want a judge" in screen(details(result(**wanting)))
    shown = screen(details(result(setting={"judge": "m"}, **wanting)))
    assert "the judge gave no verdict" in shown
