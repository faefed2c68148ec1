"""Ids are readable, safe in a path and a URL, and unique."""

from __future__ import annotations

import re

import pytest

from leaderboard.board.naming import Ids, slug


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("all-MiniLM-L6-v2", "all-minilm-l6-v2"),
        ("BM25 (pyserini, flat)", "bm25-pyserini-flat"),
        ("a/../b", "a-..-b"),
        ("IRCoT + HippoRAG", "ircot-hipporag"),
    ],
)
def test_a_name_becomes_a_readable_id(text: str, wanted: str) -> None:
    assert slug(text) == wanted


@pytest.mark.parametrize("text", ["模型", "<script>" * 30, "", "../..", "\x00", "é"])
def test_any_text_gives_a_safe_id(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,80}", slug(text))


def test_names_in_another_script_keep_apart() -> None:
    assert slug("模型") != slug("检索")


def test_an_id_is_given_once() -> None:
    ids = Ids()
    assert [ids.new("a"), ids.new("a"), ids.new("b"), ids.new("a")] == ["a", "a-2", "b", "a-3"]
