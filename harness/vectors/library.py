"""Every text is encoded once: texts go to an embedder, their vectors into the cache."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from harness.cache import open_space
from harness.contracts import Embedder
from harness.encoded import Encoded
from harness.errors import UserError
from harness.loading import load_model
from harness.ranking import sum_notes
from harness.records import Text
from harness.vectors.checking import at_length_1, checked
from harness.vectors.texts import READ, Texts
from harness.workspace import workspace

Keys = NDArray[Any]
Positions = NDArray[np.int64]
SMALLEST, LARGEST = 64, 16_384
"""Bounds on the texts of a block, which is what an interruption can cost."""
SECONDS = 15.0
"""What a block should take to encode."""


class Library:
    """The vectors of one embedder.

    Args:
        embedder: whose vectors these are.
        root: the cache; None keeps them in a temporary folder, gone with this object.

    Raises:
        UserError: the cache cannot be used.
    """

    def __init__(self, embedder: Embedder, root: Path | None) -> None:
        self.embedder = embedder
        self.form = str(getattr(embedder, "form", "single"))
        folder = root or Path(mkdtemp(prefix="assay-"))
        if root is None:
            finalize(self, rmtree, folder, ignore_errors=True)
        loaded = load_model(embedder)
        self.name = loaded.name
        self._cosine = _by_cosine(embedder, self.name)
        encoder = _encoder(embedder, loaded.identity, self.name, cosine=self._cosine)
        self.space = open_space(folder, encoder, self.name)
        self._say_damaged()

    def positions(self, texts: Texts, doing: str = "encoding") -> Positions:
        """Where the vectors of some texts lie in `space`; those that are missing are encoded.

        Args:
            texts: shape (n,).
            doing: what the progress says.

        Returns:
            Shape (n,); texts that the embedder reads alike share a position.

        Raises:
            UserError: the embedder gave something else than finite vectors of one dimension.
        """
        keys, lengths = self._keys(texts)
        places = self.space.find(keys)
        missing = np.flatnonzero(places < 0)
        if missing.size:
            distinct = missing[np.unique(keys[missing], return_index=True)[1]]
            # Longest first: memory shows at once whether it suffices, and batches waste little.
            distinct = distinct[np.argsort(-lengths[distinct], kind="stable")]
            self._encode(texts, keys, distinct, doing)
            places[missing] = self.space.find(keys[missing])
        return places

    def _keys(self, texts: Texts) -> tuple[Keys, NDArray[np.int32]]:
        """The key and the length in characters of every text."""
        digests, lengths, stream = bytearray(), [], iter(texts)
        while block := list(islice(stream, READ)):
            for rendered in self._rendered(block, texts.kind):
                digests += sha256(rendered.encode("utf-8", "surrogatepass")).digest()[:16]
                lengths.append(len(rendered))
        return np.frombuffer(bytes(digests), dtype="S16"), np.array(lengths, dtype=np.int32)

    def _rendered(self, texts: Sequence[Text], kind: str) -> Sequence[str]:
        """What the embedder reads: its own account of it, or all that it is given."""
        render: Callable[..., Sequence[str]] | None = getattr(self.embedder, "render", None)
        if render is not None:
            rendered = render(texts, kind)
            if len(rendered) != len(texts) or not all(isinstance(text, str) for text in rendered):
                raise UserError(f"{self.name}: render must give one str for each of the texts")
            return rendered
        return [f"{kind}\x1f{text.instruction!r}\x1f{text.text}" for text in texts]

    def _encode(self, texts: Texts, keys: Keys, chosen: NDArray[np.intp], doing: str) -> None:
        """Encodes the chosen texts block by block; a block is safe before the next one begins."""
        pace, done, total = _Pace(), 0, len(chosen)
        news = _News(f"{self.name}, {doing}")
        workspace().tell(doing, 0, total)
        while done < total:
            block = chosen[done : done + pace.size]
            started = time.perf_counter()
            inputs = [texts[int(place)] for place in block]
            answer = self.embedder.encode(inputs, kind=texts.kind)
            encoded = answer if isinstance(answer, Encoded) else Encoded(answer)
            values = checked(
                encoded.values, self.form, [texts.label(int(p)) for p in block], self.name
            )
            _refuse_other_lengths(encoded, len(block), self.name)
            if self._cosine:
                values = at_length_1(values, self.form)
            self.space.append(keys[block], values, encoded.tokens, encoded.truncated)
            pace.took(len(block), time.perf_counter() - started)
            done += len(block)
            workspace().tell(doing, done, total)
            news.take(encoded.notes)
        news.end()

    def _say_damaged(self) -> None:
        if self.space.damaged:
            workspace().say(
                f"damaged blocks among the cached embeddings of {self.name}: "
                f"{self.space.damaged}; their texts are encoded again"
            )


@dataclass
class _Pace:
    """How many texts go into a block, so that it takes about as long as it should."""

    size: int = SMALLEST

    def took(self, texts: int, seconds: float) -> None:
        wanted = texts * SECONDS / max(seconds, 1e-3)
        self.size = int(np.clip(np.clip(wanted, self.size / 2, self.size * 4), SMALLEST, LARGEST))


class _News:
    """What an embedder counts: said when it first comes up, and at the end where it grew."""

    def __init__(self, about: str) -> None:
        self._about = about
        self._first: dict[str, int] = {}
        self._total: dict[str, int] = {}

    def take(self, notes: Mapping[str, int]) -> None:
        """The counts of one block."""
        for what, count in notes.items():
            if what not in self._first:
                workspace().say(f"{self._about}: {what}: {count:,}")
        self._first = {**notes, **self._first}
        self._total = sum_notes(self._total, notes)

    def end(self) -> None:
        """No block is left."""
        for what, count in self._total.items():
            if count != self._first[what]:
                workspace().say(f"{self._about}: {what}: {count:,} in all")


def _refuse_other_lengths(encoded: Encoded, texts: int, name: str) -> None:
    """Raises `UserError` where what is told of the texts is not about so many."""
    for what, told in (("tokens", encoded.tokens), ("truncated", encoded.truncated)):
        if told is not None and len(told) != texts:
            raise UserError(f"{name}: encode gave {len(told)} of '{what}' for {texts} texts")


def _by_cosine(embedder: Embedder, name: str) -> bool:
    """Whether vectors are compared by cosine; an embedder that says nothing means the dot product.

    Raises:
        UserError: it says something else.
    """
    similarity = getattr(embedder, "similarity", None) or "dot"
    if isinstance(similarity, str) and similarity not in ("dot", "cosine"):
        raise UserError(f"{name}: similarity is '{similarity}', and must be 'dot' or 'cosine'")
    return bool(similarity == "cosine")


def _encoder(embedder: Embedder, identity: object, name: str, *, cosine: bool) -> dict[str, Any]:
    """What makes two vectors of one text the same vector. Raises `UserError` if it is no JSON."""
    scaled = {"similarity": "cosine"} if cosine else {}
    encoder = getattr(embedder, "encoder", None)
    if encoder is None:
        return {"model": identity, **scaled}
    try:
        json.dumps(encoder)
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: the attribute encoder must be plain JSON: {error}") from error
    return {"encoder": encoder, "version": getattr(embedder, "version", None), **scaled}
