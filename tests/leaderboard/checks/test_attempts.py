"""Results of tool use and of question answering: submitted, checked, and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attempted import (
    ERRANDS,
    FILE,
    PLACES,
    QUESTIONS,
    claim,
    edit_attempts,
    lines,
    make_attempts,
    write,
)
from submitted import edit_gzip, edit_json, make, read_json, rehash

import harness
from harness import evaluate
from harness.errors import MissingData, UserError
from harness.loading import load_task
from harness.settings import setting_of
from harness.store import setting_slug
from leaderboard.board.assembly import assemble
from leaderboard.checks import OF_RESULT, Outcome, Verdict, check, record
from leaderboard.checks.predicted import PREDICTED
from leaderboard.reproduction import reproduce
from leaderboard.site import build
from leaderboard.submission import submit
from leaderboard.submission.kinds import KINDS

RUNNABLE = "import pathlib\npathlib.Path('executed').touch()\nclass X: pass\n"


@pytest.fixture(scope="session")
def packed_attempts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid submission on one task of each kind of problem. Not to be changed: copies are."""
    return make_attempts(tmp_path_factory.mktemp("attempts") / "half")


@pytest.fixture
def attempts(packed_attempts: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(packed_attempts, tmp_path / "board" / "half"))


def failures(verdict: Verdict) -> dict[str, str]:
    found: dict[str, str] = {}
    for outcome in verdict.outcomes:
        if outcome.status == "failed":
            found[outcome.check] = f"{found.get(outcome.check, '')}{outcome.message}. "
    return found


def of(verdict: Verdict, name: str, task: str = ERRANDS) -> Outcome:
    [found] = [o for o in verdict.outcomes if (o.check, o.task) == (name, task)]
    return found


def test_every_kind_of_result_is_both_kept_and_looked_at() -> None:
    assert KINDS.keys() == PREDICTED.keys()


def test_scores_are_those_of_the_harness(attempts: Path) -> None:
    verdict = check(attempts)

    assert verdict.acceptable
    assert verdict.rescored == 2
    assert verdict.records is not None
    for cell in verdict.records.checked.cells:
        again = harness.score(cell.task, attempts / PLACES[cell.task])
        assert cell.measures == again.measures
        assert cell.level == "re-scored"
        assert cell.vouched
        assert not cell.partial
    # Of 25 errands the agent makes 12, those of even numbers; of 40 questions 20.
    values = [cell.measures[cell.main_measure].value for cell in verdict.records.checked.cells]
    assert values == [12 / 25, 20 / 40]


def test_no_check_needs_one_that_is_about_another_kind() -> None:
    about = {entry.name: entry.only for entry in OF_RESULT}
    for entry in OF_RESULT:
        assert all(about.get(need, "") in ("", entry.only) for need in entry.needs), entry.name


def test_checks_of_rankings_say_nothing_of_attempts(attempts: Path) -> None:
    assert {"depth", "ties"}.isdisjoint(o.check for o in check(attempts).outcomes)


def test_answers_are_kept_for_reading_and_escaped_on_the_way(attempts: Path) -> None:
    records = check(attempts).records
    assert records is not None
    errands, questions = records.samples.cells
    assert errands is not None
    assert questions is not None
    assert errands.said[0] == "answer: <script>alert(1)</script>"  # flights-01
    assert errands.said[1].startswith("calls: diary.add, ")  # flights-02
    assert questions.rows == list(range(40))


class TestWithoutData:
    @pytest.fixture(autouse=True)
    def _no_data(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(*_: object) -> None:
            raise MissingData("not here")

        monkeypatch.setattr(type(load_task(ERRANDS)), "load", missing)

    def test_a_result_stays_self_reported(self, attempts: Path) -> None:
        verdict = check(attempts)

        assert verdict.acceptable
        assert verdict.rescored == 1  # the questions
        [tasks] = verdict.self_reported.values()
        assert tasks == [ERRANDS]
        assert of(verdict, "predictions").status == "passed"

    def test_its_attempts_must_be_what_their_hash_says(self, attempts: Path) -> None:
        edit_gzip(attempts / PLACES[ERRANDS] / FILE, lambda found: found[1:])
        rehash(attempts)
        assert "predictions_hash is not that of" in failures(check(attempts))["predictions"]

    def test_values_that_a_measure_has_to_have_are_there(self, attempts: Path) -> None:
        def unknown(rows: list[str]) -> list[str]:
            *start, _, path, order = rows[1].split("\t")
            return [rows[0], "\t".join([*start, "nan", path, order]), *rows[2:]]

        edit_gzip(attempts / PLACES[ERRANDS] / "per_query.tsv.gz", unknown)
        rehash(attempts)
        said = failures(check(attempts))["per query"]
        assert "solved_in_world says nothing of 1 of 25 queries" in said


def test_a_ranking_measure_may_say_nothing_of_no_query(tmp_path: Path) -> None:
    """What measures of attempts may do, those of rankings may not."""
    folder = make(tmp_path / "bm25")
    path = folder / "results/default/starter-tools_flights/per_query.tsv.gz"
    edit_gzip(path, lambda rows: [rows[0], rows[1].rpartition("\t")[0] + "\tnan", *rows[2:]])
    rehash(folder)
    assert "says nothing of 1 of" in failures(check(folder))["per query"]


Change = Callable[[Path], None]
ALL: list[tuple[Change, str, str]] = []


def refused(check: str, word: str) -> Callable[[Change], Change]:
    def enter(do: Change) -> Change:
        ALL.append((do, check, word))
        return do

    return enter


@refused("scores", "solved_in_world value is claimed as 0.9 and is 0.48")
def a_better_value(folder: Path) -> None:
    claim(folder, lambda told: told["measures"]["solved_in_world"].update(value=0.9))


@refused("per query", "the means of the values of the queries differ")
def a_better_value_alone(folder: Path) -> None:
    claim(folder, lambda told: told["measures"]["solved_in_world"].update(value=0.9))


@refused("scores", "path_recall of ")
def a_better_breakdown(folder: Path) -> None:
    def better(told: Any) -> None:
        label = next(iter(told["breakdown"]["kind"].values()))
        label["path_recall"] = 0.999

    claim(folder, better)


@refused("counts", "the list of malformed answers differs")
def another_reason_for_a_malformed_answer(folder: Path) -> None:
    def garbled(rows: list[dict[str, Any]]) -> None:
        rows[0] = {"problem": "flights-01", "end": "malformed", "detail": "{"}

    edit_attempts(folder, garbled)
    claim(folder, lambda told: told["malformed"].update({"flights-01": "see our site"}))


@refused("counts", "the list of malformed answers differs")
def an_invented_malformed_answer(folder: Path) -> None:
    claim(folder, lambda told: told["malformed"].update({"flights-01": "unreadable"}))


@refused("scores", "is claimed as")
def a_forged_answer(folder: Path) -> None:
    def forge(rows: list[dict[str, Any]]) -> None:
        rows[1].update(answer="No idea", messages=[], state=None)

    edit_attempts(folder, forge)


@refused("counts", "missing is claimed as 0 and is 1")
def a_dropped_attempt(folder: Path) -> None:
    edit_attempts(folder, lambda rows: rows[:-1])


@refused("predictions", "predictions_hash is not that of")
def a_dropped_attempt_without_its_hash(folder: Path) -> None:
    edit_gzip(folder / PLACES[ERRANDS] / FILE, lambda found: found[1:])
    rehash(folder)


@refused("ids", "1 problems that the task lacks, the first 'flights-77'")
def a_foreign_problem(folder: Path) -> None:
    edit_attempts(folder, lambda rows: [*rows, {"problem": "flights-77"}])


@refused("predictions", "the setting has 1 trials")
def a_second_trial_to_choose_from(folder: Path) -> None:
    edit_attempts(folder, lambda rows: [*rows, {"problem": "flights-01", "trial": 1}])


@refused("predictions", "a second attempt of the same number")
def an_attempt_twice(folder: Path) -> None:
    write(folder, [*lines(folder), lines(folder)[0]])


@refused("predictions", "ended as 'missing'")
def an_attempt_that_is_none(folder: Path) -> None:
    edit_attempts(folder, lambda rows: [*rows[1:], {"problem": "flights-01", "end": "missing"}])


@refused("predictions", "holds control characters")
def an_id_that_paints_the_terminal(folder: Path) -> None:
    edit_attempts(folder, lambda rows: [*rows, {"problem": "\x1b[31mred"}])


@refused("predictions", "line 26")
def brackets_by_the_thousand(folder: Path) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    write(folder, [*lines(folder), f'{{"problem": "flights-01", "state": {deep}}}'])


@refused("predictions", "line 26")
def not_a_number(folder: Path) -> None:
    write(folder, [*lines(folder), '{"problem": "flights-01", "trial": 0, "reward": NaN}'])


@refused("predictions", "line 26")
def a_list_for_a_text(folder: Path) -> None:
    write(folder, [*lines(folder), '{"problem": "flights-01", "answer": ["Talen"]}'])


@refused("predictions", "line 26")
def bytes_that_are_no_text(folder: Path) -> None:
    write(folder, [*lines(folder), '{"problem": "\udcff"}'])


@refused("predictions", "answers 100,001 characters")
def an_endless_answer(folder: Path) -> None:
    edit_attempts(folder, lambda rows: rows[0].update(answer="x" * 100_001))


@refused("predictions", "20,001 messages")
def an_endless_conversation(folder: Path) -> None:
    said = [{"role": "assistant"}] * 20_001
    edit_attempts(folder, lambda rows: rows[0].update(messages=said))


@refused("keys", "trajectories.jsonl.gz line 1")
def a_key_among_the_arguments(folder: Path) -> None:
    key = "sk-proj-" + "aB3dE5gH7jK9" * 3
    call = {"role": "assistant", "calls": [{"name": "f", "arguments": {"key": key}}]}
    edit_attempts(folder, lambda rows: rows[0].update(messages=[call]))


@refused("keys", "trajectories.jsonl.gz line 1")
def a_key_behind_an_escape(folder: Path) -> None:
    row = json.dumps({"problem": "flights-01", "answer": "hf_" + "aB3dE5gH7jK9" * 3})
    write(folder, [row.replace("hf_", "\\u0068f_"), *lines(folder)[1:]])


@refused("predictions", "task_version is claimed as")
def a_judge_who_said_nothing(folder: Path) -> None:
    version = read_json(folder / PLACES[ERRANDS] / "result.json")["task_version"]
    claim(folder, lambda told: told.update(task_version=f"{version}, judged by Somebody"))


@refused("setting", "search: the expression holds a path")
def a_retriever_of_a_machine(folder: Path) -> None:
    claim(folder, lambda told: told["setting"].update(search='hf("/home/ada/model")'), QUESTIONS)


@refused("setting", "search is a server, which nobody else can ask")
def a_server_for_the_search(folder: Path) -> None:
    search = 'search("http://10.0.0.1/search")'
    claim(folder, lambda told: told["setting"].update(search=search), QUESTIONS)


@refused("measures", "nDCG@10")
def a_measure_of_rankings(folder: Path) -> None:
    claim(
        folder, lambda told: told["measures"].update({"nDCG@10": told["measures"]["path_recall"]})
    )


@refused("manifest", "lack results/default/starter-agent_flights/trajectories.jsonl.gz")
def a_run_in_place_of_attempts(folder: Path) -> None:
    place = folder / PLACES[ERRANDS]
    (place / FILE).rename(place / "run.trec.gz")
    rehash(folder)


@pytest.mark.parametrize(("do", "name", "word"), ALL, ids=[do.__name__ for do, _, _ in ALL])
def test_it_is_refused_by_name(
    do: Change, name: str, word: str, attempts: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_model.py").write_text(RUNNABLE)
    do(attempts)

    verdict = check(attempts)

    assert not verdict.acceptable
    assert verdict.records is None
    assert word in failures(verdict).get(name, ""), failures(verdict)
    assert all(o.message.isprintable() for o in verdict.outcomes)
    assert not (tmp_path / "executed").exists()


def searched_by(folder: Path, search: str) -> None:
    """Claims that somebody else searched for the answers, and lays the result where it belongs."""
    claim(folder, lambda told: told["setting"].update(search=search), QUESTIONS)
    told = read_json(folder / PLACES[QUESTIONS] / "result.json")
    place = f"results/{setting_slug(setting_of(told['setting']))}/starter-qa_hops-2"
    (folder / place).parent.mkdir()
    (folder / PLACES[QUESTIONS]).rename(folder / place)

    def follow(manifest: Any) -> None:
        manifest["results"][-1]["path"] = place

    edit_json(folder / "manifest.json", follow)
    rehash(folder)


def test_code_that_a_setting_names_is_never_run(
    attempts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scores do not depend on who searched, so the file need not be there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_model.py").write_text(RUNNABLE)
    searched_by(attempts, "my_model.py:X")
    verdict = check(attempts)
    assert verdict.acceptable, failures(verdict)
    assert verdict.rescored == 2
    assert not (tmp_path / "executed").exists()


def test_nor_by_a_maintainers_rerun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_model.py").write_text(RUNNABLE)
    folder = make(tmp_path / "board" / "abstain", "abstain", (QUESTIONS,), kind="reference")
    searched_by(folder, "my_model.py:X")
    with pytest.raises(UserError, match=r"search=my_model\.py:X of starter-qa/hops-2 is not run"):
        reproduce(folder, out=tmp_path / "again", by="x", on=date(2026, 2, 3))
    assert not (tmp_path / "executed").exists()


def test_an_answer_that_could_not_be_read_may_be_quoted(attempts: Path) -> None:
    """Over several lines, as models write; it is compared with the attempts and shown nowhere."""
    detail = "I would call:\n```\nflights.find(" + "x" * 400

    def garbled(rows: list[dict[str, Any]]) -> None:
        rows[0] = {"problem": "flights-01", "end": "malformed", "detail": detail}

    edit_attempts(attempts, garbled)

    def follow(told: Any) -> None:
        told["malformed"]["flights-01"] = detail
        told["counts"]["malformed"] = 1

    claim(attempts, follow)
    verdict = check(attempts)
    assert verdict.acceptable, failures(verdict)


class TestSubmitting:
    def test_nothing_is_taken_whose_judge_has_not_spoken(self, tmp_path: Path) -> None:
        """A measure that waits for a judge says nothing, so there is nothing to rank by."""
        make_attempts(tmp_path / "first", (ERRANDS,))
        [told] = (tmp_path / "first.results").rglob("result.json")
        result = read_json(told)
        del result["measures"]["solved_in_world"]
        told.write_text(json.dumps(result | {"undefined": ["solved_in_world"]}))
        with pytest.raises(UserError, match="solved_in_world says nothing of 25 of 25 problems"):
            submit([tmp_path / "first.results"], tmp_path / "first.yaml", tmp_path / "second")

    def test_attempts_must_be_those_that_were_scored(self, tmp_path: Path) -> None:
        make_attempts(tmp_path / "first", (ERRANDS,))
        [found] = (tmp_path / "first.results").rglob(FILE)
        edit_gzip(found, lambda rows: rows[1:])
        with pytest.raises(UserError, match=r"is not what result\.json was made from"):
            submit([tmp_path / "first.results"], tmp_path / "first.yaml", tmp_path / "second")


def test_from_a_run_to_a_row(tmp_path: Path) -> None:
    """Two agents on both kinds of problems, and a retriever, through to the pages."""
    board = tmp_path / "board"
    for name, first in (("even", 0), ("odd", 1)):
        work = tmp_path / name
        made = make_attempts(work / name, first=first)
        record(check(shutil.copytree(made, board / name)))
    record(check(shutil.copytree(make(tmp_path / "bm25" / "bm25"), board / "bm25")))

    shown = assemble(board, printed=False)
    build(shown, tmp_path / "site")

    suites = {suite.name: suite for suite in shown.suites}
    assert {"starter-agent", "starter-qa", "starter-tools"} <= suites.keys()
    assert {row.id for row in suites["starter-agent"].rows} == {"even", "odd"}
    kinds = {name: load_task(name).card.kind for name in shown.tasks}
    for suite in shown.suites:
        for column in suite.columns:
            assert len({kinds[task] for task in column.tasks if task in kinds}) <= 1
    errands = shown.tasks[ERRANDS]
    main = {row: cells["solved_in_world"] for row, cells in errands.numbers.items()}
    assert (main["even"].value, main["odd"].value) == (12 / 25, 13 / 25)
    assert (main["even"].rank, main["odd"].rank) == (2, 1)
    assert main["odd"].low is not None
    searches = shown.tasks[QUESTIONS]
    assert searches.units == {"searches": "count"}
    assert searches.lower_is_better == ("searches",)
    page = (tmp_path / "site" / "tasks" / "starter-agent--flights.html").read_text()
    assert '<span class="v">48.00</span>' in page
    assert '<span class="v">52.00</span>' in page
    for path in (tmp_path / "site").rglob("*"):
        if path.is_file() and "vendor" not in path.parts:
            assert b"<script>alert(1)" not in path.read_bytes(), path


def test_a_whole_suite_is_ranked_by_its_mean_with_intervals(tmp_path: Path) -> None:
    tasks = tuple(f"starter-qa/hops-{hops}" for hops in (1, 2, 3, 4))
    for name, first in (("even", 0), ("odd", 1)):
        made = make_attempts(tmp_path / name / name, tasks, first=first)
        record(check(shutil.copytree(made, tmp_path / "board" / name)))
    [suite] = assemble(tmp_path / "board", printed=False).suites

    assert suite.numbers["even", "mean"]["exact_match"].value == 0.5  # 20 of 40, four times
    assert suite.numbers["even", "mean"]["exact_match"].low is not None
    for rank in suite.ranks.values():
        assert (rank.rank, rank.low, rank.high, rank.group) == (1, 1, 2, 1)  # not told apart


def test_a_maintainer_runs_an_agent_again_unless_a_setting_names_code(
    attempts: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"every_second\.py is code of the submitter's"):
        reproduce(attempts, out=tmp_path / "again", by="x", on=date(2026, 2, 3))


def test_a_rerun_of_an_agent_gives_the_same_attempts(tmp_path: Path) -> None:
    folder = make(tmp_path / "board" / "abstain", "abstain", (ERRANDS,), kind="reference")
    [cell] = reproduce(folder, out=tmp_path / "again", by="x", on=date(2026, 2, 3)).cells
    assert cell.identical  # but for how long they took
    assert cell.submitted == cell.rerun == 0


def test_effort_is_submitted_with_its_units(tmp_path: Path) -> None:
    folder = make_attempts(tmp_path / "first", (ERRANDS,))
    names = ["solved_in_world", "calls", "latency", "hallucinated_tools"]
    shutil.rmtree(tmp_path / "first.results")
    evaluate(
        f"{tmp_path / 'every_second.py'}:EverySecond",
        [ERRANDS],
        out=tmp_path / "first.results",
        measures=names,
        cache=False,
    )
    board = tmp_path / "board"
    made = submit([tmp_path / "first.results"], tmp_path / "first.yaml", board / "second")
    verdict = check(made)
    assert folder.exists()
    assert verdict.acceptable, failures(verdict)
    record(verdict)
    shown = assemble(board, printed=False)
    [suite] = shown.suites
    assert suite.units == {"calls": "count", "latency": "seconds"}
    assert set(suite.lower_is_better) == {"calls", "latency", "hallucinated_tools"}
    numbers = shown.tasks[ERRANDS].numbers["second"]
    assert numbers["latency"].n == 25
    assert numbers["hallucinated_tools"].n == 12  # the others call nothing
    build(shown, tmp_path / "site")
