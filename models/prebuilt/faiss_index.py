"""Dense retrieval over vectors that faiss has indexed before, with the passages beside them.

Row i of the index is the vector of line i of the passages: so are `wiki-18-e5-index` of Search-R1,
the files that FlashRAG writes, and a DPR index in one file. An index in several files (shards) is
a folder of them, whose rows follow one another in the order of the names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from harness.contracts import Corpus, Embedder
from harness.encoded import Encoded
from harness.errors import UserError
from harness.records import Query, Text
from harness.stages import name_of
from harness.vectors.checking import checked
from harness.workspace import workspace
from models.prebuilt.over import OverCorpus, Scored
from models.prebuilt.passages import PassageFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SUFFIXES = (".index", ".faiss")
_SAMPLE = 1 << 20
_PRODUCT = 0
"""faiss.METRIC_INNER_PRODUCT."""


class FaissFile:
    """`faiss(minilm, "wiki18.index", "wiki18.jsonl")`: only the queries are encoded.

    Files are mapped into memory, as far as faiss does so for their kind: an exact index (Flat) and
    the lists of an IVF; a graph (HNSW) is read whole.

    Args:
        model: the embedder that the passages were encoded with.
        vectors: the file that faiss wrote, or a folder of shards (.index, .faiss).
        passages: JSON lines or DPR's .tsv, see `models.prebuilt.passages`. Of both results show
            only the names.

    Raises:
        UserError: a file is absent, or the model does not give one vector a text.
    """

    version = "2"
    resolved: ClassVar[tuple[str, ...]] = ("vectors", "passages")

    def __init__(self, model: object, vectors: str, passages: str) -> None:
        if not isinstance(model, Embedder) or getattr(model, "form", "single") != "single":
            raise UserError(f"faiss({name_of(model)}): it does not give one vector a text")
        base = workspace().base
        self.model: Embedder = model
        self._files = _files(base / Path(vectors).expanduser())
        self._lines = PassageFile(base / Path(passages).expanduser())
        self.vectors, self.passages = Path(vectors).name, Path(passages).name
        self.join = getattr(model, "join", "")

    @property
    def contents(self) -> Mapping[str, str]:
        """Of each file a digest of its size, its first and its last megabyte."""
        return {
            "vectors": " ".join(map(_digest, self._files)),
            "passages": _digest(self._lines.path),
        }

    def index(self, corpus: Corpus) -> OverCorpus:
        """The index over the corpus that it was made of."""

        def find(queries: Sequence[Query], k: int) -> list[list[Scored]]:
            return self._nearest([Text(query.text, query.instruction) for query in queries], k)

        return OverCorpus(find, corpus)

    def find(self, queries: Sequence[str], k: int) -> list[list[Scored]]:
        """The best `k` passages of each query and their scores, the best first.

        Of an index by distances the score is the distance below zero.

        Raises:
            UserError: index, passages and model do not belong together, or a vector is not finite.
        """
        return self._nearest([Text(query) for query in queries], k)

    def _nearest(self, queries: Sequence[Text], k: int) -> list[list[Scored]]:
        import numpy as np

        shards = self._shards
        encoded = self._encoded(queries)
        scores, rows, start = [], [], 0
        for shard in shards:
            near, found = shard.search(encoded, min(k, shard.ntotal))
            scores.append(near if shard.metric_type == _PRODUCT else -near)
            rows.append(np.where(found < 0, -1, found + start))
            start += shard.ntotal
        best = (_best(s, r, k) for s, r in zip(np.hstack(scores), np.hstack(rows), strict=True))
        return [self._read(ranked) for ranked in best]

    def _read(self, ranked: Sequence[tuple[int, float]]) -> list[Scored]:
        documents = self._lines.at([row for row, _ in ranked])
        return [(d, score) for d, (_, score) in zip(documents, ranked, strict=True)]

    def _encoded(self, queries: Sequence[Text]) -> NDArray[np.float32]:
        """The queries' vectors, shape (n, d)."""
        import numpy as np

        given = self.model.encode(queries, kind="query")
        values = given.values if isinstance(given, Encoded) else given
        labels = [f"the query '{query.text[:40]}'" for query in queries]
        made = checked(values, "single", labels, name_of(self.model))
        vectors = np.ascontiguousarray(made, np.float32)
        wanted = (len(queries), self._shards[0].d)
        if vectors.shape != wanted:
            raise UserError(
                f"{name_of(self.model)} gives vectors of shape {vectors.shape}, and {self.vectors} "
                f"wants {wanted}: it was made by another model"
            )
        if getattr(self.model, "similarity", "dot") == "cosine":
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
        return vectors

    @cached_property
    def _shards(self) -> list[Any]:
        shards = [_opened(file) for file in self._files]
        total = sum(shard.ntotal for shard in shards)
        if total != len(self._lines):
            raise UserError(
                f"{self.vectors} has {total:,} vectors, and {self.passages} {len(self._lines):,} "
                "passages: they do not belong together"
            )
        if len({shard.d for shard in shards}) > 1:
            raise UserError(f"{self.vectors}: its shards have vectors of different dimensions")
        return shards


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(file for end in _SUFFIXES for file in path.glob(f"*{end}"))
    if not found:
        raise UserError(
            f"vectors={path.name}: there is no such file, nor a folder of {' or '.join(_SUFFIXES)}"
        )
    return found


def _opened(file: Path) -> Any:
    import faiss

    for how in (faiss.IO_FLAG_MMAP_IFC, faiss.IO_FLAG_MMAP, 0):
        try:
            return faiss.read_index(str(file), how)
        except RuntimeError as error:  # of this kind, not by mapping
            said = str(error).rpartition("Error: ")[2] or str(error)
    raise UserError(f"faiss cannot open {file.name}: {' '.join(said.split())[:200]}")


def _best(scores: NDArray[np.float32], rows: NDArray[np.int64], k: int) -> list[tuple[int, float]]:
    """The best `k` rows and their scores; of equal ones the first."""
    order = sorted((-float(s), int(row)) for s, row in zip(scores, rows, strict=True) if row >= 0)
    return [(row, -score) for score, row in order[:k]]


def _digest(file: Path) -> str:
    size = file.stat().st_size
    digest = sha256(str(size).encode())
    with file.open("rb") as opened:
        digest.update(opened.read(_SAMPLE))
        opened.seek(max(0, size - _SAMPLE))
        digest.update(opened.read(_SAMPLE))
    return digest.hexdigest()
