"""The lineage in a card against what the results carry."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from submitted import RESULT, edit_json, read_json, rehash
from trained import lineage, make_trained

from leaderboard.checks import Outcome, check


@pytest.fixture(scope="module")
def _trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_trained(tmp_path_factory.mktemp("trained") / "associated")


@pytest.fixture
def trained(_trained: Path, tmp_path: Path) -> Path:
    """A submission of a checkpoint; the test's own copy."""
    return Path(shutil.copytree(_trained, tmp_path / "board" / _trained.name))


def said(folder: Path) -> Outcome:
    [outcome] = [outcome for outcome in check(folder).outcomes if outcome.check == "lineage"]
    return outcome


def edit_card(folder: Path, change: Callable[[Any], None]) -> None:
    told = yaml.safe_load((folder / "model.yaml").read_text())
    change(told)
    (folder / "model.yaml").write_text(yaml.safe_dump(told))
    rehash(folder)


def edit_carried(folder: Path, change: Callable[[Any], None]) -> None:
    """Changes what the result carries."""
    edit_json(folder / RESULT / "result.json", lambda told: change(told["model_card"]))
    rehash(folder)


def test_what_the_template_wrote_passes(trained: Path) -> None:
    assert check(trained).acceptable
    outcome = said(trained)
    assert outcome.status == "passed"
    assert outcome.message == "my_producer.py:Associations, from nothing"


def test_the_card_and_the_result_name_the_checkpoint_by_one_digest(trained: Path) -> None:
    card = yaml.safe_load((trained / "model.yaml").read_text())
    folder = read_json(trained / RESULT / "result.json")["model_identity"]["folder"]
    assert card["lineage"]["digest"] == card["revision"] == f"sha256:{folder}"


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("digest", f"sha256:{'0' * 64}"),
        ("digest", None),
        ("method", "another"),
        ("version", "9"),
        ("parent", {"name": "base/"}),
        ("data", {}),
        ("config", {"most": 4}),
        ("costs", None),
        ("costs", lineage()["costs"]),
    ],
)
def test_what_differs_from_the_results_is_refused(trained: Path, part: str, value: Any) -> None:
    edit_card(trained, lambda card: card["lineage"].update({part: value}))
    outcome = said(trained)
    assert outcome.status == "failed"
    assert f"lineage.{part} " in outcome.message


def test_a_parent_that_is_the_checkpoint_itself_is_refused(trained: Path) -> None:
    own = read_json(trained / RESULT / "result.json")["model_identity"]["folder"]
    edit_carried(trained, lambda card: card.pop("lineage"))
    edit_card(
        trained,
        lambda card: card["lineage"].update(
            digest=None, parent={"name": "base/", "digest": f"sha256:{own}"}
        ),
    )
    outcome = said(trained)
    assert outcome.status == "failed"
    assert "the checkpoint itself" in outcome.message


def test_so_is_one_that_the_results_carry(trained: Path) -> None:
    own = read_json(trained / RESULT / "result.json")["model_identity"]["folder"]
    parent = {"name": "base/", "revision": "", "digest": own}
    edit_carried(trained, lambda card: card["lineage"].update(parent=parent))
    outcome = said(trained)
    assert outcome.status == "failed"
    assert "the parent is the checkpoint itself" in outcome.message


def test_the_cards_parent_and_that_of_the_lineage_are_one(trained: Path) -> None:
    edit_card(trained, lambda card: card.update(parent="somebody/else"))
    assert said(trained).status == "failed"
    assert "parent and lineage.parent" in said(trained).message


def test_a_lineage_that_no_result_carries_is_the_submitters_word(trained: Path) -> None:
    edit_carried(trained, lambda card: card.pop("lineage"))
    assert said(trained).status == "flagged"
    assert "the submitter's word" in said(trained).message


def test_a_card_that_leaves_it_out_is_told_apart(trained: Path) -> None:
    edit_card(trained, lambda card: card.pop("lineage"))
    assert said(trained).status == "flagged"
    assert "leaves out" in said(trained).message
    edit_carried(trained, lambda card: card.update(lineage={"config": {"x": ["\x1b"] * 9}}))
    assert said(trained).status == "flagged"
    assert "no card can hold" in said(trained).message


def test_a_model_that_was_not_trained_here_has_none(submission: Path) -> None:
    assert said(submission).status == "passed"
    assert said(submission).message == "none is declared, and none carried"


def test_a_result_that_cannot_be_read_is_another_checks_business(trained: Path) -> None:
    edit_json(trained / RESULT / "result.json", lambda told: told.update(model_card=7))
    rehash(trained)
    assert said(trained).status == "skipped"
