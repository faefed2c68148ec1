"""Pretraining: a small causal language model from nothing, tokenizer and all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from harness.contracts import Planned, Stage
from harness.errors import MissingExtra, UserError, unknown
from harness.training.work import Rows, Work
from harness.workspace import workspace
from models.training.ranges import require
from models.training.text.conversations import Dialogue, read_dialogues
from models.training.text.rendering import Renderer
from models.training.text.settings import DTYPES

OPTIMIZERS = ("muon", "adamw")
ROWS, LEFT_OUT = "rows.jsonl", "left_out.jsonl"
_AT_ONCE = 64
_SHARP, _CONTENT = 7.0, 0.1
"""Of heads that look back: how sure they are of the place, and what the tokens count."""


@dataclass(frozen=True)
class Pretrain:
    """Trains tokenizer and weights of a Llama of our own size on conversations.

    Files of conversations are a curriculum: what is in the first is learned from first. Only the
    assistant's turns carry loss, unless `context_weight` says otherwise.

    Attributes:
        data: files of JSONL, see `models.training.text.conversations`, in the order of the
            curriculum; one or several.
        tokens: that are learned from in each file; one number, or one a file.
        template: a file with a chat template; empty is that of
            `models.training.scratch.tokenizer`.
        vocabulary: tokens of the tokenizer.
        sample: conversations of each file that the tokenizer is made from, at most.
        width: numbers that stand for a token.
        layers: of the model.
        heads: of attention, in each layer.
        neighbours: heads of the first layer that begin by looking at the token before, at the one
            before that, and so on; training may lead them elsewhere. What copies a name compares
            what stands before a token, which is learned several times sooner from here.
        inner: width of what lies between the two halves of a layer's feed-forward part.
        context: tokens that the model reads at most.
        lr: the highest learning rate.
        warmup: share of the steps in which it rises.
        decay: share of the steps in which it falls to 0, at the end; between, it stays.
        optimizer: of the layers' matrices, "muon" or "adamw"; all else is AdamW's.
        weight_decay: on the layers' matrices.
        clip: the longest gradient; longer ones are shortened to that.
        batch: tokens of a step, padding included.
        context_weight: what the loss of a token counts that is not the assistant's.
        max_length: tokens of the longest conversation; longer ones are left out and counted.
        seed: of weights and order.
        dtype: what is computed in: "float32", or "bfloat16" over weights in float32.
        micro_batch: conversations that run through the model at once; halved when memory runs out.
        device: "cpu", "cuda", "cuda:1", "mps"; None chooses.
        save_every: steps between two checkpoints from which training goes on.
        tokens_per_second: what a plan counts with; 0 where nobody knows.
    """

    data: str | tuple[str, ...]
    _: KW_ONLY
    tokens: int | tuple[int, ...] = 20_000_000
    template: str = ""
    vocabulary: int = 2048
    sample: int = 5000
    width: int = 192
    layers: int = 4
    heads: int = 4
    neighbours: int = 0
    inner: int = 512
    context: int = 4096
    lr: float = 6e-3
    warmup: float = 0.02
    decay: float = 0.25
    optimizer: str = "muon"
    weight_decay: float = 0.05
    clip: float = 1.0
    batch: int = 4096
    context_weight: float = 0.0
    max_length: int = 2048
    seed: int = 0
    dtype: str = "bfloat16"
    micro_batch: int = 64
    device: str | None = None
    save_every: int = 200
    tokens_per_second: float = 0.0

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset(
        {"micro_batch", "device", "save_every", "tokens_per_second"}
    )

    def __post_init__(self) -> None:
        if not find_spec("transformers"):
            raise MissingExtra("training a language model", "train")
        if self.dtype not in DTYPES:
            raise unknown("dtype", self.dtype, DTYPES, f"There is: {', '.join(DTYPES)}")
        if self.optimizer not in OPTIMIZERS:
            told = f"There is: {', '.join(OPTIMIZERS)}"
            raise unknown("optimizer", self.optimizer, OPTIMIZERS, told)
        self._require_numbers()

    @property
    def adapter(self) -> str:
        """The expression that runs the checkpoint."""
        return 'transformers(".")'

    @property
    def parent(self) -> Mapping[str, str]:
        """None."""
        return {}

    @property
    def inputs(self) -> Mapping[str, Path]:
        """The files of the curriculum, and the template where one is given."""
        found = {f"data {number}": path for number, path in enumerate(self.files, 1)}
        return {**found, "template": _file(self.template)} if self.template else found

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the curriculum."""
        named = (self.data,) if isinstance(self.data, str) else self.data
        return tuple(map(_file, named))

    @property
    def shares(self) -> tuple[int, ...]:
        """Tokens that are learned from in each file."""
        given = (self.tokens,) if isinstance(self.tokens, int) else tuple(self.tokens)
        return given * len(self.files) if len(given) == 1 else given

    @cached_property
    def template_text(self) -> str:
        """The chat template. Raises `UserError` where the one given cannot be read."""
        from models.training.scratch.tokenizer import TEMPLATE

        if not self.template:
            return TEMPLATE
        try:
            return _file(self.template).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"no chat template can be read at {self.template}: {error}") from error

    @property
    def template_digest(self) -> str:
        """SHA-256 of the chat template."""
        return sha256(self.template_text.encode()).hexdigest()

    @property
    def parameters(self) -> int:
        """Weights of the model; the head is the table of embeddings again."""
        biases = 4 * self.width if self.neighbours else 0
        layer = 4 * self.width**2 + 3 * self.width * self.inner + 2 * self.width + biases
        return self.vocabulary * self.width + self.layers * layer + self.width

    def stages(self) -> Sequence[Stage]:
        """Tokenizer, rows, training."""
        return (_Vocabulary(self), _Data(self), _Training(self))

    def _require_numbers(self) -> None:
        if not self.files:
            raise UserError("data names no file")
        if len(self.shares) != len(self.files):
            raise UserError(
                f"tokens has {len(self.shares)} numbers for {len(self.files)} files: give one for "
                "each, or one for all"
            )
        sizes = ("vocabulary", "sample", "width", "layers", "heads", "inner", "context", "batch")
        require(
            self,
            at_least_one=(*sizes, "max_length", "micro_batch", "save_every"),
            from_zero=("neighbours", "weight_decay", "context_weight", "tokens_per_second", "seed"),
            above_zero=("lr", "clip"),
            up_to_one=("warmup", "decay"),
        )
        if min(self.shares) < 1:
            raise UserError(f"tokens={self.tokens}: each number is at least 1")
        if self.width % (2 * self.heads):
            raise UserError(
                f"width={self.width} with heads={self.heads}: each head gets an even number of it"
            )
        if self.neighbours > self.heads:
            raise UserError(f"neighbours={self.neighbours}: a layer has heads={self.heads}")


@dataclass(frozen=True)
class _Vocabulary:
    """Trains the tokenizer on conversations as the template writes them."""

    settings: Pretrain
    name: ClassVar[str] = "vocabulary"

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Reads every file, so that whatever is malformed is told."""
        found = {path.name: sum(1 for _ in read_dialogues(path)) for path in self.settings.files}
        return Planned({"conversations": sum(found.values())}, hours=0.0, kwh=0.0)

    def run(self, work: Work) -> None:
        """Writes the tokenizer into the stage's folder."""
        from models.training.scratch.tokenizer import SMALLEST, train_tokenizer

        settings = self.settings
        bytes_only = train_tokenizer((), SMALLEST + 1, settings.template_text)
        renderer = Renderer(bytes_only, "the template", ends={bytes_only.eos_token_id})
        texts = [
            str(bytes_only.decode(list(sequence.ids)))
            for path in settings.files
            for dialogue in _spread(path, settings.sample)
            for sequence in renderer.sequences(dialogue.messages, dialogue.tools, dialogue.first)
        ]
        made = train_tokenizer(texts, settings.vocabulary, settings.template_text)
        made.model_max_length = settings.context
        made.save_pretrained(work.folder)
        work.summarise({"tokens": len(made), "conversations": len(texts)})


@dataclass(frozen=True)
class _Data:
    """Makes token ids of conversations: a row each, and those that are too long by themselves."""

    settings: Pretrain
    name: ClassVar[str] = "data"

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """As many rows as there are conversations, or fewer."""
        return Planned({"rows at most": before["vocabulary"].counts["conversations"]}, 0.0, 0.0)

    def run(self, work: Work) -> None:
        """Writes the rows, and goes on behind those that are there."""
        renderer = _renderer(work.before("vocabulary"))
        kept, left_out = work.rows(ROWS), work.rows(LEFT_OUT)
        last = max(((row["part"], row["line"]) for row in kept), default=(0, 0))
        for rows in (kept, left_out):  # the last lines may not all have been written
            rows.keep(lambda row: (row["part"], row["line"]) < last)
        made = self._made(renderer, last)
        limit = min(self.settings.max_length, self.settings.context)
        while some := list(islice(made, _AT_ONCE)):
            left_out.add(*({k: r[k] for k in _PLACE} for r in some if r["length"] > limit))
            kept.add(*(row for row in some if row["length"] <= limit))
            work.spend(sequences=len(some))
            work.tell(some[-1]["part"], len(self.settings.files), f"line {some[-1]['line']}")
        work.summarise(self._summary(kept, left_out))

    def _made(self, renderer: Renderer, first: tuple[int, int]) -> Iterator[dict[str, Any]]:
        for part, path in enumerate(self.settings.files):
            for dialogue in read_dialogues(path):
                if (part, dialogue.line) < first:
                    continue
                for row in renderer.sequences(dialogue.messages, dialogue.tools, dialogue.first):
                    yield {
                        "part": part,
                        "line": dialogue.line,
                        "length": len(row.ids),
                        "trained": row.trained,
                        "text": renderer.tokenizer.decode(list(row.ids)),
                        "ids": row.ids,
                        "spans": row.spans,
                    }

    def _summary(self, kept: Rows, left_out: Rows) -> dict[str, Any]:
        files = [path.name for path in self.settings.files]
        parts: list[dict[str, Any]] = [
            {"file": name, "rows": 0, "tokens": 0, "trained": 0, "too_long": 0} for name in files
        ]
        for row in kept:
            counted = parts[row["part"]]
            counted["rows"] += 1
            counted["tokens"] += row["length"]
            counted["trained"] += row["trained"]
        for row in left_out:
            parts[row["part"]]["too_long"] += 1
        for counted in parts:
            if not counted["rows"]:
                raise UserError(
                    f"all conversations of {counted['file']} are longer than what is read at most: "
                    "raise max_length and context"
                )
        return {"parts": parts}


@dataclass(frozen=True)
class _Training:
    """Trains the weights."""

    settings: Pretrain
    name: ClassVar[str] = "train"

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Steps and tokens as they are given; hours, where the speed is."""
        settings = self.settings
        steps = sum(math.ceil(tokens / settings.batch) for tokens in settings.shares)
        tokens, speed = sum(settings.shares), settings.tokens_per_second
        note = "hours are known where tokens_per_second says how fast training is here"
        return Planned(
            {"steps": steps, "tokens": tokens, "parameters": settings.parameters},
            tokens / speed / 3600 if speed else None,
            None,
            () if speed else (note,),
        )

    def run(self, work: Work) -> None:
        """Trains from the last checkpoint on, if there is one.

        Raises:
            UserError: training diverges, or memory does not suffice.
            KeyboardInterrupt: a person stopped it; a checkpoint was saved first.
        """
        import torch

        from models.neural.opening import quiet
        from models.training.running import checkpoints
        from models.training.running.interruption import interruptible
        from models.training.scratch.packing import Sequences
        from models.training.scratch.pretraining import Pretraining

        settings = self.settings
        tokenizer = _renderer(work.before("vocabulary")).tokenizer
        rows = Rows(work.before("data") / ROWS)
        parts = [
            Sequences.of((row["ids"], row["spans"]) for row in rows if row["part"] == part)
            for part in range(len(settings.files))
        ]
        model = _initial(settings, tokenizer)
        training = Pretraining(model, parts, tokenizer.pad_token_id, _regime(settings), work)
        with interruptible() as stopped:
            training.run(stopped)
        with quiet():
            model.to(torch.float16).save_pretrained(work.out)
            tokenizer.save_pretrained(work.out)
        checkpoints.delete_all(work.folder)


_PLACE = ("part", "line", "length")


def _file(name: str) -> Path:
    return workspace().path(name)


def _spread(path: Path, most: int) -> Iterator[Dialogue]:
    """Conversations from all over a file, no more than so many."""
    total = sum(1 for _ in read_dialogues(path))
    return islice(read_dialogues(path), 0, None, max(1, math.ceil(total / most)))


def _renderer(folder: Path) -> Renderer:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    return Renderer(tokenizer, "the model", ends={tokenizer.eos_token_id})


def _initial(settings: Pretrain, tokenizer: Any) -> Any:
    """A Llama with weights drawn by the seed, on its device.

    They are drawn larger than the usual 0.02, which suits models that are ten times as wide: here
    attention would begin so flat that copying is learned later.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from models.neural.devices import choose_device

    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=settings.width,
        intermediate_size=settings.inner,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        num_key_value_heads=settings.heads,
        max_position_embeddings=settings.context,
        tie_word_embeddings=True,
        initializer_range=settings.width**-0.5,
        attention_bias=settings.neighbours > 0,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        model: Any = LlamaForCausalLM(config)
    if settings.neighbours:
        rates = model.model.rotary_emb.inv_freq
        _look_back(model.model.layers[0].self_attn, settings.neighbours, rates)
    return model.to(choose_device(settings.device))


def _look_back(attention: Any, heads: int, rates: Any) -> None:
    """Makes the first heads of a layer look at the token before, the one before that, and so on.

    Rotary positions turn query and key of a pair of dimensions by an angle that grows with the
    place. With the same constant in both, and the key's turned further by d places, the score of
    two tokens is highest where they are d apart, whatever they are (Su et al., arXiv 2104.09864,
    section 3.4). Attention to the tokens before is what induction heads are made from (Olsson et
    al., arXiv 2209.11895).
    """
    import torch

    size, still = attention.head_dim, torch.zeros_like(rates)
    with torch.no_grad():
        for head in range(heads):
            own, turn = slice(head * size, (head + 1) * size), (head + 1) * rates
            for side in (attention.q_proj, attention.k_proj):
                side.weight[own] *= _CONTENT
            attention.q_proj.bias[own] = _SHARP * torch.cat([still.cos(), still.sin()])
            attention.k_proj.bias[own] = _SHARP * torch.cat([turn.cos(), turn.sin()])


def _regime(settings: Pretrain) -> Any:
    from models.training.scratch.pretraining import Regime

    return Regime(
        settings.shares,
        settings.batch,
        settings.lr,
        settings.warmup,
        settings.decay,
        settings.optimizer,
        settings.weight_decay,
        settings.clip,
        settings.context_weight,
        settings.dtype,
        settings.seed,
        settings.micro_batch,
        settings.save_every,
    )
