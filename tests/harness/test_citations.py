"""Credits name every task and model once; of what is not registered nothing is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import pytest
from toy import Overlap, ToyTask

from harness.citations import Credit, credits_of
from harness.evaluation import evaluate
from harness.loading import load_model, load_task
from harness.store import Result


def result(task: str, model: str, card: Mapping[str, object] | None = None) -> Result:
    [done] = evaluate(Overlap(), ToyTask()).results
    changes = {"task": task, "model": model, "model_card": card}
    if task != "toy":
        changes["task_card"] = asdict(load_task(task).card)
    return done.model_copy(update=changes)


def test_each_task_and_model_is_credited_once() -> None:
    card = {"licence": "MIT", "citation": "@misc{x}", "homepage": "https://example.org"}
    found = credits_of(
        [
            result("toolret/gta", "mine", card),
            result("toolret/gta", "mine", card),
            result("toy", "mine", card),
        ]
    )
    assert [(credit.kind, credit.name) for credit in found] == [
        ("task", "toolret/gta"),
        ("task", "toy"),
        ("model", "mine"),
    ]
    task, unknown, model = found
    assert "shi-etal-2025-retrieval" in task.citation
    assert task.licence
    assert unknown == Credit("task", "toy")
    assert model == Credit("model", "mine", "MIT", "@misc{x}", "https://example.org")


@pytest.mark.parametrize("card", [None, {"lineage": {"method": "sft"}}])
def test_a_pipeline_credits_the_models_it_is_made_of(card: Mapping[str, object] | None) -> None:
    found = credits_of([result("toy", "random % 5 >> oracle", card)])
    cards = {name: load_model(name).card or {} for name in ("random", "oracle")}
    assert {credit.name: credit.licence for credit in found if credit.kind == "model"} == {
        name: card["licence"] for name, card in cards.items()
    }


def test_what_is_no_registered_model_is_named_without_credit() -> None:
    for name in ("my_model.py:Mine", "my run.trec", "no-such-model"):
        assert credits_of([result("toy", name)])[1:] == [Credit("model", name)]
