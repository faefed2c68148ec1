from __future__ import annotations

from typing import Any

import pytest
import yaml

from harness.loading.lookup import find_tasks
from tasks.reading.cards import Cards, read_cards

BENCHMARKS = ["toolret", "mair"]
TOOL_USE = [
    "bfcl",
    "bfcl-v1",
    "toolflow",
    "restbench",
    "stabletoolbench",
    "apibank",
    "toolalpaca",
    "tau-bench",
]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_card_says_what_a_person_needs_to_know(name: str) -> None:
    cards = read_cards(name)
    for task in cards.tasks:
        card = cards.card(task, {"queries": 1}, "About.")
        assert card.name == f"{name}/{task}"
        assert card.licence
        assert card.language
        assert card.homepage.startswith("https://")
        assert card.citation.startswith("@inproceedings{")
        assert card.citation.count("{") == card.citation.count("}")
        assert all(defect.endswith(".") for defect in card.defects)
        assert all(isinstance(defect, str) for defect in card.defects)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_tasks_own_defects_come_before_the_shared_ones(name: str) -> None:
    cards = read_cards(name)
    shared = tuple(cards.shared["defects"])
    for task, own in cards.tasks.items():
        assert cards.card(task, {}, "").defects == (*own.get("defects", ()), *shared)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml")
@pytest.mark.parametrize("name", BENCHMARKS)
def test_all_cards_of_a_benchmark_are_one_file_read_by_libyaml(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaders: list[object] = []

    def load(text: str, Loader: Any) -> Any:
        loaders.append(Loader)
        return real(text, Loader)

    real = yaml.load
    monkeypatch.setattr(yaml, "load", load)
    assert read_cards(name).tasks
    assert loaders == [yaml.CSafeLoader]  # the other one takes ten times as long


def test_what_a_task_says_itself_comes_before_what_its_benchmark_says() -> None:
    shared = {
        "title": "Toy",
        "kind": "tool_use",
        "main_measure": "success",
        "language": ["en"],
        "domain": "toys",
        "licence": "MIT",
        "defects": [],
    }
    own = {"description": "Asks.", "main_measure": "rouge_l", "domain": "bears"}
    cards = Cards("toy", shared, {"plain": {"description": "Plays."}, "own": own})
    plain, other = cards.card("plain", {"problems": 2}), cards.card("own", {})
    assert (plain.kind, plain.main_measure, plain.domain) == ("tool_use", "success", "toys")
    assert (other.kind, other.main_measure, other.domain) == ("tool_use", "rouge_l", "bears")
    assert (plain.description, other.language) == ("Plays.", ("en",))
    assert cards.card("plain", {}, "Differs.").description == "Differs."


@pytest.mark.parametrize("name", TOOL_USE)
def test_the_main_measure_of_tool_use_is_among_those_that_are_reported(name: str) -> None:
    for task in find_tasks(name):
        assert task.card.kind in ("tool_use", "retrieval")
        assert task.card.main_measure in task.measures, task.card.name
        assert task.card.kind == "retrieval" or task.card.main_measure != "nDCG@10"
