"""A small sentence encoder from nothing: its tokenizer, its words, then layers above them.

Names that nobody has seen are met by their pieces. So words are learned first, each piece with a
vector and a weight of its own, as a bag; it starts as a lexical matcher, for the vectors are drawn
by chance and the weights are inverse document frequencies. Layers of attention come later and begin
by adding nothing, beyond normalising once more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import KW_ONLY, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from harness.contracts import Planned, Stage
from harness.errors import MissingExtra, UserError
from harness.sources import Source
from harness.training.leaks import NEAR
from harness.training.work import Work
from harness.workspace import workspace
from models.producers.toolret import ToolRet, Train
from models.training.ranges import require
from models.training.retrieval.examples import Examples, read_examples
from models.training.retrieval.preparing import Data, Preparation

QUERY, INSTRUCTED = "query: {query}", "query: {query} want: {instruction}"
"""How the encoder reads queries without an instruction and with one."""
MODEL = "model"
PAD, UNKNOWN, START, END = "[PAD]", "[UNK]", "[CLS]", "[SEP]"
_SPREAD = 0.05
"""Standard deviation of the vectors of pieces in the beginning."""


@dataclass(frozen=True)
class PretrainEncoder:
    """Trains an embedder of the kind of BERT from random weights, by telling right from wrong.

    The loss is that of `toolret` with documents of the batch as negatives. Its data is read, and
    rows that ask what a registered task asks are refused, as there. The checkpoint is one of
    sentence-transformers: transformer, weight of each token, weighted mean, length 1.

    Attributes:
        data: a JSONL file of ToolRet-train's format. Rows without a prompt are read as queries
            without instruction.
        vocabulary: pieces of words that the tokenizer knows at most.
        width: numbers in a vector.
        layers: of attention; 0 leaves a bag of pieces.
        heads: of each layer.
        max_length: tokens of a text that are read; of a longer document its beginning.
        negatives: of a row at most.
        batch: pairs that a step learns from.
        steps: in which words are learned.
        lr: the highest learning rate meanwhile; it falls linearly to 0.
        layer_batch: as `batch`, while layers are learned.
        layer_steps: as `steps`.
        layer_lr: as `lr`.
        warmup: share of the steps in which the rate rises.
        weight_decay: of AdamW.
        temperature: by which similarities are divided.
        held_out: queries that are not trained on, see `toolret`.
        near: similarity from which on a query counts as an evaluation query.
        seed: of the weights and of the order of rows.
        micro_batch: texts that memory holds at once with all that gradients need.
        device: "cpu", "cuda", "cuda:1", "mps"; None chooses.
        save_every: steps between two checkpoints from which training goes on.

    Raises:
        MissingExtra: sentence-transformers, datasets or accelerate is not installed.
        UserError: a setting makes no sense.
    """

    data: str
    _: KW_ONLY
    vocabulary: int = 5000
    width: int = 256
    layers: int = 0
    heads: int = 4
    max_length: int = 128
    negatives: int = 2
    batch: int = 96
    steps: int = 800
    lr: float = 3e-3
    layer_batch: int = 32
    layer_steps: int = 300
    layer_lr: float = 1e-3
    warmup: float = 0.1
    weight_decay: float = 0.01
    temperature: float = 0.05
    held_out: int = 0
    near: float = NEAR
    seed: int = 0
    micro_batch: int = 1024
    device: str | None = None
    save_every: int = 100

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"micro_batch", "device", "save_every"})

    def __post_init__(self) -> None:
        for package in ("sentence_transformers", "datasets", "accelerate"):
            if not find_spec(package):
                raise MissingExtra("training a retriever", "train")
        least = {"vocabulary": 100, "width": 8, "heads": 1, "max_length": 8, "batch": 2, "steps": 1}
        for name, value in (least | {"layers": 0, "layer_batch": 2, "layer_steps": 1}).items():
            if getattr(self, name) < value:
                raise UserError(f"{name}={getattr(self, name)}: it is at least {value}")
        require(
            self,
            at_least_one=("micro_batch", "save_every"),
            from_zero=("negatives", "held_out", "weight_decay", "seed"),
            above_zero=("lr", "layer_lr", "temperature"),
            below_one=("warmup",),
        )
        if self.layers and self.width % self.heads:
            raise UserError(f"width={self.width}, heads={self.heads}: heads share the width evenly")

    @property
    def adapter(self) -> str:
        """The expression that runs the checkpoint, with the templates that were trained."""
        return f'hf(".", query="{QUERY}", instructed="{INSTRUCTED}")'

    @property
    def parent(self) -> Mapping[str, str]:
        """None: it starts from nothing."""
        return {}

    @property
    def inputs(self) -> Mapping[str, Path]:
        """The data."""
        return {"data": workspace().path(self.data)}

    def stages(self) -> Sequence[Stage]:
        """Tokenizer, data, words, and layers where there are any."""
        words = Words(self, "words", last=not self.layers)
        first: tuple[Stage, ...] = (Tokenizer(self), Prepared(self), words)
        return (*first, Layers(self)) if self.layers else first

    def fine_tuning(self, base: Path, *, layers: bool) -> ToolRet:
        """How a model that lies in a folder is trained further."""
        return ToolRet(
            self.data,
            base=str(base),
            query=QUERY,
            instructed=INSTRUCTED,
            negatives=self.negatives,
            by_source=True,
            held_out=self.held_out,
            near=self.near,
            batch=self.layer_batch if layers else self.batch,
            steps=self.layer_steps if layers else self.steps,
            lr=self.layer_lr if layers else self.lr,
            warmup=self.warmup,
            weight_decay=self.weight_decay,
            temperature=self.temperature,
            seed=self.seed,
            micro_batch=self.micro_batch,
            device=self.device,
            save_every=self.save_every,
        )

    @property
    def preparation(self) -> Preparation:
        """How the data is made."""
        return Preparation(
            self.inputs["data"],
            leave_out=(),
            instruction=True,
            per_source=0,
            held_out=self.held_out,
            negatives=self.negatives,
            mine="",
            mine_from=1,
            near=self.near,
            max_length=self.max_length,
            seed=self.seed,
            device=self.device,
        )


@dataclass(frozen=True, eq=False)
class Tokenizer:
    """Learns pieces of words, and writes a model that knows nothing but how rare each one is."""

    settings: PretrainEncoder
    name: str = field(init=False, default="tokenizer")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """The size of what comes out."""
        settings = self.settings
        own = settings.vocabulary * settings.width
        return Planned({"numbers of the words at most": own})

    def run(self, work: Work) -> None:
        """Writes the model."""
        settings = self.settings
        examples = read_examples(settings.inputs["data"], (), Source())
        texts = _texts(examples)
        work.tell(0, 2, "pieces of words")
        tokenizer = _tokenizer(texts, settings)
        work.tell(1, 2, "how rare they are")
        weights = _rarity(tokenizer, texts)
        model = _bag(tokenizer, weights, settings)
        model.save_pretrained(str(work.folder / MODEL), create_model_card=False)
        work.summarise(
            {
                "texts": len(texts),
                "pieces": len(tokenizer),
                "numbers": sum(p.numel() for p in model.parameters()),
            }
        )


@dataclass(frozen=True, eq=False)
class Prepared:
    """Makes the data, in tokens of the tokenizer that was learned."""

    settings: PretrainEncoder
    name: str = field(init=False, default="data")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Reads everything, and counts."""
        return self._stage(None).plan(before)

    def run(self, work: Work) -> None:
        """See `models.training.retrieval.preparing.Data`."""
        base = self.settings.fine_tuning(work.before("tokenizer") / MODEL, layers=False)
        self._stage(base).run(work)

    def _stage(self, base: ToolRet | None) -> Data:
        found: Any = base and base.starting
        return Data(self.settings.preparation, found)


@dataclass(frozen=True, eq=False)
class Words:
    """Learns the vector of each piece."""

    settings: PretrainEncoder
    name: str
    last: bool

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Steps, if nothing were refused."""
        return Planned(
            {
                "steps": self.settings.steps,
                "pairs": self.settings.steps * self.settings.batch,
            }
        )

    def run(self, work: Work) -> None:
        """Trains from the last checkpoint on, if there is one. Raises as `toolret` does."""
        base = work.before("tokenizer") / MODEL
        desk = copy(work)
        if not self.last:
            desk.out = work.folder / MODEL
        Train(self.settings.fine_tuning(base, layers=False)).run(desk)


@dataclass(frozen=True, eq=False)
class Layers:
    """Puts layers above the words and learns all together."""

    settings: PretrainEncoder
    name: str = field(init=False, default="layers")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Steps, if nothing were refused."""
        steps, batch = self.settings.layer_steps, self.settings.layer_batch
        return Planned({"steps": steps, "pairs": steps * batch})

    def run(self, work: Work) -> None:
        """Trains from the last checkpoint on, if there is one. Raises as `toolret` does."""
        start = work.folder / MODEL
        if not (start / "modules.json").is_file():
            _deepened(work.before("words") / MODEL, self.settings).save_pretrained(
                str(start), create_model_card=False
            )
        Train(self.settings.fine_tuning(start, layers=True)).run(work)


def _texts(examples: Examples) -> list[str]:
    """Every text that is read, once: queries as they are worded, and documents."""
    queries = (
        QUERY.replace("{query}", row.query)
        if row.prompt is None
        else INSTRUCTED.replace("{instruction}", row.prompt).replace("{query}", row.query)
        for row in examples.rows
    )
    return list(dict.fromkeys((*queries, *examples.documents.values())))


def _tokenizer(texts: Iterable[str], settings: PretrainEncoder) -> Any:
    """A tokenizer of pieces of words, for `transformers`.

    A word counts once, twice or three times where it stands in up to 9, 99 or 999 places, and so
    on. Names that the data repeats, and that no other data knows, would else become pieces of their
    own, and what they share with other names would not be learned.
    """
    from tokenizers import Tokenizer as Core
    from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    normalizer = normalizers.BertNormalizer(lowercase=True)
    digits = pre_tokenizers.Digits(individual_digits=True)
    split = pre_tokenizers.Sequence([pre_tokenizers.BertPreTokenizer(), digits])
    counts: Counter[str] = Counter()
    for text in texts:
        found = split.pre_tokenize_str(normalizer.normalize_str(text))
        counts.update(word for word, _ in found)
    # The trainer numbers the ends of words as it meets them, in an order that differs from run to
    # run, and the numbers decide between merges that are equally frequent.
    ends = sorted({f"##{letter}" for word in counts for letter in word[1:]})
    trainer = trainers.WordPieceTrainer(
        vocab_size=settings.vocabulary,
        special_tokens=[PAD, UNKNOWN, START, END, *ends],
        min_frequency=3,
        show_progress=False,
    )
    learned: Any = Core(models.WordPiece(unk_token=UNKNOWN))
    learned.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    weighed = (" ".join([word] * len(str(n))) for word, n in sorted(counts.items()))
    learned.train_from_iterator(weighed, trainer)
    core: Any = Core(models.WordPiece(learned.get_vocab(), unk_token=UNKNOWN))
    core.normalizer, core.pre_tokenizer = normalizer, split
    core.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}",
        special_tokens=[(mark, core.token_to_id(mark)) for mark in (START, END)],
    )
    core.decoder = decoders.WordPiece()
    fast: Any = PreTrainedTokenizerFast
    return fast(
        tokenizer_object=core,
        pad_token=PAD,
        unk_token=UNKNOWN,
        cls_token=START,
        sep_token=END,
        model_max_length=settings.max_length,
    )


def _rarity(tokenizer: Any, texts: Sequence[str]) -> dict[str, float]:
    """log(1 + texts / texts with the piece), by piece."""
    found: Counter[int] = Counter()
    for start in range(0, len(texts), 1000):
        rows = tokenizer(list(texts[start : start + 1000]), truncation=True)["input_ids"]
        for ids in rows:
            found.update(set(ids))
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    return {piece: math.log1p(len(texts) / (1 + found[id])) for piece, id in vocabulary}


def _bag(tokenizer: Any, weights: Mapping[str, float], settings: PretrainEncoder) -> Any:
    """The model without layers."""
    import tempfile

    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules

    torch.manual_seed(settings.seed)
    with tempfile.TemporaryDirectory() as folder:
        bert = _bert(len(tokenizer), 0, settings)
        bert.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        parts = [
            modules.Transformer(folder, max_seq_length=settings.max_length),
            modules.WordWeights(list(weights), dict(weights)),
            modules.Pooling(settings.width, "mean"),
            modules.Normalize(),
        ]
    prompts = {"query": QUERY.partition("{")[0], "instructed": INSTRUCTED, "document": ""}
    return SentenceTransformer(
        modules=parts, device="cpu", prompts=prompts, similarity_fn_name="cosine"
    )


def _deepened(folder: Path, settings: PretrainEncoder) -> Any:
    """A model of words with layers above them that do nothing yet."""
    import torch
    from sentence_transformers import SentenceTransformer

    model: Any = SentenceTransformer(str(folder), device="cpu")
    words = model[0].auto_model
    torch.manual_seed(settings.seed)
    deep = _bert(words.config.vocab_size, settings.layers, settings)
    deep.embeddings.load_state_dict(words.embeddings.state_dict())
    model[0].model = deep
    return model


def _bert(vocabulary: int, layers: int, settings: PretrainEncoder) -> Any:
    """BERT of random words, without sense of place, whose layers add nothing yet."""
    from torch import nn
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=settings.width,
        num_hidden_layers=layers,
        num_attention_heads=settings.heads,
        intermediate_size=2 * settings.width,
        max_position_embeddings=settings.max_length,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        type_vocab_size=1,
        pad_token_id=0,
    )
    model: Any = BertModel(config, add_pooling_layer=False)
    nn.init.normal_(model.embeddings.word_embeddings.weight, std=_SPREAD)
    nn.init.zeros_(model.embeddings.position_embeddings.weight)
    nn.init.zeros_(model.embeddings.token_type_embeddings.weight)
    for layer in model.encoder.layer:
        nn.init.zeros_(layer.attention.output.dense.weight)
        nn.init.zeros_(layer.output.dense.weight)
    return model
