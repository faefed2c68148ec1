"""DRO: list-wise selection, and what it is without."""

from __future__ import annotations

import re
from typing import Any

from small_library import PASSAGES, Library, Mind, asking

from harness.loop import run
from harness.records import Trajectory
from models.agents.answerers.dro import DRO
from models.scripted import Scripted

WHO = asking("Who wrote the novel Velmora?", "Ansel Trick")
NOISE = {
    f"noise{n}": (f"Novels {n}", "Who wrote the novel? The author wrote the novel.")
    for n in range(8)
}
DEEP = Library({**NOISE, **PASSAGES})


def attempt(model: Any, library: Library = DEEP, **settings: Any) -> Trajectory:
    return run(DRO(model, **settings).solve(WHO, run(library.open(WHO))))


def shown(prompt: str) -> list[str]:
    return re.findall(r"^\[\d+\] Title: (.*?)\.", prompt, re.MULTILINE)


def test_selection_finds_what_stands_too_deep_to_be_read() -> None:
    mind = Mind()
    made = attempt(mind)
    assert "Velmora" not in shown(mind.prompts("selector")[0])[:5]
    assert shown(mind.prompts("reader")[0])[0] == "Velmora"
    assert len(shown(mind.prompts("reader")[0])) == 5
    assert made.answer == "Ansel Trick"


def test_without_selection_the_first_five_are_read_and_it_is_not_found() -> None:
    mind = Mind()
    made = attempt(mind, selection=False)
    assert made.answer == "unknown"
    assert mind.prompts("selector") == []
    assert len(shown(mind.prompts("reader")[0])) == 5


def selecting(order: str) -> Any:
    def turn(messages: Any, tools: Any) -> str:
        return order if "select" in messages[0].content else "x"

    return Scripted(turn)


def sources(made: Trajectory) -> list[str]:
    return made.messages[-1].content.partition("[Sources: ")[2].rstrip("]").split(", ")


def first(n: int) -> list[str]:
    return [result["id"] for result in DEEP.search(WHO.text, 20)][:n]


def test_passages_are_read_in_the_order_of_the_selection() -> None:
    best = first(5)
    made = attempt(selecting("[5] > [1] > [3] > [2] > [4]"))
    assert sources(made) == [best[4], best[0], best[2], best[1], best[3]]
    assert made.detail == ""


def test_numbers_left_out_follow_in_their_order_and_it_is_noted() -> None:
    best = first(5)
    made = attempt(selecting("[5] > [99]"))
    assert sources(made) == [best[4], *best[:4]]
    assert made.detail == "the selection was mended"


def test_a_selection_without_a_number_is_malformed() -> None:
    made = attempt(selecting("the best ones"))
    assert made.end == "malformed"
    assert made.detail.startswith("selector: no identifier")


def test_fewer_may_be_kept() -> None:
    assert len(sources(attempt(selecting("[2] > [1]"), kept=2))) == 2


def test_the_generator_may_be_a_model_of_its_own() -> None:
    made = attempt(selecting("[2] > [1] > [3] > [4] > [5]"), generator=Scripted(["Trick"]))
    assert made.answer == "Trick"


def test_twenty_candidates_are_searched_for() -> None:
    assert attempt(Mind()).calls[0].arguments["k"] == 20


def test_candidates_that_do_not_fit_are_not_shown_and_come_last() -> None:
    mind = Mind()
    made = attempt(mind, context=170)
    candidates = shown(mind.prompts("selector")[0])
    assert 1 < len(candidates) < 5
    assert "passages left out beyond 170 characters" in made.detail
