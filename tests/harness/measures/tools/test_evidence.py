from __future__ import annotations

import json
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from harness.measures.attempt import Attempt
from harness.measures.notation import parse
from harness.measures.qa import passages, trail
from harness.measures.tools import evidence
from harness.records import Gold, Message, Problem, ToolCall, Trajectory

DETAILS = {"passages": ["p1", "p2"], "supports": [["Title p1", 0], ["Title p2", 3]]}


def results(*ids: str, **texts: str) -> str:
    entries = [{"id": id, "title": f"Title {id}", "text": texts.get(id, "-")} for id in ids]
    return json.dumps({"results": entries})


def searched(*found: str, tool: str = "search") -> tuple[Message, ...]:
    """A search for each of the observations."""
    messages: list[Message] = []
    for number, content in enumerate(found):
        call = ToolCall(tool, {"query": "?"}, id=f"c{number}")
        messages.append(Message("assistant", calls=(call,)))
        messages.append(Message("tool", content, call_id=f"c{number}"))
    return tuple(messages)


def attempt(*messages: Message, details: Any = None, **made: Any) -> Attempt:
    gold = Gold("exact_match", answers=("Rome",), details=DETAILS if details is None else details)
    problem = Problem("q", ((Message("user", "?"),),), gold=gold)
    return Attempt(problem, Trajectory("q", messages=messages, **made))


TWO_HOPS = attempt(*searched(results("x", "p1", "y"), results("p1", "z", "p2")))
"""The trail is x, p1, y, z, p2."""


@pytest.mark.parametrize(
    ("notation", "value"),
    [
        ("passage_recall@1", 0),
        ("passage_recall@2", 1 / 2),
        ("passage_recall@4", 1 / 2),
        ("passage_recall@5", 1),
        ("passage_recall", 1),
        ("passage_all@4", 0),
        ("passage_all@5", 1),
        ("passage_any@1", 0),
        ("passage_any@2", 1),
        ("passage_recall(of=search)@1", 1 / 2),  # x and p1 are the first of the two
        ("passage_recall(of=search)@3", 1),
        ("passage_all(at=title)@5", 1),
        ("passage_recall(at=title)@2", 1 / 2),
        ("searches", 2),
    ],
)
def test_the_trail_is_what_the_searches_gave(notation: str, value: float) -> None:
    assert parse(notation).compute(TWO_HOPS) == value


@pytest.mark.parametrize("told", ["Of Mice & Men (band)", "Of Mice &amp; Men (band)"])
def test_titles_that_hotpotqa_escapes_are_those_of_other_corpora(told: str) -> None:
    details = {"supports": [["Of Mice &amp; Men (band)", 1]]}
    found = json.dumps({"results": [{"id": "a", "title": told, "text": "-"}]})
    made = attempt(*searched(found), details=details)
    assert evidence.passage_all(made, at="title") == 1


def test_a_passage_that_holds_an_answer_is_looked_for_with_its_title() -> None:
    made = attempt(*searched(results("a", "b", b="Old Rome fell.")))
    assert [evidence.has_answer(made, k) for k in (1, 2)] == [0, 1]
    titled = attempt(*searched('{"results": [{"id": "a", "title": "Rome", "text": "A city."}]}'))
    assert evidence.has_answer(titled, 1) == 1
    within = attempt(*searched(results("a", a="Romeo")))
    assert (evidence.has_answer(within), evidence.has_answer(within, by="dpr")) == (1, 0)


def test_replies_without_an_id_answer_the_calls_in_order() -> None:
    calls = (ToolCall("lookup"), ToolCall("search"))
    made = attempt(
        Message("assistant", calls=calls),
        Message("tool", results("p1")),
        Message("tool", results("p2")),
    )
    assert [p.id for p in trail.found(made)] == ["p2"]


@pytest.mark.parametrize(
    "content",
    [
        "the search failed",
        "[]",
        '{"results": "p1"}',
        '{"results": [["p1"], {"title": "p1"}, {"id": null}, {"id": ["p1"]}]}',
        '{"results": null}',
        "[" * 200_000,
        "",
    ],
)
def test_an_observation_that_cannot_be_read_found_nothing(content: str) -> None:
    made = attempt(*searched(content))
    assert evidence.passage_recall(made) == 0
    assert evidence.searches(made) == 1


def test_strange_texts_are_empty() -> None:
    made = attempt(*searched('{"results": [{"id": 7, "title": 3, "text": {}}]}'))
    assert trail.found(made) == [trail.Passage("7")]


def test_other_tools_leave_no_trail() -> None:
    made = attempt(*searched(results("p1"), tool="lookup"))
    assert (evidence.passage_any(made), evidence.searches(made)) == (0, 0)


def test_attempts_that_were_never_made_found_nothing_and_took_nothing() -> None:
    made = attempt(end="missing")
    assert evidence.passage_recall(made) == evidence.passage_all(made, 5) == 0
    assert evidence.has_answer(made) == 0
    assert isnan(evidence.searches(made))


def test_problems_without_gold_passages_say_nothing() -> None:
    made = attempt(*searched(results("p1")), details={"supports": [3, 7]})
    assert isnan(evidence.passage_recall(made))
    assert isnan(evidence.passage_any(made, 5, at="title"))  # numbers of paragraphs have no titles


def test_an_answer_may_cite() -> None:
    said = Message("assistant", "Rome [Sources: p2, p1 ]")
    made = attempt(*searched(results("x", "p1")), said, answer="Rome")
    assert trail.cited(made.trajectory) == ("p2", "p1")
    assert trail.pages(made) == ["p2", "p1"]
    uncited = attempt(*searched(results("x", "p1")), Message("assistant", "Rome"), answer="Rome")
    assert trail.pages(uncited) == ["x", "p1"]


def test_many_calls_and_replies_are_read_in_no_time() -> None:
    calls = tuple(ToolCall("search", id="same") for _ in range(50_000))
    replies = (Message("tool", results("p1"), call_id="same") for _ in range(50_000))
    made = attempt(Message("assistant", calls=calls), *replies)
    assert evidence.passage_recall(made) == 1 / 2


PUBLISHED = {
    "vdb_51": 0.4902,
    "lightrag_51": 0.4706,
    "nano_51": 0.7451,
    "graph_51": 0.9608,
    "vdb_101": 0.4158,
    "lightrag_101": 0.4455,
    "nano_101": 0.7327,
    "graph_101": 0.9307,
}
"""Share of questions all of whose gold titles were found, 51 and 101 questions of 2Wiki:
benchmarks/README of circlemind-ai/fast-graphrag (VectorDB, LightRAG, GraphRAG, Circlemind)."""


@pytest.mark.realdata
@pytest.mark.parametrize("name", PUBLISHED)
def test_system_runs_score_to_the_published_all_recall(data: Path, name: str) -> None:
    path = data / "qa" / "hipporag_2wiki" / "fast_graphrag" / f"run_{name}.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    values = [passages.all_found(row["ground_truth"], row["evidence"]) for row in rows]
    assert round(sum(values) / len(values), 4) == PUBLISHED[name]
    made = [
        attempt(
            *searched(results(*(row["evidence"]))),
            details={"passages": row["ground_truth"]},
        )
        for row in rows
    ]
    assert [evidence.passage_all(one) for one in made] == values
