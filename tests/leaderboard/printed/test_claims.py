"""What we claim to replay: each claim is a printed cell, a model that loads, and a tolerance."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness import spec
from harness.loading import all_suites, load_model, load_suite
from harness.records import Setting
from harness.registry import models
from leaderboard.printed import PublishedClaim, claims, suites, systems, tables, verdict

OWN = {suite.name for suite in all_suites()} - suites().keys()


def named(what: str, measure: str) -> PublishedClaim:
    (found,) = (own for own in claims() if (own.what, own.measure) == (what, measure))
    return found


def test_a_claim_is_a_cell_of_a_printed_table() -> None:
    printed = {
        (table.source, cell.column, cell.measure, cell.value, cell.printed)
        for table in tables()
        for row in table.rows
        for cell in row.cells
    }
    for claim in claims():
        cell = (claim.source, claim.task, claim.measure, claim.paper, claim.printed)
        assert cell in printed, claim.what


def test_what_can_be_replayed_is_what_these_sources_print() -> None:
    """pyserini/2cr/beir.yaml at 0a0be29, and embeddings-benchmark/results at f4cc6c8."""
    reachable = {
        (claim.model, claim.task, claim.measure): claim.printed
        for claim in claims()
        if not claim.unreachable
    }
    assert reachable == {
        ("bm25-lucene", "beir/scifact", "nDCG@10"): "0.6789",
        ("bm25-lucene", "beir/scifact", "R@100"): "0.9253",
        ("bm25-mteb", "beir/scifact", "nDCG@10"): "0.68736",
        ("bm25-mteb", "beir/mbpp", "nDCG@10"): "0.11637",
        ("minilm", "beir/scifact", "nDCG@10"): "0.64508",
        ("minilm", "beir/mbpp", "nDCG@10"): "0.74596",
    }


def test_a_claim_on_a_suite_of_ours_names_a_model_a_task_and_a_setting_that_exist() -> None:
    fields = set(Setting.__dataclass_fields__)
    for claim in claims():
        assert (claim.suite in OWN) != (claim.suite in suites())
        assert claim.setting.keys() <= fields
        if claim.suite in OWN:
            suite = load_suite(claim.suite)
            assert claim.task in {*suite.tasks, *(own.name for own in suite.aggregates)}
            assert isinstance(spec.parse(claim.model), spec.Call)
            assert claim.model in models.names()
        else:
            assert not claim.model
            assert claim.unreachable


def test_the_lexical_models_that_replay_a_number_load() -> None:
    named = {claim.model for claim in claims() if claim.model.startswith("bm25")}
    assert named == {"bm25", "bm25-lucene", "bm25-mteb"}
    for model in named:
        assert load_model(model).name == model


def test_every_expression_of_a_system_is_in_the_registry() -> None:
    known = set(models.names())
    for facts in systems().values():
        assert set(facts.expressions) <= known, facts.name


def test_no_model_is_two_systems() -> None:
    found: dict[str, str] = {}
    for facts in systems().values():
        for expression in facts.expressions:
            assert found.setdefault(expression, facts.name) == facts.name


def test_a_tolerance_and_an_obstacle_have_a_reason() -> None:
    for claim in claims():
        assert 0 < claim.step / 2 < claim.tolerance <= 0.02
        assert claim.reason.endswith(".")
        assert not claim.unreachable or claim.unreachable.endswith(".")


def test_instructions_are_asked_for_as_the_table_has_them() -> None:
    asked = [claim.setting for claim in claims() if claim.what == "BM25s on toolret average"]
    assert asked == [{"instruction": "no"}] * 2 + [{"instruction": "yes"}] * 2


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (0.6789, "exact"),
        (0.678_851, "exact"),  # rounds to .6789
        (0.67895, "exact"),  # half of the last digit
        (0.67896, "within"),
        (0.6794, "within"),
        (0.6784, "within"),
        (0.67941, "off"),
        (0.6, "off"),
        (None, "unreachable"),
    ],
)
def test_a_replay_is_judged_by_the_printed_digits_and_the_tolerance(
    ours: float | None, expected: str
) -> None:
    claim = replace(
        named("BM25 (pyserini, flat) on beir/scifact", "nDCG@10"),
        paper=0.6789,
        step=0.0001,
        tolerance=0.0005,
    )
    assert verdict(claim, ours) == expected
