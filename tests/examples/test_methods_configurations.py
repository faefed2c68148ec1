"""Configurations for models of billions of weights: whether what they reckon with could be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("trl", reason="needs trl")
yaml = pytest.importorskip("yaml")

from harness.registry import producers  # noqa: E402
from harness.training import together  # noqa: E402

FILES = sorted((Path(__file__).parents[2] / "examples" / "methods").glob("*.yaml"))
PEAK = {"A100": 312e12, "H100": 989e12}
"""Operations a second in bfloat16, not sparse, from NVIDIA's data sheets of the SXM cards."""
KILOWATTS = {"A100": 0.4, "H100": 0.7}
"""The most that a card draws, from there."""


class Reckoned(NamedTuple):
    """A configuration, with the cards that its comments name for training."""

    name: str
    settings: dict[str, Any]
    text: str
    cards: int
    kind: str

    @property
    def weights(self) -> float:
        """Of the base, rounded as its name says."""
        [billions] = re.findall(r"-(\d+)B\b", self.settings["base"])
        return float(billions) * 1e9


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def reckoned(request: pytest.FixtureRequest) -> Reckoned:
    text = request.param.read_text()
    found = re.findall(r"\b(one|\d+) ([AH]100) of 80 GB", text)
    assert len(found) == 1, "its comments say once, such as 'one H100 of 80 GB', what it trains on"
    [(cards, kind)] = found
    number = 1 if cards == "one" else int(cards)
    return Reckoned(request.param.stem, yaml.safe_load(text), text, number, kind)


def test_there_are_configurations() -> None:
    assert len(FILES) >= 6


def test_several_cards_are_for_methods_that_train_in_several_processes(reckoned: Reckoned) -> None:
    launched = [int(n) for n in re.findall(r"--num_processes (\d+)", reckoned.text)]
    assert launched == ([reckoned.cards] if reckoned.cards > 1 else [])
    if launched:
        made: Any = producers.get(reckoned.name)
        assert any(map(together.shared, made(**reckoned.settings).stages()))
        assert reckoned.settings["batch"] % reckoned.cards == 0


def test_what_each_weight_takes_fits_on_each_card(reckoned: Reckoned) -> None:
    """In float32 a frozen weight takes 4 bytes, and 16 with its gradient and AdamW's two means."""
    each = 4 if reckoned.settings.get("lora_rank") else 16
    assert reckoned.weights * each < 80e9


def test_tokens_and_kilowatts_are_those_of_the_cards(reckoned: Reckoned) -> None:
    operations = 6 * reckoned.weights * float(reckoned.settings["tokens_per_second"])
    assert 0.3 < operations / (reckoned.cards * PEAK[reckoned.kind]) < 0.45
    share = reckoned.settings["kilowatts"] / (reckoned.cards * KILOWATTS[reckoned.kind])
    assert 0.999 < share < 1.5  # up to half as much again for all else
