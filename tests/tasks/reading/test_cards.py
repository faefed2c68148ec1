from __future__ import annotations

import subprocess
import sys

import pytest

from harness.registry import HOME
from tasks.reading.cards import read_cards

BENCHMARKS = ["toolret", "mair"]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_card_says_what_a_person_needs_to_know(name: str) -> None:
    cards = read_cards(name)
    for task in cards.tasks:
        card = cards.card(task, "About.", {"queries": 1})
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
        assert cards.card(task, "", {}).defects == (*own.get("defects", ()), *shared)


def test_reading_the_cards_of_all_161_tasks_takes_under_150_ms() -> None:
    # The best of three, in a process of its own, with the import of the parser.
    code = (
        "import sys, time; start = time.perf_counter()\n"
        "from tasks.reading.cards import read_cards\n"
        "read_cards('toolret'), read_cards('mair')\n"
        "print(time.perf_counter() - start)"
    )
    run = [sys.executable, "-c", code]
    seconds = [float(subprocess.check_output(run, cwd=HOME, text=True)) for _ in range(3)]
    assert min(seconds) < 0.15
