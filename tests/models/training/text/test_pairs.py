"""A pair as a row of token ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.training.text.pairs import pair_row
from models.training.text.rendering import Encoded


class Letters:
    """A base whose tokens are letters."""

    @property
    def tokenizer(self) -> Letters:
        return self

    def decode(self, ids: Sequence[int], **options: object) -> str:
        return "".join(map(chr, ids))


def encoded(prompt: str, said: str) -> Encoded:
    whole = prompt + said
    return Encoded(tuple(map(ord, whole)), ((len(prompt), len(whole)),))


def test_a_row_has_both_sides_and_what_is_learned_of_them() -> None:
    """Of 2 + 3 and 2 + 1 tokens, 3 and 1 are learned."""
    base: Any = Letters()
    row = pair_row(base, 7, encoded("a?", "yes"), encoded("a?", "n"))
    assert (row["line"], row["length"], row["tokens"], row["trained"]) == (7, 5, 8, 4)
    assert row["chosen"] == {
        "parts": [{"text": "a?", "trained": False}, {"text": "yes", "trained": True}],
        "ids": tuple(map(ord, "a?yes")),
        "spans": ((2, 5),),
    }
    assert row["rejected"]["parts"][1] == {"text": "n", "trained": True}
