"""Conversations that the embedded language model is trained on."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from examples.embedded.conversations import (
    DEVELOPMENT,
    Row,
    Share,
    conversations,
    curriculum,
    write,
)
from harness.errors import UserError
from models.training.text.conversations import read_dialogues
from tasks.starter_agent import SEED
from tasks.worlds.starter.assignments import ERRANDS

SMALL = Share(errands=12, longest=2, searched=(5, 5), read=(5, 5))


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, Row]]:
    return list(conversations(43, 12, SMALL))


def test_there_are_errands_searches_and_readings(rows: list[tuple[str, Row]]) -> None:
    kinds = Counter(kind for kind, _ in rows)
    assert all(kinds[f"{kind}/{hops}"] == 5 for kind in ("react", "rag") for hops in (1, 2))
    assert {kind.split("/")[0] for kind in kinds} == {*ERRANDS, "react", "rag"}


def test_every_conversation_is_training_data_and_ends_with_an_answer(
    rows: list[tuple[str, Row]], tmp_path: Path
) -> None:
    file = tmp_path / "conversations.jsonl"
    write(file, (row for _, row in rows))
    found = list(read_dialogues(file))
    assert len(found) == len(rows)
    assert all(dialogue.messages[-1].role == "assistant" for dialogue in found)
    assert all(dialogue.messages[-1].content for dialogue in found)


def test_what_an_agent_is_told_holds_nothing_of_the_gold(rows: list[tuple[str, Row]]) -> None:
    for kind, row in rows:
        if kind.startswith("rag"):
            system, user, _ = row["messages"]
            assert "Reply with the answer itself" in system["content"]
            assert user["content"].startswith("Passages:\n[1] ")
            assert user["content"].split("\n")[-1].startswith("Question: ")
        elif kind.startswith("react"):
            told = [m["content"] for m in row["messages"] if m["role"] == "user"]
            assert all(text.startswith('Observation: {"results": ') for text in told[1:])
        else:
            assert [m["role"] for m in row["messages"]].count("user") == 1
            results = [json.loads(m["content"]) for m in row["messages"] if m["role"] == "tool"]
            assert results


@pytest.mark.parametrize("seed", [SEED, DEVELOPMENT])
def test_no_world_that_is_evaluated_is_trained_on(seed: int) -> None:
    with pytest.raises(UserError, match=f"seed {seed} is evaluated"):
        next(curriculum(first=seed, worlds=1))


def test_the_same_worlds_give_the_same_conversations(rows: list[tuple[str, Row]]) -> None:
    assert rows == list(conversations(43, 12, SMALL))
