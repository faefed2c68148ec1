import math

import numpy as np
import pytest

from models.bm25 import BM25
from models.lexical.bm25_weights import lucene_lengths, weights


def test_lucenes_lengths_are_exact_below_40_and_then_rounded_down() -> None:
    # SmallFloat.intToByte4 stores 24 + m * 2**e with a four-digit m: after 39 come steps of 2
    # (24 + 16 = 40 to 24 + 30 = 54), of 4 (24 + 32 = 56 to 24 + 60 = 84), of 8 (from 24 + 64 = 88).
    given = [0, 1, 39, 40, 41, 42, 55, 56, 59, 60, 87, 88, 95, 96, 1000]
    stored = [0, 1, 39, 40, 40, 42, 54, 56, 56, 60, 84, 88, 88, 96, 984]  # 984 = 24 + 15 * 64
    assert lucene_lengths(np.array(given)).tolist() == stored


def test_lucenes_lengths_are_those_that_its_norms_can_hold() -> None:
    def decode(byte: int) -> int:  # byte4ToInt, as documented: 24 free values, then mantissas
        if byte < 24:
            return byte
        mantissa, exponent = (byte - 24) & 7, (byte - 24) >> 3
        return 24 + (mantissa if exponent == 0 else (mantissa | 8) << (exponent - 1))

    storable = np.array([decode(byte) for byte in range(256)])
    lengths = np.unique(np.geomspace(1, 2**31 - 1, 5000).astype(np.int64))
    expected = storable[np.searchsorted(storable, lengths, side="right") - 1]
    assert np.array_equal(lucene_lengths(lengths), expected)


@pytest.mark.parametrize(
    ("variant", "idf", "tf"),
    # One term, in 1 of 4 documents, 3 times; that document has 6 terms of 3 on average: with
    # k1 = 2 and b = .5, norm = .5 + .5 * 6 / 3 = 1.5 and k1 * norm = 3.
    [
        ("lucene", math.log(1 + 3.5 / 1.5), 3 / (3 + 3)),
        ("robertson", math.log(3.5 / 1.5), 3 / (3 + 3)),
        ("atire", math.log(4 / 1), 3 * 3 / (3 + 3)),
        ("bm25+", math.log(5 / 1), 3 * 3 / (3 + 3) + 0.25),
        ("bm25l", math.log(5 / 1.5), 3 * (3 / 1.5 + 0.25) / (2 + 3 / 1.5 + 0.25)),
    ],
)
def test_each_variant_is_its_formula(variant: str, idf: float, tf: float) -> None:
    model = BM25(k1=2, b=0.5, variant=variant, delta=0.25)
    counts = np.array([3], np.float32), np.array([1], np.int32), np.array([1])
    found = weights(*counts, np.array([2, 6, 4, 0]), model)
    assert found.dtype == np.float32
    assert found.tolist() == [pytest.approx(idf * tf, rel=1e-6)]


def test_robertsons_idf_does_not_go_below_zero() -> None:
    counts = np.ones(3, np.float32), np.arange(3, dtype=np.int32), np.array([3])
    assert weights(*counts, np.ones(4, int), BM25(variant="robertson")).tolist() == [0, 0, 0]


def test_lucene_does_not_count_empty_documents() -> None:
    # Two of four documents have terms: n = 2, mean length (2 + 4) / 2 = 3, and with k1 = b = 1 the
    # second document's norm is 4 / 3.
    counts = np.ones(1, np.float32), np.array([1], np.int32), np.array([1])
    found = weights(*counts, np.array([2, 4, 0, 0]), BM25(k1=1, b=1, lengths="lucene"))
    assert found.tolist() == [pytest.approx(math.log(1 + 1.5 / 1.5) / (4 / 3 + 1), rel=1e-6)]
