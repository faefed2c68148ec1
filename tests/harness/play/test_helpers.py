"""Models that a setting names are part of what a result is made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy_tools import Scripted, ToolToy

from harness import evaluate, score
from harness.errors import UserError
from harness.play.helpers import helped
from harness.records import Setting
from harness.store import Result, find_results, read_result

FINDER = """
from harness.ranking import Ranking
from harness.run import Run


class Finder:
    def __init__(self, seconds: float = 1.0):
        self.seconds = seconds

    runtime = frozenset({"seconds"})

    def index(self, corpus):
        return Index(sorted(corpus.ids, reverse=%s))


class Index:
    notes = {}

    def __init__(self, ids):
        self.ids = ids

    def search(self, queries, k, within=None, without=None):
        return Ranking(Run.from_rankings({query.id: self.ids[:k] for query in queries}))
"""
AGENT = Scripted({"one": ["search"]})


def result(out: Path | None, tools: str) -> Result:
    [found] = evaluate(AGENT, ToolToy(), out=out, cache=False, tools=tools).results
    return found


def test_an_edited_file_of_a_retriever_is_another_one(tmp_path: Path) -> None:
    file, out = tmp_path / "finder.py", tmp_path / "out"
    tools = f"{file}:Finder@1"
    file.write_text(FINDER % False)
    first, again = result(out, tools), result(out, tools)
    assert first == again
    assert first.helpers.keys() == {"tools"}
    asked = len(AGENT._seen)
    file.write_text(FINDER % True)
    other = result(out, tools)
    assert len(AGENT._seen) == asked + 3
    assert other.helpers != first.helpers
    assert other.predictions_hash != first.predictions_hash
    file.unlink()  # numbers follow from what is stored, and nothing of a result is run for them
    [folder] = find_results(out)
    assert score(ToolToy(), folder.path) == other == read_result(folder.path)


def test_how_a_helper_is_reached_is_left_out_and_its_defaults_are_not_said(tmp_path: Path) -> None:
    file = tmp_path / "finder.py"
    file.write_text(FINDER % False)
    plain, slow = (
        helped(Setting(tools=f"{file}:Finder{more}@2")) for more in ("", "(seconds=9.0)")
    )
    assert plain == slow
    there = 'openai("gpt", base_url="http://localhost:1/v1", temperature=0.0, requests=2)'
    setting, identities = helped(Setting(simulator=there, judge='openai("gpt", temperature=0.5)'))
    assert setting == Setting(simulator='openai("gpt")', judge='openai("gpt", temperature=0.5)')
    assert identities["simulator"] != identities["judge"]


def test_without_helpers_a_setting_stays_as_it_is() -> None:
    setting = Setting(tools="gold+5", tool_order="shuffled", faults="0.1", trials=3)
    assert helped(setting) == (setting, {})
    assert "helpers" not in result(None, "gold").model_dump(mode="json")


def test_a_helper_that_there_is_not_is_told_before_anything_is_asked() -> None:
    asked = len(AGENT._seen)
    with pytest.raises(UserError, match=r"tools=nobody@3.*nobody"):
        result(None, "nobody@3")
    with pytest.raises(UserError, match=r"judge=nobody: .*nobody"):
        evaluate(AGENT, ToolToy(), cache=False, judge="nobody")
    assert len(AGENT._seen) == asked
