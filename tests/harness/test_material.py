"""What a task hands out is held to the contract, and one line says what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from toy import DOCUMENTS, QRELS, QUERIES

from harness.contracts import Collection, ProblemSet
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.material import checked
from harness.records import Message, Problem, Query, TaskCard

CARD = TaskCard("toy", "Toy", "A toy.")
TOOLS = TaskCard("toy", "Toy", "A toy.", kind="tool_use")
PROBLEM = Problem("p1", ((Message("user", "Do it."),),))
SOUND = Collection("s", ListCorpus(DOCUMENTS), QUERIES, QRELS)


def test_sound_material_is_a_tuple() -> None:
    assert checked([SOUND], CARD) == (SOUND,)


@pytest.mark.parametrize("weight", [None, 0.5, 3])
def test_a_weight_is_positive_or_none(weight: float | None) -> None:
    [collection] = checked((replace(SOUND, weight=weight),), CARD)
    assert collection.weight == weight


@pytest.mark.parametrize(
    ("material", "message"),
    [
        (None, "toy: load must return a tuple with at least one Collection, not None"),
        ((), r"toy: load must return a tuple with at least one Collection, not \(\)"),
        (SOUND, "toy: load must return a tuple with at least one Collection, not Collection"),
        (("a",), "toy: load must return Collections, not 'a'"),
        ((SOUND, SOUND), "toy: split 's' occurs twice"),
        ((replace(SOUND, queries=[]),), "toy has no queries"),
    ],
)
def test_a_return_value_that_is_no_material_is_refused(material: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        checked(material, CARD)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"corpus": DOCUMENTS}, "the corpus must be a ListCorpus, not "),
        ({"queries": [{"id": "q1"}]}, "a query must be a Query, not {'id': 'q1'}"),
        ({"queries": [Query(1, "x")]}, "id and text of .* must be texts"),  # type: ignore[arg-type]
        ({"queries": [Query("1", "x", 7)]}, "instruction of .* a text or None"),  # type: ignore[arg-type]
        ({"queries": [*QUERIES, QUERIES[0]]}, "query 'q1' occurs twice"),
        ({"qrels": [("q1", "d1", 1)]}, "qrels must be {query: {document: grade}}"),
        ({"qrels": {"q1": ["d1"]}}, "judgements of query 'q1' must be {document: grade}"),
        ({"qrels": {"q1": {"d1": 0.5}}}, "'d1' for query 'q1' must be a whole number, not 0.5"),
        ({"qrels": {"q1": {"d1": "1"}}}, "must be a whole number, not '1'"),
        ({"weight": 0.0}, "the weight 0.0 is no positive number"),
        ({"weight": float("nan")}, "the weight nan is no positive number"),
    ],
)
def test_a_broken_collection_is_refused_by_its_split(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=f"toy, split 's': .*{message}"):
        checked((replace(SOUND, **fields),), CARD)


def test_sets_of_problems_are_what_tool_use_hands_out() -> None:
    sound = ProblemSet("s", [PROBLEM])
    assert checked([sound], TOOLS) == (sound,)


@pytest.mark.parametrize(
    ("material", "message"),
    [
        (None, "toy: load must return a tuple with at least one ProblemSet, not None"),
        ((SOUND,), "toy: load must return ProblemSets, not Collection"),
        ((ProblemSet("s", []),), "toy has no problems"),
        ((ProblemSet("s", ["p1"]),), "split 's': a problem must be a Problem, not 'p1'"),  # type: ignore[list-item]
        ((ProblemSet("s", [PROBLEM, PROBLEM]),), "split 's': problem 'p1' occurs twice"),
        ((ProblemSet("s", [PROBLEM]),) * 2, "toy: split 's' occurs twice"),
        ((ProblemSet("s", [PROBLEM], weight=-1.0),), "the weight -1.0 is no positive number"),
        (
            (ProblemSet("s", [replace(PROBLEM, tools=("search",))]),),  # type: ignore[arg-type]
            "problem 'p1' wants ToolSpecs and a Gold",
        ),
    ],
)
def test_sets_that_break_the_contract_are_refused(material: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        checked(material, TOOLS)
