"""Every text is encoded once, kept, and encoded again when anything that matters differs."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from toy import Letters

from harness.corpus import ListCorpus
from harness.encoded import Encoded
from harness.errors import UserError
from harness.records import Document, Query, Text
from harness.vectors import VectorRetriever, library
from harness.vectors.checking import at_length_1
from harness.vectors.library import Library, _Pace
from harness.vectors.texts import DocumentTexts, QueryTexts
from harness.workspace import working

CORPUS = ListCorpus(
    [
        Document("d1", "aab"),
        Document("d2", "b", title="a"),
        Document("d3", "aab"),
        Document("d4", ""),
    ]
)
QUERIES = [Query("q1", "ab", "one"), Query("q2", "ab", "two"), Query("q3", "ab", "one")]


def encoded(embedder: Letters) -> list[str]:
    return [text for text, _, _ in embedder._encoded]


def test_equal_texts_are_encoded_once_and_the_longest_first(tmp_path: Path) -> None:
    embedder = Letters()
    shelf = Library(embedder, tmp_path)
    places = shelf.positions(DocumentTexts(CORPUS))
    assert encoded(embedder) == ["aab", "a b", ""]
    assert places[0] == places[2]
    assert len(set(places.tolist())) == 3
    assert shelf.space.vectors(places)[:, :2].tolist() == [[2, 1], [1, 1], [2, 1], [0, 0]]


def test_a_second_run_encodes_nothing(tmp_path: Path) -> None:
    Library(Letters(), tmp_path).positions(DocumentTexts(CORPUS))
    embedder = Letters()
    shelf = Library(embedder, tmp_path)
    vectors = shelf.space.vectors(shelf.positions(DocumentTexts(CORPUS)))
    assert embedder._encoded == []
    assert vectors[1, :2].tolist() == [1, 1]


def test_documents_of_another_corpus_are_shared_and_only_the_new_ones_encoded(
    tmp_path: Path,
) -> None:
    embedder = Letters()
    shelf = Library(embedder, tmp_path)
    shelf.positions(DocumentTexts(CORPUS))
    shelf.positions(DocumentTexts(ListCorpus([Document("x", "aab"), Document("y", "new")])))
    assert encoded(embedder)[3:] == ["new"]


def test_each_query_carries_its_own_instruction(tmp_path: Path) -> None:
    embedder = Letters()
    Library(embedder, tmp_path).positions(QueryTexts(QUERIES))
    assert sorted(embedder._encoded) == [("ab", "one", "query"), ("ab", "two", "query")]


@pytest.mark.parametrize("field", ["parameter", "version", "instruction", "kind", "text", "class"])
def test_whatever_changes_a_vector_makes_another_key(tmp_path: Path, field: str) -> None:
    def run(change: bool) -> list[str]:
        class Other(Letters):
            pass

        embedder = (Other if change and field == "class" else Letters)(
            instructed=change and field == "parameter"
        )
        if change and field == "version":
            embedder.version = "2"
        instruction = "i" if change and field == "instruction" else None
        text = "b" if change and field == "text" else "a"
        shelf = Library(embedder, tmp_path)
        if change and field == "kind":
            shelf.positions(DocumentTexts(ListCorpus([Document("d", text)])))
        else:
            shelf.positions(QueryTexts([Query("q", text, instruction)]))
        return encoded(embedder)

    assert run(False) == ["a"]
    assert run(False) == []
    assert len(run(True)) == 1
    assert run(True) == []
    assert run(False) == []


class Rendering(Letters):
    """Says what it reads: an instruction that it ignores is no part of it."""

    def __init__(self, precision: str = "float32") -> None:
        super().__init__()
        self.precision = precision

    @property
    def encoder(self) -> dict[str, str]:
        return {"precision": self.precision}

    def render(self, inputs: Sequence[Text], kind: str) -> list[str]:
        return [text.text for text in inputs]


def test_what_the_embedder_reads_alike_is_encoded_once(tmp_path: Path) -> None:
    embedder = Rendering()
    shelf = Library(embedder, tmp_path)
    queries = shelf.positions(QueryTexts(QUERIES))
    documents = shelf.positions(DocumentTexts(ListCorpus([Document("d", "ab")])))
    assert encoded(embedder) == ["ab"]
    assert {*queries.tolist(), *documents.tolist()} == {queries[0]}
    Library(other := Rendering("bfloat16"), tmp_path).positions(QueryTexts(QUERIES))
    assert encoded(other) == ["ab"]


def test_an_interrupted_encoding_goes_on_at_the_last_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pairs:
        size = 2

        def took(self, texts: int, seconds: float) -> None:
            pass

    monkeypatch.setattr(library, "_Pace", Pairs)
    texts = [Query(f"q{i}", "a" * (10 - i)) for i in range(7)]

    class Interrupted(Letters):
        def encode(self, inputs: Sequence[Text], *, kind: str) -> np.ndarray:  # type: ignore[type-arg]
            if self._left == 0:
                raise KeyboardInterrupt
            self._left -= 1
            return super().encode(inputs, kind=kind)

    first = Interrupted()
    first._left = 2  # type: ignore[attr-defined]
    with pytest.raises(KeyboardInterrupt):
        Library(first, tmp_path).positions(QueryTexts(texts))
    second = Interrupted()
    second._left = 9  # type: ignore[attr-defined]
    seen: list[tuple[str, int, int]] = []
    with working(tell=lambda *told: seen.append(told)):
        Library(second, tmp_path).positions(QueryTexts(texts))
    assert encoded(first) == ["a" * n for n in (10, 9, 8, 7)]
    assert encoded(second) == ["a" * n for n in (6, 5, 4)]
    assert seen == [("encoding", 0, 3), ("encoding", 2, 3), ("encoding", 3, 3)]


def test_a_flipped_byte_is_noticed_and_the_block_encoded_again(tmp_path: Path) -> None:
    Library(Letters(), tmp_path).positions(DocumentTexts(CORPUS))
    [block] = tmp_path.rglob("*.block")
    damaged = bytearray(block.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    block.chmod(0o644)
    block.write_bytes(damaged)
    said: list[str] = []
    embedder = Letters()
    with working(say=said.append):
        shelf = Library(embedder, tmp_path)
        vectors = shelf.space.vectors(shelf.positions(DocumentTexts(CORPUS)))
    assert encoded(embedder) == ["aab", "a b", ""]
    assert vectors[0, :2].tolist() == [2, 1]
    assert said == [
        "damaged blocks among the cached embeddings of Letters: 1; their texts are encoded again"
    ]


def test_without_a_cache_vectors_live_as_long_as_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shelf = Library(Letters(), None)
    shelf.positions(DocumentTexts(CORPUS))
    assert list(tmp_path.rglob("*.block"))
    del shelf
    assert not list(tmp_path.iterdir())


class Giving(Letters):
    """Gives whatever it is told to."""

    def __init__(self, answer: object, form: str = "single") -> None:
        super().__init__()
        self._answer, self.form = answer, form

    def encode(self, inputs: Sequence[Text], *, kind: str) -> object:  # type: ignore[override]
        return self._answer


WRONG = [
    (np.zeros(3), "gave the shape (3,) for 3 texts; (3, dimension) is wanted"),
    (np.zeros((2, 4)), "gave the shape (2, 4) for 3 texts"),
    (np.zeros((3, 0)), "gave the shape (3, 0) for 3 texts"),
    ([["a"], ["b"], ["c"]], "encode gave no array of numbers"),
    (None, "gave the shape () for 3 texts"),
    (np.ones((3, 2)) * 1j, "encode gave no array of numbers: they are complex"),
    (np.full((3, 2), 1e300), "the embedding of document 'd1' holds NaN or infinity"),
    (Encoded(np.zeros((3, 2)), tokens=[1, 2]), "encode gave 2 of 'tokens' for 3 texts"),
    (Encoded(np.zeros((3, 2)), truncated=[]), "encode gave 0 of 'truncated' for 3 texts"),
    ([[1.0], [np.nan], [1.0]], "the embedding of document 'd2' holds NaN or infinity"),
    (Encoded(np.full((3, 1), np.inf)), "holds NaN or infinity"),
]


@pytest.mark.parametrize(("answer", "message"), WRONG)
def test_what_is_no_vector_is_refused_and_not_kept(
    tmp_path: Path, answer: object, message: str
) -> None:
    shelf = Library(Giving(answer), tmp_path)
    with pytest.raises(UserError) as caught:
        shelf.positions(DocumentTexts(CORPUS))
    assert message in str(caught.value)
    assert not list(tmp_path.rglob("*.block"))


def test_several_vectors_a_text_are_checked_one_by_one(tmp_path: Path) -> None:
    three = [np.zeros((2, 4)), np.zeros((1, 4)), np.zeros((0, 4))]
    shelf = Library(Giving(three, "multi"), tmp_path)
    places = shelf.positions(DocumentTexts(CORPUS))
    assert len(set(places.tolist())) == 3
    for wrong, message in (
        ([np.zeros((2, 4)), np.zeros((1, 5)), np.zeros((1, 4))], "has the shape"),
        ([np.zeros((2, 4)), np.zeros(4), np.zeros((1, 4))], "has the shape (4,)"),
        (three[:2], "must give one array a text, 3 in all"),
        (np.zeros((3, 4)), "the array of document 'd1' has the shape (4,)"),
        ([np.float32(1)] * 3, "the array of document 'd1' has the shape ()"),
        ([{1: 0.5}] * 3, "for each text, encode gave no array of numbers"),
    ):
        with pytest.raises(UserError) as caught:
            Library(Giving(wrong, "multi"), None).positions(DocumentTexts(CORPUS))
        assert message in str(caught.value)


def test_several_vectors_a_text_may_come_as_one_array(tmp_path: Path) -> None:
    vectors = np.arange(24, dtype=np.float32).reshape(3, 2, 4)
    shelf = Library(Giving(vectors, "multi"), tmp_path)
    places = shelf.positions(DocumentTexts(CORPUS))
    kept, _ = shelf.space.ragged_vectors(places[:1])
    assert kept.tolist() in vectors.tolist()


@pytest.mark.parametrize("dimensions", [[-1, 2], [0.5, 2], [3, 3]])
def test_dimensions_of_weights_are_whole_numbers_each_once(dimensions: list[float]) -> None:
    pairs = np.array([[dimension, 1.0] for dimension in dimensions])
    shelf = Library(Giving([np.zeros((0, 2)), pairs, pairs], "sparse"), None)
    with pytest.raises(UserError, match="whole numbers from 0 on, each once"):
        shelf.positions(DocumentTexts(CORPUS))


@pytest.mark.parametrize("rendered", [["a"], [1, 2, 3, 4]])
def test_an_account_of_what_is_read_has_one_str_a_text(rendered: list[object]) -> None:
    embedder = Rendering()
    embedder.render = lambda inputs, kind: rendered  # type: ignore[method-assign, assignment]
    with pytest.raises(UserError, match="render must give one str for each"):
        Library(embedder, None).positions(DocumentTexts(CORPUS))


def test_an_encoder_that_cannot_be_written_down_is_refused() -> None:
    with pytest.raises(UserError, match="the attribute encoder must be plain JSON"):
        Library(Rendering(object()), None)  # type: ignore[arg-type]


def test_what_blocks_have_to_tell_is_told_at_first_and_in_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Talking(Letters):
        def encode(self, inputs: Sequence[Text], *, kind: str) -> Encoded:  # type: ignore[override]
            return Encoded(super().encode(inputs, kind=kind), notes={"tokens read": 500})

    class One:
        size = 1

        def took(self, texts: int, seconds: float) -> None:
            pass

    monkeypatch.setattr(library, "_Pace", One)
    said: list[str] = []
    with working(say=said.append):
        Library(Talking(), tmp_path).positions(DocumentTexts(CORPUS))
    assert said == [  # three distinct texts, one a block
        "Talking, encoding: tokens read: 500",
        "Talking, encoding: tokens read: 1,500 in all",
    ]


class Long(Letters):
    """Vectors of any length, to be compared by cosine."""

    similarity = "cosine"


def test_vectors_that_are_compared_by_cosine_get_length_1(tmp_path: Path) -> None:
    plain, long = Library(Letters(), tmp_path), Library(Long(), tmp_path)
    texts = DocumentTexts(ListCorpus([Document("d1", "aaabbbb"), Document("d2", "")]))
    vectors = long.space.vectors(long.positions(texts))
    assert vectors[:, :2].tolist() == [[np.float32(0.6), np.float32(0.8)], [0, 0]]  # 3-4-5
    assert plain.space.vectors(plain.positions(texts))[0, :2].tolist() == [3, 4]
    # "a" . "aaabbbb" = 3 but its cosine is 3 / 5; "a" . "a" = 1, and so is its cosine.
    corpus = ListCorpus([Document("d1", "aaabbbb"), Document("d2", "a")])
    ranked = [
        VectorRetriever(model).index(corpus).search([Query("q", "a")], 2).run.ranked("q")
        for model in (Letters(), Long())
    ]
    assert ranked[0] == [("d1", 3.0), ("d2", 1.0)]
    assert ranked[1] == [("d2", 1.0), ("d1", float(np.float32(0.6)))]


def test_each_form_has_a_length() -> None:
    tokens = np.array([[3, 4], [0, 0]], dtype=np.float32)
    assert at_length_1([tokens], "multi")[0].tolist() == [
        [np.float32(0.6), np.float32(0.8)],
        [0, 0],
    ]
    weights = np.array([[7, 3], [9, 4]], dtype=np.float32)  # words 7 and 9
    assert at_length_1([weights], "sparse")[0].tolist() == [
        [7, np.float32(0.6)],
        [9, np.float32(0.8)],
    ]


def test_a_similarity_that_is_not_searched_is_refused(tmp_path: Path) -> None:
    model = Letters()
    model.similarity = "euclidean"  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="similarity is 'euclidean', and must be 'dot' or 'cosine'"):
        Library(model, tmp_path)


def test_another_dimension_than_before_is_refused(tmp_path: Path) -> None:
    Library(Giving(np.zeros((3, 4))), tmp_path).positions(DocumentTexts(CORPUS))
    other = ListCorpus([Document(f"e{i}", "x" * i) for i in (1, 2, 3)])
    with pytest.raises(UserError, match=r"4.*5|5.*4"):
        Library(Giving(np.zeros((3, 5))), tmp_path).positions(DocumentTexts(other))


def test_a_block_takes_about_as_long_as_it_should() -> None:
    pace = _Pace()
    sizes = []
    for _ in range(6):
        sizes.append(pace.size)
        pace.took(pace.size, pace.size / 100)  # 100 texts a second: 15 s are 1,500 texts
    assert sizes == [64, 256, 1024, 1500, 1500, 1500]
    pace.took(1500, 1500.0)  # one a second now: half as many each time, until 64
    assert pace.size == 750
