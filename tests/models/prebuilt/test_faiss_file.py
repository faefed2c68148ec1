"""Indexes that faiss wrote, beside their passages."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.loop import run
from harness.records import Document, Problem, Query, Text, ToolCall
from models.prebuilt.faiss_index import FaissFile
from tasks.worlds.search import SearchWorld

faiss = pytest.importorskip("faiss")

SOURCE = inspect.getfile(FaissFile)
LETTERS = "abcd"
TEXTS = ["aab", "bb", "ccd", "d"]
"""As vectors of how often a letter occurs: (2,1,0,0), (0,2,0,0), (0,0,2,1), (0,0,0,1)."""

PLUGIN = """
import numpy as np

class Letters:
    version = "1"

    def encode(self, inputs, *, kind):
        return np.array([[i.text.count(c) for c in "abcd"] for i in inputs], dtype=np.float32)
"""


class Letters:
    """Counts letters."""

    version = "1"
    similarity = "dot"

    def encode(self, inputs: Sequence[Text], *, kind: str) -> NDArray[np.float32]:
        assert kind == "query"
        return vectors([text.text for text in inputs])


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.array([[t.count(c) for c in LETTERS] for t in texts], dtype=np.float32)


def saved(path: Path, texts: Sequence[str], kind: str = "flat") -> Path:
    made = {
        "flat": lambda: faiss.IndexFlatIP(4),
        "l2": lambda: faiss.IndexFlatL2(4),
        "hnsw": lambda: faiss.IndexHNSWFlat(4, 4, faiss.METRIC_INNER_PRODUCT),
    }[kind]()
    made.add(vectors(texts))
    faiss.write_index(made, str(path))
    return path


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    rows = [{"id": f"w{i}", "contents": f'"T{i}"\n{text}'} for i, text in enumerate(TEXTS)]
    path = tmp_path / "wiki.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")  # no end of the last line
    return path


def found(model: FaissFile, query: str, k: int = 2) -> list[tuple[str, float]]:
    return [(document.id, score) for document, score in model.find([query], k)[0]]


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_rows_of_the_index_are_lines_of_the_passages(
    kind: str, tmp_path: Path, lines: Path
) -> None:
    model = FaissFile(Letters(), str(saved(tmp_path / "x.index", TEXTS, kind)), str(lines))
    ((first, score), _), (other, _) = model.find(["ab", "cd"], 2)
    assert (first, score) == (Document("w0", "aab", "T0"), 3.0)  # 1 * 2 + 1 * 1; "bb" has 2
    assert (other[0].id, other[1]) == ("w2", 3.0)


def test_over_a_corpus_the_embedder_gets_the_instruction_as_it_would_without_an_index(
    tmp_path: Path, lines: Path
) -> None:
    class Instructed(Letters):
        def encode(self, inputs: Sequence[Text], *, kind: str) -> NDArray[np.float32]:
            return vectors([text.text + (text.instruction or "") for text in inputs])

    model = FaissFile(Instructed(), str(saved(tmp_path / "x.index", TEXTS)), str(lines))
    corpus = ListCorpus(Document(f"w{i}", text) for i, text in enumerate(TEXTS))
    run = model.index(corpus).search([Query("q1", "d", "ccc"), Query("q2", "d")], 1)
    # of letters c and d, "dccc" has (3, 1) and "ccd" (2, 1): 3 * 2 + 1 * 1 = 7; "d" alone gives
    # 1 with "ccd" and with "d", of which the first row is found.
    assert [list(run.ranked(q)) for q in ("q1", "q2")] == [[("w2", 7.0)], [("w2", 1.0)]]


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_a_vector_that_is_not_finite_is_refused(kind: str, tmp_path: Path, lines: Path) -> None:
    class Broken(Letters):
        def encode(self, inputs: Sequence[Text], *, kind: str) -> NDArray[np.float32]:
            return np.full((len(inputs), 4), np.nan, np.float32)

    model = FaissFile(Broken(), str(saved(tmp_path / "x.index", TEXTS, kind)), str(lines))
    with pytest.raises(UserError, match="the query 'ab'"):
        model.find(["ab"], 2)


def test_shards_follow_one_another_in_the_order_of_their_names(tmp_path: Path, lines: Path) -> None:
    folder = tmp_path / "shards"
    folder.mkdir()
    saved(folder / "part-0.index", TEXTS[:3])
    saved(folder / "part-1.index", TEXTS[3:])
    model = FaissFile(Letters(), str(folder), str(lines))
    assert found(model, "ddc", 4) == [("w2", 4.0), ("w3", 2.0), ("w0", 0.0), ("w1", 0.0)]
    assert found(model, "dd", 1) == [("w2", 2.0)]  # of equals the first row


def test_an_index_by_distances_is_turned_round(tmp_path: Path, lines: Path) -> None:
    model = FaissFile(Letters(), str(saved(tmp_path / "x.index", TEXTS, "l2")), str(lines))
    # squared distances of (0,1,0,1): to "d" 1, to "bb" (0,2,0,0) 1 + 1 = 2
    assert found(model, "bd") == [("w3", -1.0), ("w1", -2.0)]


def test_cosine_is_of_vectors_of_length_1(tmp_path: Path, lines: Path) -> None:
    embedder = Letters()
    embedder.similarity = "cosine"
    model = FaissFile(embedder, str(saved(tmp_path / "x.index", TEXTS)), str(lines))
    assert found(model, "bbbb", 1) == [("w1", 2.0)]


def test_dprs_passages_are_read(tmp_path: Path) -> None:
    path = tmp_path / "psgs_w100.tsv"
    path.write_text('id\ttext\ttitle\n1\t"the ""a"" b"\t"A ""B"""\n2\tcc\tC\n', "utf-8")
    model = FaissFile(Letters(), str(saved(tmp_path / "x.index", ["ab", "cc"])), str(path))
    assert model.find(["a"], 1)[0][0][0] == Document("1", 'the "a" b', 'A "B"')


def test_what_does_not_belong_together_is_refused(tmp_path: Path, lines: Path) -> None:
    index = str(saved(tmp_path / "x.index", TEXTS[:3]))
    with pytest.raises(UserError, match=r"3 vectors, and wiki\.jsonl 4 passages"):
        found(FaissFile(Letters(), index, str(lines)), "a")
    wide = faiss.IndexFlatIP(5)
    wide.add(np.zeros((4, 5), np.float32))
    faiss.write_index(wide, str(tmp_path / "wide.index"))
    with pytest.raises(UserError, match=r"shape \(1, 4\), and wide.index wants \(1, 5\)"):
        found(FaissFile(Letters(), str(tmp_path / "wide.index"), str(lines)), "a")
    (tmp_path / "broken.index").write_bytes(b"nothing of the kind")
    with pytest.raises(UserError, match=r"faiss cannot open broken.index"):
        found(FaissFile(Letters(), str(tmp_path / "broken.index"), str(lines)), "a")
    with pytest.raises(UserError, match="no such file, nor a folder"):
        FaissFile(Letters(), str(tmp_path / "gone.index"), str(lines))
    with pytest.raises(UserError, match=r"ends in .jsonl or .tsv"):
        FaissFile(Letters(), index, index)
    with pytest.raises(UserError, match="there is no such file"):
        FaissFile(Letters(), index, str(tmp_path / "gone.jsonl"))


@pytest.mark.parametrize(
    "row", ["[]", "{", '{"id": "x"}', '{"contents": "x"}', '{"id": "x", "text": 3}']
)
def test_a_line_that_is_no_passage_is_named(row: str, tmp_path: Path) -> None:
    path = tmp_path / "wiki.jsonl"
    path.write_text(f'{{"id": "0", "text": "b"}}\n{row}\n', "utf-8")
    model = FaissFile(Letters(), str(saved(tmp_path / "x.index", ["b", "a"])), str(path))
    with pytest.raises(UserError, match=r"wiki\.jsonl, passage 2 is not of the form"):
        found(model, "a", 1)


def test_the_identity_follows_the_files_not_where_they_lie(tmp_path: Path, lines: Path) -> None:
    index = saved(tmp_path / "x.index", TEXTS)
    before = FaissFile(Letters(), str(index), str(lines))
    assert (before.vectors, before.passages) == ("x.index", "wiki.jsonl")
    identity = before.contents
    (tmp_path / "moved").mkdir()
    moved = index.rename(tmp_path / "moved" / "x.index")
    after = FaissFile(Letters(), str(moved), str(lines))
    assert after.contents == identity
    lines.write_text(lines.read_text().replace("T0", "T9"))
    assert after.contents != identity


def test_over_the_corpus_of_a_task_ids_are_the_corpus_own(tmp_path: Path, lines: Path) -> None:
    model = FaissFile(Letters(), str(saved(tmp_path / "x.index", TEXTS)), str(lines))
    corpus = ListCorpus(Document(f"w{i}", text) for i, text in enumerate(TEXTS))
    ranked = model.index(corpus).search([Query("q", "ab")], 2).ranked("q")
    assert list(ranked) == [("w0", 3.0), ("w1", 2.0)]
    other = ListCorpus([Document("p0", "aab")])
    with pytest.raises(UserError, match="'w0' that the corpus lacks"):
        model.index(other).search([Query("q", "ab")], 2)


def test_a_world_searches_it_without_a_corpus(tmp_path: Path, lines: Path) -> None:
    (tmp_path / "letters.py").write_text(PLUGIN)
    index = saved(tmp_path / "x.index", TEXTS)
    named = f'{SOURCE}:FaissFile({tmp_path}/letters.py, "{index}", "{lines}")'

    async def asked() -> str:
        session = await SearchWorld(None, named).open(Problem("q", ()))
        return (await session.call(ToolCall("search", {"query": "ab", "k": 1}))).content

    row = {"id": "w0", "title": "T0", "text": "aab", "score": 3.0}
    assert json.loads(run(asked())) == {"results": [row]}
