from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from itertools import permutations

from tasks.worlds.draw import Draw


def words(key: tuple[int | str, ...], block: int) -> list[int]:
    """The eight 64-bit words of one block, as the class documents them."""
    digest = blake2b(repr(key).encode() + block.to_bytes(8, "little")).digest()
    return [int.from_bytes(digest[i : i + 8], "little") for i in range(0, 64, 8)]


def test_draws_are_scaled_words_of_blake2b_in_counter_mode() -> None:
    draw = Draw(7, "towns")
    expected = [*reversed(words((7, "towns"), 0)), *reversed(words((7, "towns"), 1))]
    assert [draw.below(1000) for _ in range(16)] == [word * 1000 // 2**64 for word in expected]


def test_the_same_key_gives_the_same_stream_and_another_key_another() -> None:
    def stream(*key: int | str) -> list[int]:
        draw = Draw(*key)
        return [draw.below(10**6) for _ in range(20)]

    assert stream(1, "people") == stream(1, "people")
    assert len({tuple(stream(*key)) for key in [(1, "a"), (2, "a"), (1, "b"), ("1", "a")]}) == 4


def test_every_face_of_a_die_comes_up_equally_often() -> None:
    draw = Draw("die")
    faces = Counter(draw.integer(1, 6) for _ in range(6000))
    assert sorted(faces) == [1, 2, 3, 4, 5, 6]
    # Each count is binomial(6000, 1/6): mean 1000, standard deviation 28.9. Five of them: 145.
    assert all(abs(count - 1000) < 145 for count in faces.values())


def test_every_order_of_three_comes_up_equally_often() -> None:
    draw = Draw("order")
    orders = Counter(tuple(draw.shuffled("abc")) for _ in range(6000))
    assert set(orders) == set(permutations("abc"))
    assert all(abs(count - 1000) < 145 for count in orders.values())


def test_a_sample_repeats_nothing_and_is_never_larger_than_what_there_is() -> None:
    draw = Draw("sample")
    assert len(set(draw.sample(range(100), 30))) == 30
    assert sorted(draw.sample("abc", 9)) == ["a", "b", "c"]


def test_a_chance_of_nothing_never_comes_and_of_a_hundred_always() -> None:
    draw = Draw("chance")
    assert not any(draw.chance(0) for _ in range(200))
    assert all(draw.chance(100) for _ in range(200))
