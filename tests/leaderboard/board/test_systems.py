"""Which systems are one, and which was trained from which."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml
from submitted import CARD
from trained import lineage

from leaderboard.board.recorded import Submission
from leaderboard.board.systems import Systems
from leaderboard.records import Card, Environment

ENVIRONMENT = Environment(
    packages={}, python="3.11", system="Linux", processor="x86_64", cores=2, commit=None
)


def submission(
    name: str, model: str, told: dict[str, Any] | None = None, *, checked: bool = True
) -> Submission:
    """One without results; its fingerprint is its name."""
    card = yaml.safe_load(CARD.format(kind="embedder")) | {"lineage": told}
    return Submission(
        name=name,
        submitted=date(2026, 1, 1),
        model=model,
        fingerprint=name,
        card=Card.model_validate(card),
        environment=ENVIRONMENT,
        entries=(),
        checked=checked,
    )


def trained(digest: str, parent: dict[str, Any] | None) -> dict[str, Any]:
    return lineage(digest=f"sha256:{digest * 64}", parent=parent)


def parents(*submissions: Submission) -> dict[str, str | None]:
    systems = Systems(submissions, (), {})
    found = {known.id: systems.parent_of(known) for known in systems.all()}
    return {id: None if parent is None else parent.id for id, parent in found.items()}


def test_a_checkpoint_is_known_by_its_digest_whatever_its_folder_is_called() -> None:
    base = {"name": "moved/", "digest": "1" * 64}  # with or without what names the hash
    told = parents(
        submission("first", "base/", trained("1", None)),
        submission("other", "moved/", trained("3", None)),
        submission("second", "tuned/", trained("2", base)),
    )
    assert told == {"first": None, "other": None, "second": "first"}


def test_the_name_of_a_folder_says_nothing() -> None:
    told = parents(
        submission("first", "base/"),
        submission("second", "tuned/", trained("2", {"name": "base/"})),
    )
    assert told["second"] is None


def test_a_model_of_the_hub_is_known_by_its_id_and_a_registered_one_by_its_expression() -> None:
    told = parents(
        submission("hub", 'hf("owner/base")'),
        submission("mini", "minilm"),
        submission("second", "a/", trained("2", {"name": "owner/base", "revision": "abc"})),
        submission("third", "b/", trained("3", {"name": "minilm", "digest": "9" * 64})),
    )
    assert (told["second"], told["third"]) == ("hub", "mini")


def test_a_digest_that_was_checked_goes_before_one_that_is_only_claimed() -> None:
    told = parents(
        submission("a-claim", "x/", trained("1", None), checked=False),
        submission("checked", "y/", trained("1", None)),
        submission("tuned", "z/", trained("2", {"name": "y/", "digest": "1" * 64})),
    )
    assert told["tuned"] == "checked"


def test_nothing_is_its_own_parent() -> None:
    own = {"name": "minilm", "revision": "abc"}
    assert parents(submission("mini", "minilm", trained("2", own))) == {"mini": None}


def test_models_of_one_expression_stay_two_systems() -> None:
    assert len(parents(submission("one", "base/"), submission("two", "base/"))) == 2
