"""Contrastive fine-tuning of embedders and cross-encoders, on data such as ToolRet-train's.

The losses stand in `models.training.retrieval.contrast`, the formats that are read in
`models.training.retrieval.examples`. Rows that ask what a registered task asks are refused, see
`harness.training.leaks`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from harness.contracts import Planned, Stage
from harness.errors import MissingExtra, UserError, unknown
from harness.training.leaks import NEAR
from harness.training.work import Work
from harness.workspace import workspace
from models.training.ranges import require
from models.training.retrieval.bases import Base
from models.training.retrieval.preparing import (
    DOCUMENTS,
    HELD_OUT,
    ROWS,
    Data,
    Preparation,
    read_documents,
    read_rows,
)

MEASURE = "nDCG@10"
LOSSES = ("in-batch", "own")
DTYPES = ("float32", "bfloat16")


@dataclass(frozen=True)
class ToolRet:
    """Trains a retriever or a reranker by telling right documents from others.

    Every right document of a query is learned from by itself. Dropout is off, so that batches may
    run through the model in pieces of any size. A document that is too long is read to its first
    `max_length` tokens, as retrievers do when they are run, and counted; a query that is too long
    is left out and counted.

    Attributes:
        data: a JSONL file of ToolRet-train's format, or a folder of files in ToolRet's layout.
        base: "minilm", a folder, or an id on the hub: a model of sentence-transformers.
        revision: of the base on the hub.
        kind: "embedder" or "cross-encoder"; empty is what the base is. A bare transformer is made
            an embedder that pools by its mean.
        leave_out: files of queries in a folder that are not read, without "_queries.jsonl".
        instruction: whether queries are read with their instructions.
        query: template of a query without instruction; empty is the model's own, as in `hf`.
        instructed: of a query with one.
        document: of a document.
        loss: "in-batch" tells a right document from all others of the batch, "own" from the
            negatives of its row alone, as ToolRet's paper does; cross-encoders want "own".
        negatives: of a row at most, the first that it has.
        mine: expression of the retriever that finds what rows lack of negatives, such as "bm25";
            empty mines none.
        mine_from: rank of the first document that is taken for a negative, from 1.
        by_source: whether the rows of a batch come from one source, which makes it harder.
        per_source: queries of a source at most, drawn by chance; 0 for all.
        held_out: queries that are not trained on; nDCG@10 over their right documents and
            negatives is measured before and after.
        near: similarity from which on a query counts as an evaluation query.
        batch: pairs of a query and a right document that a step learns from.
        epochs: how often each pair is learned from.
        steps: of the optimizer, in the place of `epochs`; 0 leaves it to those.
        lr: the highest learning rate; it falls linearly to 0.
        warmup: share of the steps in which it rises.
        weight_decay: of AdamW.
        clip: the longest gradient; longer ones are shortened to that.
        temperature: by which scores are divided.
        max_length: tokens of a text, or of a query and document together, that are read in
            training; 0 is the base's own. The checkpoint keeps the base's own in any case.
        seed: of the order of rows, of what is drawn, and of weights that the base lacks.
        dtype: what matrices are multiplied in: "float32", or "bfloat16" over weights in float32.
        micro_batch: texts that memory holds at once with all that gradients need; halved when it
            runs out.
        device: "cpu", "cuda", "cuda:1", "mps"; None chooses.
        save_every: steps between two checkpoints from which training goes on.

    Raises:
        MissingExtra: sentence-transformers, datasets or accelerate is not installed.
        UserError: a setting makes no sense, or there is no such base.
    """

    data: str
    base: str = "minilm"
    _: KW_ONLY
    revision: str = ""
    kind: str = ""
    leave_out: tuple[str, ...] = ()
    instruction: bool = True
    query: str = ""
    instructed: str = ""
    document: str = ""
    loss: str = "in-batch"
    negatives: int = 1
    mine: str = ""
    mine_from: int = 1
    by_source: bool = False
    per_source: int = 0
    held_out: int = 0
    near: float = NEAR
    batch: int = 64
    epochs: int = 1
    steps: int = 0
    lr: float = 5e-5
    warmup: float = 0.1
    weight_decay: float = 0.0
    clip: float = 1.0
    temperature: float = 0.05
    max_length: int = 0
    seed: int = 0
    dtype: str = "float32"
    micro_batch: int = 256
    device: str | None = None
    save_every: int = 50

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"micro_batch", "device", "save_every"})

    def __post_init__(self) -> None:
        for package in ("sentence_transformers", "datasets", "accelerate"):
            if not find_spec(package):
                raise MissingExtra("training a retriever", "train")
        for name, known in (("loss", LOSSES), ("dtype", DTYPES)):
            value = getattr(self, name)
            if value not in known:
                raise unknown(name, value, known, f"There is: {', '.join(known)}")
        self._require_numbers()
        if self.starting.kind == "cross-encoder" and self.loss != "own":
            raise UserError(
                "a cross-encoder reads every pair, so the documents of a batch would be read for "
                'each of its queries: set loss="own", and mine="bm25" where rows lack negatives'
            )
        if self.loss == "own" and not self.negatives:
            raise UserError(
                'loss="own" learns from the negatives of a row: set negatives=1 or more'
            )

    @property
    def adapter(self) -> str:
        """The expression that runs the checkpoint, with the templates that were trained."""
        return self.starting.adapter

    @property
    def parent(self) -> Mapping[str, str]:
        """The base."""
        place = self.starting.place
        return {"name": place.name, "revision": place.revision, "digest": place.digest or ""}

    @property
    def inputs(self) -> Mapping[str, Path]:
        """The data."""
        return {"data": self._path}

    def stages(self) -> Sequence[Stage]:
        """Data, then training."""
        return (Data(self._preparation, self.starting), Train(self))

    @property
    def _path(self) -> Path:
        return workspace().path(self.data)

    @cached_property
    def starting(self) -> Base:
        """The model that training starts from."""
        templates = {name: getattr(self, name) for name in ("query", "instructed", "document")}
        return Base(self.base, self.revision, self.kind, templates)

    @property
    def _preparation(self) -> Preparation:
        return Preparation(self._path, **{name: getattr(self, name) for name in _PREPARING})

    def _require_numbers(self) -> None:
        counts = ("negatives", "per_source", "held_out", "steps", "max_length", "seed")
        require(
            self,
            at_least_one=("batch", "epochs", "mine_from", "micro_batch", "save_every"),
            from_zero=(*counts, "weight_decay"),
            above_zero=("lr", "clip", "temperature"),
            below_one=("warmup",),
        )


@dataclass(frozen=True, eq=False)
class Train:
    """Trains, and writes the model as sentence-transformers saves it.

    Attributes:
        settings: of the training.
    """

    settings: ToolRet
    name: str = field(init=False, default="train")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Steps, if nothing were refused."""
        settings, pairs = self.settings, before["data"].counts["pairs"]
        steps = settings.steps or settings.epochs * math.ceil(pairs / settings.batch)
        return Planned({"steps": steps, "pairs": steps * settings.batch})

    def run(self, work: Work) -> None:
        """Trains from the last checkpoint on, if there is one.

        Raises:
            UserError: training diverges, or memory does not suffice for one text.
            KeyboardInterrupt: a person stopped it; a checkpoint was saved first.
        """
        from models.neural.devices import choose_device
        from models.neural.opening import quiet
        from models.training.retrieval.contrast import Collator
        from models.training.retrieval.fitting import Fitting, fit, planned
        from models.training.running import checkpoints
        from models.training.running.course import Course
        from models.training.running.interruption import interruptible

        settings, base, data = self.settings, self.settings.starting, work.before("data")
        device = choose_device(settings.device)
        documents = read_documents(data / DOCUMENTS)
        pairs = [pair for row in read_rows(data / ROWS) for pair in self._pairs(row)]
        batches = planned(
            pairs,
            settings.batch,
            settings.epochs,
            settings.steps,
            settings.by_source,
            settings.seed,
        )
        with interruptible() as stopped, quiet():
            model = base.opened(device, settings.seed)
            own = model.max_seq_length
            before = self._before(model, work, documents)
            if settings.max_length:
                model.max_seq_length = settings.max_length
            collator = Collator(
                pairs,
                {id: base.document(text) for id, text in documents.items()},
                model.preprocess,
                settings.loss == "in-batch",
                base.kind == "cross-encoder",
            )
            fitting = Fitting(
                **{name: getattr(settings, name) for name in _FITTING},
                device=device,
                batch=settings.batch * (2 + settings.negatives),
                max_length=own or 0,
            )
            course = Course(fitting, work, len(batches), stopped)
            if not fit(model, self._loss(model), collator, batches, fitting, course):
                raise KeyboardInterrupt
            model.max_seq_length = own
            model.eval()
            after = self._measured(model, data, documents)
            model.save_pretrained(str(work.out), create_model_card=False)
        measured = {"before": before, "after": after}
        told = {} if after is None else {f"{MEASURE} of held-out queries": measured}
        work.summarise({**course.summary(), "pairs": sum(map(len, batches)), **told})
        checkpoints.delete_all(work.folder)

    def _pairs(self, row: Any) -> list[Any]:
        from models.training.retrieval.contrast import Pair

        query = self.settings.starting.query(row.query, row.prompt)
        right = frozenset(row.positives)
        return [Pair(query, id, right, row.negatives, row.source) for id in row.positives]

    def _loss(self, model: Any) -> Any:
        from models.training.retrieval.contrast import Contrast, compare, embed, logits, place

        settings, base = self.settings, self.settings.starting
        if base.kind == "cross-encoder":
            return Contrast(
                model, logits, partial(place, settings.temperature), settings.micro_batch
            )
        run = partial(embed, base.similarity == "cosine")
        return Contrast(model, run, partial(compare, settings.temperature), settings.micro_batch)

    def _before(self, model: Any, work: Work, documents: Mapping[str, str]) -> float | None:
        """What held-out queries find with the base; found out in the first sitting only."""
        kept = work.rows("before.jsonl")
        if not list(kept):
            kept.add({MEASURE: self._measured(model, work.before("data"), documents)})
        found: float | None = next(iter(kept))[MEASURE]
        return found

    def _measured(self, model: Any, data: Path, documents: Mapping[str, str]) -> float | None:
        """What held-out queries find; None where there are none."""
        from models.training.retrieval.measuring import measured

        held = read_rows(data / HELD_OUT)
        base = self.settings.starting
        return measured(model, base, held, documents, MEASURE) if held else None


_PREPARING = (
    *("leave_out", "instruction", "per_source", "held_out", "negatives", "mine", "mine_from"),
    *("near", "max_length", "seed", "device"),
)
_FITTING = ("lr", "warmup", "weight_decay", "clip", "seed", "save_every", "dtype", "micro_batch")
