"""What ToolRet's systems reach on conventional retrieval."""

from __future__ import annotations

import pytest

from leaderboard.printed import conventional, conventional_basis, tables


def test_every_system_is_one_of_toolret_and_has_both_numbers() -> None:
    toolret = {
        row.system
        for table in tables()
        if table.name in ("toolret_table4", "toolret_table5")
        for row in table.rows
    }
    assert set(conventional()) <= toolret
    assert len(conventional()) == 12


def test_it_is_the_mean_over_the_collections_that_all_of_them_have() -> None:
    """By hand, all-MiniLM-L6-v2 in embeddings-benchmark/results at f4cc6c8: (.64508 + .50167 +
    .36867 + .31594 + .21641 + .47232 + .16904) / 7 = 2.68913 / 7 = .384161; Quora and FEVER are
    left out, since GritLM-7B has neither."""
    assert conventional()["all-MiniLM-L6-v2"] == pytest.approx(0.384161, abs=1e-6)


def test_bm25_is_mtebs() -> None:
    """(.68736 + .49276 + .25139 + .32082 + .15783 + .62314 + .33053) / 7 = 2.86383 / 7."""
    assert conventional()["BM25s"] == pytest.approx(2.86383 / 7, abs=1e-9)


def test_it_says_what_it_is() -> None:
    text = conventional_basis()
    assert text.startswith("Mean nDCG@10 over SciFact, ArguAna, FiQA 2018, NFCorpus, SCIDOCS, ")
    assert "embeddings-benchmark/results" in text
    assert "Quora" not in text
