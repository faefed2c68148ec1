"""The script that measures the embedded language model."""

from __future__ import annotations

from pathlib import Path

from examples.embedded.evaluation import in_world, table
from harness.records import Setting
from harness.sources import Source

READER = f"{Path(__file__).parents[2] / 'examples' / 'my_reader.py'}:Reader()"


def test_another_seed_is_another_world_and_another_version() -> None:
    (first, *_), (asked, *_) = in_world(3)
    (other, *_), _ = in_world(4)
    assert first.card.version != other.card.version
    one, two = (task.load(Source(None), Setting())[0] for task in (first, other))
    assert [p.text for p in one.problems] != [p.text for p in two.problems]
    assert len(asked.load(Source(None), Setting())[0].problems) == 60


def test_every_errand_and_every_question_has_its_line() -> None:
    rows = list(table(READER, 3))
    agents = [agent for agent, _, _ in rows if agent]
    assert agents == ["function-calling"] * 8 + ["react-search"] * 2 + ["rag"] * 2
    # A reader by rules calls nothing: no errand is run, and some questions are answered.
    assert {value for agent, _, value in rows if agent == "function-calling"} == {"0.0 [0.0, 0.0]"}
    assert all(float(value.split()[0]) > 0 for agent, _, value in rows if agent == "rag")
