"""What rerankers share that score one candidate at a time with a model that runs on torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from importlib.util import find_spec
from typing import ClassVar

from harness.contracts import Corpus
from harness.errors import MissingExtra, UserError, unknown
from harness.ranking import Ranking
from harness.records import Document, Query
from harness.run import Run
from models.neural.devices import DTYPES
from models.neural.pairs import QUERY_BATCH, Pair, Scored, rerank
from models.neural.places import Place, located


@dataclass(eq=False)
class Pointwise(ABC):
    """A checkpoint that scores pairs of a query and a document, each by itself.

    Attributes:
        name: a local folder, or an id on the Hugging Face hub.
        revision: commit, branch or tag on the hub; empty means its main branch.
        max_length: tokens of a pair that the model reads at most; 0 means as many as it can.
        dtype: precision of the weights: "float32", "float16" or "bfloat16". Scores are float32.
        trust_remote_code: whether code that comes with the model may run. Read it first.
        device: "cpu", "cuda", "cuda:1", "mps"; None chooses.
        batch_size: pairs in a batch at most; None sets no limit.

    Raises:
        MissingExtra: the package that runs the model is not installed.
        UserError: a parameter makes no sense.
    """

    name: str
    _: KW_ONLY
    revision: str = ""
    max_length: int = 0
    dtype: str = "float32"
    trust_remote_code: bool = False
    device: str | None = None
    batch_size: int | None = None
    _place: Place = field(init=False, repr=False)

    version: ClassVar[str] = "1"
    query_batch: ClassVar[int] = QUERY_BATCH
    runtime: ClassVar[tuple[str, ...]] = ("device", "batch_size")
    resolved: ClassVar[tuple[str, ...]] = ("name", "revision")
    package: ClassVar[str] = "transformers"

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise unknown("dtype", self.dtype, DTYPES, f"There is: {', '.join(DTYPES)}")
        if self.max_length < 0 or (self.batch_size is not None and self.batch_size < 1):
            raise UserError(
                f"max_length={self.max_length}, batch_size={self.batch_size}: a length is 0 or "
                "more, and a batch holds at least one pair"
            )
        if not find_spec(self.package):
            raise MissingExtra(f"a reranker that runs on {self.package}", "models")
        self._place = located(self.name, self.revision)
        self.name, self.revision = self._place.name, self._place.revision

    @property
    def contents(self) -> Mapping[str, str]:
        """What stands behind a folder's name."""
        return {"name": self._place.digest} if self._place.digest else {}

    @abstractmethod
    def pair(self, query: Query, document: Document) -> Pair:
        """The texts that the score of a candidate depends on."""

    @abstractmethod
    def score(self, pairs: Sequence[Pair]) -> Scored:
        """The scores of some pairs, at least one and all of them different."""

    def rerank(self, queries: Sequence[Query], candidates: Run, corpus: Corpus) -> Ranking:
        """Scores every candidate of every query; pairs of equal texts are scored once.

        Raises:
            UserError: the model is not to be had or is of another kind, memory does not suffice
                for one pair, or a score is not finite.
        """
        return rerank(self, queries, candidates, corpus)

    def refuse_long(self, positions: int | None) -> None:
        """Refuses a maximum length beyond the positions that the model knows."""
        if positions is not None and self.max_length > positions:
            raise UserError(
                f"max_length={self.max_length}: '{self.name}' reads {positions} tokens at most; "
                "give no more than that, or 0 for its own maximum"
            )
