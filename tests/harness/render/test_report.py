"""A report: one row a model, means where tasks are many, and nothing swept under the carpet."""

from __future__ import annotations

from collections.abc import Callable

from harness.ranking import MISSED, SOUGHT
from harness.records import Setting
from harness.render.report import next_steps, overview
from harness.report import AggregateValue, Missing, Report
from harness.store import Result

Screen = Callable[..., str]
Make = Callable[..., Result]
TASKS = [f"suite/t{i}" for i in range(9)]


def mean(
    model: str, suite: str, tasks: list[str], missing: list[str] | None = None
) -> AggregateValue:
    return AggregateValue(
        suite=suite,
        name="average",
        model=model,
        model_fingerprint=f"fingerprint of {model}",
        setting=Setting(),
        measure="nDCG@10",
        value=0.25,
        ci_low=0.2,
        ci_high=0.3,
        n=36,
        partial=bool(missing),
        tasks=tuple(tasks),
        missing=tuple(missing or ()),
    )


def rows(shown: str) -> list[list[str]]:
    return [line.split() for line in shown.splitlines() if "±" in line and "half" not in line]


def test_one_row_a_model_and_one_column_a_task(screen: Screen, result: Make) -> None:
    results = [result(model, task) for model in ("bm25", "random") for task in TASKS[:2]]
    shown = screen(overview(Report(tuple(results))))
    assert [row[0] for row in rows(shown)] == ["bm25", "random"]
    assert "t0" in shown
    assert "suite/" not in shown
    assert "nDCG@10 × 100" in shown


def test_of_many_tasks_the_means_are_shown(screen: Screen, result: Make) -> None:
    report = Report(tuple(result(task=t) for t in TASKS), (mean("bm25", "suite", TASKS),))
    shown = screen(overview(report))
    assert rows(shown) == [["bm25", "25.00", "±5.00"]]
    assert "t0" not in shown


def test_many_tasks_without_a_mean_are_rows(screen: Screen, result: Make) -> None:
    results = tuple(result(model, t) for model in ("bm25", "random") for t in TASKS)
    shown = rows(screen(overview(Report(results))))
    assert [row[0] for row in shown] == [f"t{i}" for i in range(9)]
    assert all(row.count("50.00") == 2 for row in shown)


def test_what_lies_in_a_folder_is_shown_task_by_task(screen: Screen, result: Make) -> None:
    report = Report(tuple(result(task=t) for t in TASKS), (mean("bm25", "suite", TASKS),))
    shown = screen(overview(report, gathered=True))
    assert [row[0] for row in rows(shown)] == [*(f"t{i}" for i in range(9)), "bm25"]


def test_of_a_folder_only_suites_that_no_other_contains_are_shown(
    screen: Screen, result: Make
) -> None:
    values = (
        mean("bm25", "part", TASKS[:2]),
        mean("bm25", "whole", TASKS[:3]),
        mean("bm25", "larger", TASKS[:3], missing=["suite/x"]),
        mean("bm25", "single", TASKS[:1], missing=["suite/x"]),
    )
    report = Report(tuple(result(task=t) for t in TASKS[:3]), values)
    shown = screen(overview(report, gathered=True))
    assert "whole  means" in shown
    assert not any(f"{name}  means" in shown for name in ("part", "larger", "single"))


def test_settings_have_a_column_where_they_differ(screen: Screen, result: Make) -> None:
    results = (result(setting={"instruction": "no"}), result(setting={"instruction": "yes"}))
    shown = screen(overview(Report(results)))
    assert [row[:2] for row in rows(shown)] == [
        ["bm25", "instruction=no"],
        ["bm25", "instruction=yes"],
    ]
    same = screen(overview(Report(results[:1])))
    assert "instruction=no" in same.splitlines()[0]


def test_measures_are_named_where_they_differ(screen: Screen, result: Make) -> None:
    results = (result(), result(task="suite/two", measures={"P@1": 0.1}))
    shown = screen(overview(Report(results)))
    assert "main measures × 100" in shown
    assert "P@1" in shown


def test_the_best_model_is_bold_and_a_reference_is_no_rival(screen: Screen, result: Make) -> None:
    results = (
        result("oracle", measures={"nDCG@10": 1.0}, card={"kind": "reference"}),
        result("good", measures={"nDCG@10": 0.7}),
        result("bad", measures={"nDCG@10": 0.3}),
    )
    shown = screen(overview(Report(results)), colour=True)
    assert [line.split()[0] for line in shown.splitlines() if "\x1b[1m" in line][1:] == ["good"]


def test_partial_is_a_word_with_a_legend(screen: Screen, result: Make) -> None:
    assert "partial" not in screen(overview(Report((result(),))))
    cut = screen(overview(Report((result(setting={"limit": 2}),))))
    assert cut.count("partial") == 2
    assert "partial: not all" in cut


def test_missing_tasks_are_named_with_their_reasons(screen: Screen, result: Make) -> None:
    missing = [
        *(Missing(f"suite/{t}", Setting(), f"{t} is not here") for t in ("one", "two")),
        Missing("suite/three", Setting(), "has no instructions"),
    ]
    shown = screen(overview(Report((), missing=tuple(missing))))
    assert "Missing 3 tasks: one, two, three" in shown
    assert shown.count("is not here") == 1
    assert "suite/three: has no instructions" in shown
    assert "assay data suite" in shown


def test_what_a_reader_must_know_is_said_once(screen: Screen, result: Make) -> None:
    counts = {"missing": 1, "malformed": 2, "errors": 3, "judged_outside_corpus": 5}
    odd = [result(model, counts=counts, drift=["one query too many"]) for model in ("a", "b")]
    shown = " ".join(screen(overview(Report(tuple(odd)))).split())
    assert "a on suite/one, b on suite/one: 1 query of 4 got no answer" in shown
    assert "2 queries of 4 got an answer that cannot be read" in shown
    assert "3 queries of 4 failed outside the model" in shown
    assert shown.count("5 judged documents not in the corpus") == 1
    assert shown.count("suite/one: one query too many") == 1
    assert "To know" not in screen(overview(Report((result(),))))


def test_results_on_different_data_are_told(screen: Screen, result: Make) -> None:
    other = result("b").model_copy(update={"data_hash": "1" * 64})
    report = Report((result("a"), other))
    assert "suite/one: results rest on different data" in screen(overview(report))
    assert report.to_json()["differing_data"] == ["suite/one"]
    alike = Report((result("a"), result("b"), result("b", "suite/two")))
    assert "differing_data" not in alike.to_json()


def test_the_next_commands_fit_the_results(screen: Screen, result: Make) -> None:
    oracle = result("oracle", card={"kind": "reference"})
    shown = screen(next_steps(Report((oracle, result("a"), result("b"))), "out"), columns=40)
    assert "assay show out/oracle-fingerpr/default/suite_one\n" in shown
    assert "assay compare out/a-fingerpr out/b-fingerpr\n" in shown
    assert screen(next_steps(Report(()), "out")) == ""


def test_two_models_of_one_name_have_a_row_each(screen: Screen, result: Make) -> None:
    first = result("mine", "toy")
    second = first.model_copy(update={"model_fingerprint": "another one"})
    shown = screen(overview(Report((first, second))))
    assert "mine #fingerpr" in shown
    assert "mine #another" in shown


def test_what_was_only_not_asked_needs_no_data(screen: Screen, result: Make) -> None:
    unasked = Missing("toy", Setting(instruction="yes"), "no instructions", data=False)
    done = (result("mine", "other"),)
    assert "assay data" not in screen(overview(Report(done, missing=(unasked,))))
    absent = Missing("toy", Setting(), "not here")
    assert "assay data toy" in screen(overview(Report(done, missing=(absent,))))


def test_errors_are_no_score_of_0_and_say_what_failed(screen: Screen, result: Make) -> None:
    down = result(
        "far",
        measures={"nDCG@10": 0.0},
        status="incomplete",
        counts={"queries": 3, "answered": 1, "errors": 2},
        errors={"q1": "no connection", "q2": "no connection"},
    )
    shown = screen(overview(Report((down, result("near", measures={"nDCG@10": 0.7})))))
    [row] = [line for line in shown.splitlines() if line.startswith("far")]
    assert row.split() == ["far", "1", "of", "3"]
    assert " 0.00" not in shown
    assert "2 queries of 3 failed outside the model; the same command asks again" in shown
    assert "(no connection)" in " ".join(shown.split())


def test_an_approximate_search_says_how_much_it_misses(screen: Screen, result: Make) -> None:
    near = result("dense(minilm)", notes={SOUGHT: 1000, MISSED: 5})
    shown = " ".join(screen(overview(Report((near,)))).split())
    assert "dense(minilm) on suite/one: approximate search, recall 99.5%" in shown


def test_queries_that_failed_are_told_apart_from_those_never_asked(
    screen: Screen, result: Make
) -> None:
    errors = {"q1": "not asked: the budget is spent", "q2": "the server is down", "q3": "not asked"}
    odd = result(status="incomplete", counts={"errors": 3, "answered": 1}, errors=errors)
    shown = " ".join(screen(overview(Report((odd,)))).split())
    again = "the same command asks again"
    assert f"1 query of 4 failed outside the model; {again} (the server is down)" in shown
    assert f"2 queries of 4 were not asked; {again} (the budget is spent)" in shown


def test_settings_that_all_share_stand_above_those_that_vary(screen: Screen, result: Make) -> None:
    results = [result(setting={"trials": 4, "tools": tools}) for tools in ("own", "gold")]
    first, *others = screen(overview(Report(tuple(results)))).splitlines()
    assert first.endswith("trials=4")
    assert [line.split()[1] for line in others if "±" in line] == ["tools=own", "tools=gold"]


def test_trials_that_could_not_differ_are_told(screen: Screen, result: Make) -> None:
    def shown(temperature: float, deviation: float = 0.0, trials: int = 4) -> str:
        made = result(setting={"trials": trials}, deviations={"nDCG@10": deviation})
        chat = {"adapter": "a:Chat", "parameters": {"temperature": temperature}}
        identity = {"parameters": {"agents": [{"model": chat}]}}
        report = Report((made.model_copy(update={"model_identity": identity}),))
        return " ".join(screen(overview(report)).split())

    assert "all 4 trials came out alike, as they do at temperature=0" in shown(0.0)
    assert "alike" not in shown(0.7)
    assert "alike" not in shown(0.0, deviation=0.1)
    assert "alike" not in shown(0.0, trials=1)


def test_a_judge_that_was_asked_in_vain_is_not_wanted_again(screen: Screen, result: Make) -> None:
    wanting = {"measures": {"P@1": 0.5}, "undefined": ["nDCG@10"]}
    shown = screen(overview(Report((result(**wanting),))))
    assert "nDCG@10 wants a judge: suite/one" in shown
    shown = screen(overview(Report((result(setting={"judge": "m"}, **wanting),))))
    assert "nDCG@10 is not known, the judge gave no verdict: suite/one" in shown
    assert "wants a judge" not in shown
