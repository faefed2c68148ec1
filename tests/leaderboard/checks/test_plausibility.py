"""Flags: what a maintainer should look at. None of them refuses anything."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from submitted import edit_json, edit_result, edit_text, make, rehash

from leaderboard.checks import Outcome, check, record


@pytest.fixture(scope="session")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A submission that puts exactly the relevant documents first."""
    return make(tmp_path_factory.mktemp("oracle") / "oracle", "oracle", kind="reference")


@pytest.fixture(scope="session")
def random(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("random") / "random", "random(seed=7)", kind="reference")


@pytest.fixture
def beside_random(random: Path, submission: Path) -> Path:
    """BM25 on a board that has a recorded random run, entered as a model like any other."""
    folder = submission.with_name("by-chance")
    shutil.copytree(random, folder)
    edit_json(folder / "manifest.json", lambda told: told.update(submission="by-chance"))
    path = record(check(folder))
    edit_json(path, lambda told: told["card"].update(kind="other"))
    return submission


def said(folder: Path, name: str) -> Outcome:
    verdict = check(folder)
    assert verdict.acceptable
    [outcome] = [outcome for outcome in verdict.outcomes if outcome.check == name]
    return outcome


def renamed(folder: Path, name: str, model: str) -> None:
    """Lets a copy be of another model, as its submitter would."""

    def change(told: dict[str, str]) -> None:
        told.update(submission=name, model=model, model_fingerprint="1" * 64)

    edit_json(folder / "manifest.json", change)


def test_predictions_of_another_model_to_the_last_score(
    submission: Path, beside: Callable[[str], Path]
) -> None:
    renamed(beside("twin"), "twin", "bm25(k1=1.0)")
    outcome = said(submission, "same predictions")
    assert outcome.status == "flagged"
    assert outcome.message == "another model has the very same predictions: twin"


def test_predictions_of_the_same_model_are_no_surprise(
    submission: Path, beside: Callable[[str], Path]
) -> None:
    edit_json(beside("again") / "manifest.json", lambda told: told.update(submission="again"))
    assert said(submission, "same predictions").status == "passed"
    assert said(submission, "same files").message == "every file of predictions is in again too"


def _also(folder: Path, **fields: object) -> None:
    """Lets a copy under its own name state something else of its result."""
    edit_json(folder / "manifest.json", lambda told: told.update(submission=folder.name))
    edit_json(folder / "manifest.json", lambda told: told["results"][0].update(fields))


def test_other_predictions_of_the_same_model(
    submission: Path, beside: Callable[[str], Path]
) -> None:
    assert said(submission, "other predictions").status == "passed"
    for name in ("again", "and-again"):
        _also(beside(name), predictions_hash="0" * 64)
    # Packed before the setting had that field.
    edit_json(
        submission.parent / "again" / "manifest.json",
        lambda told: told["results"][0]["setting"].pop("join"),
    )
    outcome = said(submission, "other predictions")
    assert outcome.status == "flagged"
    assert outcome.message == "the same model gave other predictions in again, and-again"


@pytest.mark.parametrize(
    "other", [{"setting": {"k": 7}}, {"data_hash": "0" * 64}, {"task": "starter-tools/weather"}]
)
def test_other_predictions_for_another_question_are_no_surprise(
    submission: Path, beside: Callable[[str], Path], other: dict[str, object]
) -> None:
    _also(beside("again"), predictions_hash="0" * 64, **other)
    assert said(submission, "other predictions").status == "passed"


def test_other_predictions_of_another_model_are_no_surprise(
    submission: Path, beside: Callable[[str], Path]
) -> None:
    folder = beside("other")
    _also(folder, predictions_hash="0" * 64)
    renamed(folder, "other", "bm25(k1=1.0)")
    assert said(submission, "other predictions").status == "passed"


def test_a_broken_neighbour_is_no_concern_of_ours(
    submission: Path, beside: Callable[[str], Path]
) -> None:
    (beside("broken") / "manifest.json").write_text("[" * 1000)
    (submission.parent / "_checked").mkdir()
    (submission.parent / "_checked" / "broken.json").write_text("{}")
    assert said(submission, "same files").message == "compared with 0 submissions"


def test_a_jump_far_above_the_best_of_the_column(beside_random: Path) -> None:
    """BM25 has 0.56, a random ranking of 780 tools next to nothing: more than 0.1 apart."""
    outcome = said(beside_random, "jump")
    assert outcome.status == "flagged"
    assert "more than 0.1 above it" in outcome.message
    assert "by-chance" in outcome.message


def test_references_set_no_mark(beside_random: Path) -> None:
    path = beside_random.parent / "_checked" / "by-chance.json"
    edit_json(path, lambda told: told["card"].update(kind="reference"))
    assert "first on this task" in said(beside_random, "jump").message


def test_a_number_on_other_data_sets_no_mark(beside_random: Path) -> None:
    path = beside_random.parent / "_checked" / "by-chance.json"
    edit_json(path, lambda told: told["cells"][0].update(data_hash="0" * 64))
    assert "first on this task" in said(beside_random, "jump").message


@pytest.fixture
def pretender(oracle: Path, tmp_path: Path) -> Path:
    """The oracle's answers under the name of a model that cannot know them."""
    folder = Path(shutil.copytree(oracle, tmp_path / "oracle"))

    def pretend(told: dict[str, object]) -> None:
        told["model"] = 'hf("a/b")'

    edit_result(folder, pretend)
    edit_text(folder / "model.yaml", "kind: reference", "kind: embedder")
    rehash(folder)
    return folder


def test_a_near_copy_of_the_judgements(pretender: Path) -> None:
    outcome = said(pretender, "copy of gold")
    assert outcome.status == "flagged"
    assert outcome.message.startswith("40 of 40 queries have exactly their relevant documents")


def test_the_oracle_is_expected_to_know(oracle: Path) -> None:
    assert said(oracle, "copy of gold").status == "skipped"


def test_an_honest_model_copies_nothing(submission: Path) -> None:
    assert said(submission, "copy of gold").status == "passed"


def test_scores_that_tell_nothing_apart(pretender: Path) -> None:
    """Every document of the oracle has grade 1, and a request needs one to five tools."""
    assert said(pretender, "ties").status == "flagged"


def test_a_reference_may_score_by_grades_alone(oracle: Path) -> None:
    assert said(oracle, "ties").status == "skipped"
