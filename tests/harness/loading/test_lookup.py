"""Tasks, suites and models are looked up by name, or listed."""

from __future__ import annotations

import json

import pytest

from harness.errors import UserError
from harness.loading.lookup import (
    find_models,
    find_suites,
    find_tasks,
    model_row,
    suite_row,
    task_row,
)


def test_a_benchmark_is_all_of_its_tasks() -> None:
    names = [task.card.name for task in find_tasks("toolret")]
    assert len(names) == 35
    assert {task.card.name for task in find_tasks()} >= set(names)
    assert [task.card.name for task in find_tasks("toolret/gta")] == ["toolret/gta"]
    assert [task.card.name for task in find_tasks("gta")] == ["toolret/gta"]


def test_suites_are_listed_or_found() -> None:
    assert [suite.name for suite in find_suites("mair")] == ["mair"]
    assert {"mair", "toolret", "starter"} <= {suite.name for suite in find_suites()}


def test_a_model_shows_its_parameters_and_what_a_preset_stands_for() -> None:
    [preset] = find_models("bm25-mteb")
    assert preset.stands_for == "bm25(stemmer='english')"
    assert preset.parameters["stemmer"] == "english"
    [spelled] = find_models("bm25(stemmer='english')")
    assert (spelled.name, spelled.fingerprint) == (preset.name, preset.fingerprint)


def test_every_registered_model_is_listed_and_operators_are_not() -> None:
    models = {model.name: model for model in find_models()}
    assert {"bm25", "bm25-mteb", "bm25-lucene", "bm25-rank", "random", "oracle"} <= models.keys()
    assert not {"%", ">>"} & models.keys()
    assert models["oracle"].contracts
    assert models["bm25"].fingerprint
    assert {"hf(name)", "ce(name)", "rrf(models, ...)"} <= models.keys()


def test_an_adapter_that_needs_values_shows_what_they_are() -> None:
    [adapter] = find_models("hf")
    assert adapter.name == "hf(name)"
    assert adapter.card["title"]
    assert adapter.parameters["dtype"] == "float32"
    assert "device" not in adapter.parameters
    assert not adapter.fingerprint


def test_rows_are_json() -> None:
    rows = [
        task_row(find_tasks("toolret/gta")[0]),
        suite_row(find_suites("toolret")[0]),
        model_row(find_models("bm25")[0]),
    ]
    assert json.loads(json.dumps(rows))[0]["name"] == "toolret/gta"


@pytest.mark.parametrize("find", [find_tasks, find_suites, find_models])
def test_an_unknown_name_is_an_error(find: object) -> None:
    with pytest.raises(UserError, match="no-such-thing"):
        find("no-such-thing")  # type: ignore[operator]
