"""Retrieve, then read; and answers without a search."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from small_library import BORN, Library, Mind, asking

from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.loop import run
from harness.records import Document, Trajectory
from models.agents.answerers.closed_book import STEPS, ClosedBook
from models.agents.answerers.rag import CITE, RAG
from models.scripted import Scripted
from tasks.worlds.search import SearchWorld
from tasks.worlds.search.world import SEARCH

ANY = ListCorpus([Document("a", "A town.", "Miro")])
WRITTEN = asking("Who wrote the novel Velmora?")


def attempt(model: object, **settings: object) -> Trajectory:
    return run(RAG(model, **settings).solve(WRITTEN, run(Library().open(WRITTEN))))  # type: ignore[arg-type]


def shown(mind: Mind) -> list[str]:
    return re.findall(r"^\[\d+\] Title: (.*?)\.", mind.prompts("reader")[0], re.MULTILINE)


def test_the_passages_that_are_cited_are_the_sources() -> None:
    made = attempt(Mind())
    assert made.answer == "Ansel Trick"
    assert made.messages[-1].content == "Ansel Trick\n[Sources: velmora]"
    assert made.messages[-2].content.endswith("\nAnsel Trick [1]")


def test_the_best_passage_may_come_last_and_is_cited_by_its_place() -> None:
    first, last = Mind(), Mind()
    attempt(first, k=3)
    made = attempt(last, k=3, order="best-last")
    assert shown(first)[0] == "Velmora"
    assert shown(last) == shown(first)[::-1]
    assert made.messages[-2].content.endswith("[3]")
    assert made.messages[-1].content.endswith("[Sources: velmora]")


def test_of_passages_shown_best_last_the_worst_are_left_out_too() -> None:
    first, last = Mind(), Mind()
    attempt(first, context=150)
    attempt(last, context=150, order="best-last")
    assert 1 < len(shown(first)) < 5
    assert shown(last) == shown(first)[::-1]


def test_more_passages_than_a_search_gives_are_a_mistake_and_not_none() -> None:
    problem = replace(WRITTEN, tools=(SEARCH,))
    with pytest.raises(UserError, match="rag with k=101: search gives 100 at most"):
        run(RAG(Mind(), k=101).solve(problem, run(SearchWorld(ANY).open(problem))))


def test_what_a_model_thinks_first_is_no_part_of_its_answer() -> None:
    made = attempt(Scripted(["<think>It may be Bela Quince.</think>Ansel Trick [1]"]))
    assert made.answer == "Ansel Trick"
    assert "Quince" not in made.messages[-1].content


def test_without_citations_none_are_asked_for_or_read() -> None:
    mind = Mind()
    made = attempt(mind, citations=False)
    assert CITE not in mind.prompts("reader")[0]
    assert made.messages[-1].content == "Ansel Trick"
    kept = attempt(Scripted(["Apollo [11]"]), citations=False)
    assert kept.answer == "Apollo [11]"


def test_citations_of_what_there_is_not_are_noted() -> None:
    made = attempt(Scripted(["Trick [1] [17][0]"]))
    assert (made.answer, made.detail) == ("Trick", "2 citations of passages that there are not")


def test_citations_alone_are_no_answer() -> None:
    made = attempt(Scripted(["[1]", "Trick [1]"]))
    assert made.answer == "Trick"


@pytest.mark.parametrize("k", [1, 4])
def test_k_passages_are_searched_for_and_shown(k: int) -> None:
    mind = Mind()
    made = attempt(mind, k=k)
    assert made.calls[0].arguments["k"] == k
    assert len(shown(mind)) == k


def test_a_closed_book_answers_from_memory() -> None:
    mind = Mind({BORN.text: "Oddmouth"})
    made = run(ClosedBook(mind).solve(BORN, run(Library().open(BORN))))
    assert (made.answer, made.calls) == ("Oddmouth", ())


def test_a_closed_book_may_think_step_by_step() -> None:
    model = Scripted(
        lambda messages, tools: (
            "Trick wrote it. So the answer is: Oddmouth." if messages[0].content == STEPS else "?"
        )
    )
    made = run(ClosedBook(model, steps=True).solve(BORN, run(Library().open(BORN))))
    assert made.answer == "Oddmouth"
