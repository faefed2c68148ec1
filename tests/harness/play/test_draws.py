from __future__ import annotations

from hashlib import sha256

from harness.play.draws import fraction


def test_a_fraction_hangs_on_its_key_alone() -> None:
    assert fraction("a", 1) == fraction("a", 1)
    assert len({fraction("a", 1), fraction("a", 2), fraction("b", 1), fraction("a1")}) == 4


def test_it_is_the_first_53_bits_of_the_hash_of_the_key_as_json() -> None:
    bits = "".join(f"{byte:08b}" for byte in sha256(b'["x", 7]').digest())
    assert fraction("x", 7) == sum(2.0 ** -(i + 1) for i in range(53) if bits[i] == "1")


def test_fractions_are_spread_evenly() -> None:
    tenths = [0] * 10
    for i in range(10_000):
        tenths[int(10 * fraction("even", i))] += 1
    assert 880 < min(tenths) <= max(tenths) < 1120  # 10,000 draws of 0.1: standard deviation 30


def test_half_a_surrogate_pair_is_a_key_too() -> None:
    assert 0 <= fraction("\ud800") < 1
