"""What holds of every producer."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from harness.loading import contracts_of, load_model
from harness.loading.catalogue import load_suite
from harness.registry import producers
from harness.training import find_producers
from models.producers.dta import Dta
from models.producers.genground_igd import GenGroundIgd
from models.producers.ttpa import Ttpa


@pytest.mark.parametrize("name", list(producers))
def test_it_says_what_it_does_and_what_every_setting_is(name: str) -> None:
    [row] = find_producers(name)
    if row["problem"]:
        pytest.skip(row["problem"])
    assert row["summary"].endswith(".")
    assert row["parameters"]
    assert [p["name"] for p in row["parameters"] if not p["description"]] == []


@pytest.mark.parametrize(
    "taught",
    [
        Ttpa.taught,
        GenGroundIgd.taught,
        Dta("x", data="y", teacher="z").taught,
        Dta("x", data="y", teacher="z", agent="parallel-function-calling").taught,
    ],
)
def test_as_whom_it_teaches_to_speak_is_an_agent_for_a_suite_that_comes_along(
    taught: Mapping[str, str],
) -> None:
    ((suite, expression),) = taught.items()
    assert load_suite(suite).tasks
    assert "agent" in contracts_of(load_model(expression.format("starter-lm")).model)
