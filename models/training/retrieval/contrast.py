"""The contrastive loss, and batches for it in which every text is encoded once.

For a query q and one of its right documents t, among candidates C that hold t,

    L(q, t) = -log( exp(s(q, t) / T) / sum over d in C of exp(s(q, d) / T) ),

averaged over the pairs (q, t) of a batch; s is the model's similarity or logit, T the temperature.
`in-batch`: C is every document of the batch but the other right ones of q (van den Oord et al.,
arXiv 1807.03748; Henderson et al., arXiv 1705.00652, "multiple negatives ranking" with masks).
`own`: C is t and the negatives of q's own row, the loss of ToolRet's paper (arXiv 2503.01763).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

LEFT_OUT, CANDIDATE, TARGET = 0, 1, 2
SLICE = 16
"""Texts of about the same length that run together on a CPU, which gains nothing by more."""
Features = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A query with one right document.

    Attributes:
        query: as the model reads it.
        target: the right document's id.
        right: ids of all right documents.
        wrong: ids of negatives.
        source: where the row comes from.
    """

    query: str
    target: str
    right: frozenset[str]
    wrong: tuple[str, ...]
    source: str


def roles_of(pairs: Sequence[Pair], in_batch: bool) -> tuple[list[str], Tensor]:
    """The documents of a batch, and what each is to each query.

    Returns:
        Ids of the documents, each once; and an int8 tensor of shape (pairs, documents) of
        `LEFT_OUT`, `CANDIDATE` or `TARGET`.
    """
    listed = (d for pair in pairs for d in (pair.target, *pair.wrong))
    place = {id: i for i, id in enumerate(dict.fromkeys(listed))}
    roles = np.full((len(pairs), len(place)), CANDIDATE if in_batch else LEFT_OUT, np.int8)
    for row, pair in zip(roles, pairs, strict=True):
        row[[place[id] for id in pair.wrong]] = CANDIDATE
        row[[place[id] for id in pair.right if id in place]] = LEFT_OUT
        row[place[pair.target]] = TARGET
    return list(place), torch.from_numpy(roles)


def info_nce(scores: Tensor, roles: Tensor) -> Tensor:
    """The loss of a batch: InfoNCE (van den Oord et al., arXiv 1807.03748), the mean over pairs.

    Args:
        scores: s(q, d) / T, shape (pairs, documents).
        roles: see `roles_of`, shape (pairs, documents).

    Returns:
        -log of the target's share among the target and its candidates, a scalar in nats.
    """
    candidates = scores.float().masked_fill(roles == LEFT_OUT, float("-inf"))
    return nn.functional.cross_entropy(candidates, (roles == TARGET).int().argmax(dim=1))


@dataclass
class Collator:
    """Makes a batch for the trainer from numbers of pairs.

    Attributes:
        pairs: all that are trained on.
        documents: text by id, as the model reads it.
        preprocess: makes tokens of texts, or of pairs of texts: the model's own.
        in_batch: whether the documents of other rows are candidates.
        together: whether the model reads query and document together.
    """

    pairs: Sequence[Pair]
    documents: Mapping[str, str]
    preprocess: Callable[..., Features]
    in_batch: bool
    together: bool
    valid_label_columns: tuple[str, ...] = ()
    """Of the rows that it is given: the library asks for them."""

    def __call__(self, rows: Sequence[Mapping[str, int]]) -> Features:
        """Tokens as `query_*` and `document_*`, or as `pair_*`, and the roles as `label`."""
        chosen = [self.pairs[row["pair"]] for row in rows]
        ids, roles = roles_of(chosen, self.in_batch)
        texts = [self.documents[id] for id in ids]
        if self.together:
            places = roles.nonzero().tolist()
            said = {"pair": self.preprocess([(chosen[q].query, texts[d]) for q, d in places])}
        else:
            queries = self.preprocess([pair.query for pair in chosen])
            said = {"query": queries, "document": self.preprocess(texts)}
        named = {f"{side}_{k}": v for side, found in said.items() for k, v in found.items()}
        return {**named, "label": roles}


class Contrast(nn.Module):
    """The loss as sentence-transformers' trainers call it, in bounded memory.

    Where a batch holds more texts than `micro_batch`, the vectors are computed first without
    gradients, then again piece by piece with those of the loss (GradCache: Gao et al., arXiv
    2101.06983), which gives the same gradients. Dropout is off, so the pieces make no difference.

    Args:
        model: whose parameters are trained.
        run: gives the vectors, or the scores, of one piece of features.
        score: scores of a batch, divided by the temperature, from what `run` gave for each side
            and the roles.
        micro_batch: texts that memory holds with all that gradients need.
    """

    def __init__(
        self,
        model: nn.Module,
        run: Callable[[nn.Module, Features], Tensor],
        score: Callable[[Sequence[Tensor], Tensor], Tensor],
        micro_batch: int,
    ) -> None:
        super().__init__()
        self.model, self.micro_batch = model, micro_batch
        self._run, self._score = run, score

    def forward(self, sides: Sequence[Features], labels: Tensor) -> Tensor:
        """The loss of a batch."""
        self.model.eval()  # no dropout
        texts = sum(_count(side) for side in sides)
        if texts <= self.micro_batch or not torch.is_grad_enabled():
            made = [self._outputs(side) for side in sides]
            return info_nce(self._score(made, labels), labels)
        with torch.no_grad():
            made = [self._outputs(side) for side in sides]
        for output in made:
            output.requires_grad_()
        loss = info_nce(self._score(made, labels), labels)
        wanted = torch.autograd.grad(loss, made)
        loss = loss.detach().requires_grad_()
        loss.register_hook(partial(self._backward, sides, wanted))  # type: ignore[no-untyped-call]
        return loss

    @property
    def _size(self) -> int:
        """Texts that run together."""
        on_cpu = next(self.model.parameters()).device.type == "cpu"
        return min(self.micro_batch, SLICE) if on_cpu else self.micro_batch

    def _outputs(self, side: Features) -> Tensor:
        """What the model gives for all texts of one side, in their order."""
        order, made = [], []
        for chosen, piece in _pieces(side, self._size):
            order.append(chosen)
            made.append(self._run(self.model, piece))
        back = torch.cat(order).argsort()
        return torch.cat(made)[back]

    def _backward(self, sides: Sequence[Features], wanted: Sequence[Tensor], scale: Tensor) -> None:
        """Hands the gradients of outputs on to the parameters."""
        with torch.enable_grad():
            for side, gradients in zip(sides, wanted, strict=True):
                for chosen, piece in _pieces(side, self._size):
                    output = self._run(self.model, piece)
                    ((output * gradients[chosen]).sum() * scale).backward()  # type: ignore[no-untyped-call]


def embed(normalize: bool, model: nn.Module, features: Features) -> Tensor:
    """Vectors of an embedder, shape (texts, d)."""
    vectors: Tensor = model(features)["sentence_embedding"]
    return nn.functional.normalize(vectors.float(), dim=1) if normalize else vectors.float()


def logits(model: nn.Module, features: Features) -> Tensor:
    """Scores of a cross-encoder, shape (pairs, 1)."""
    scores: Tensor = model(features)["scores"]
    return scores.float().reshape(-1, 1)


def compare(temperature: float, made: Sequence[Tensor], roles: Tensor) -> Tensor:
    """Scores from vectors of queries and documents."""
    queries, documents = made
    return queries @ documents.T / temperature


def place(temperature: float, made: Sequence[Tensor], roles: Tensor) -> Tensor:
    """Scores from logits of the candidates, query after query."""
    scores = made[0].new_zeros(roles.shape)
    return scores.masked_scatter(roles != LEFT_OUT, made[0].reshape(-1) / temperature)


def _count(side: Features) -> int:
    return len(side["input_ids"])


def _pieces(side: Features, size: int) -> Iterator[tuple[Tensor, Features]]:
    """Texts of a side, longest first, at most `size` at a time, without needless padding."""
    mask = side["attention_mask"]
    lengths = mask.sum(dim=1)
    padded_behind = bool(mask[:, 0].all())
    order = lengths.argsort(descending=True, stable=True)
    width = side["input_ids"].shape[1]
    for chosen in order.split(size):
        longest = int(lengths[chosen].max()) if padded_behind else width
        yield (
            chosen,
            {
                name: _cut(value[chosen], width, longest)
                if isinstance(value, Tensor) and value.ndim and len(value) == len(order)
                else value
                for name, value in side.items()
            },
        )


def _cut(rows: Tensor, width: int, longest: int) -> Tensor:
    """Rows of tokens without columns of padding behind them."""
    return rows[:, :longest] if rows.ndim > 1 and rows.shape[1] == width else rows
