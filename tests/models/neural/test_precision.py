"""Half precision is chosen only where it is clearly faster."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from models.neural.precision import chosen_dtype, gain

pytest.importorskip("torch")


class Clock:
    """Time that passes only by `taking`."""

    def __init__(self) -> None:
        self.now, self.order = 0.0, ""

    def __call__(self) -> float:
        return self.now

    def taking(self, name: str, *seconds: float) -> Callable[[], None]:
        left = list(seconds)

        def run() -> None:
            self.order += name
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return run


def test_both_sides_take_turns_after_one_run_that_does_not_count() -> None:
    # The best of 4, 3, 2 against the best of 1, 3, 1: twice as fast. First runs take 90 seconds.
    clock = Clock()
    slow, fast = clock.taking("s", 90, 4, 3, 2), clock.taking("f", 90, 1, 3, 1)
    assert gain(slow, fast, clock) == 2
    assert clock.order == "sf" * 4


def test_short_runs_are_repeated_until_half_a_second_is_used() -> None:
    clock = Clock()
    # Eighths are exact: a turn uses 1/8 of a second for each side, so four make up half a second.
    assert gain(clock.taking("s", 1 / 8), clock.taking("f", 1 / 8), clock) == 1
    assert clock.order == "sf" * (1 + 4)


@pytest.mark.parametrize(
    ("times", "expected"), [(1.29, "float32"), (1.31, "bfloat16"), (0.5, "float32")]
)
def test_the_bar_is_one_and_a_third_of_the_speed_at_least(
    monkeypatch: pytest.MonkeyPatch, times: float, expected: str
) -> None:
    built: list[str] = []

    def build(dtype: str) -> Any:
        built.append(dtype)
        device = SimpleNamespace(device=SimpleNamespace(type="cpu"))
        return SimpleNamespace(dtype=dtype, model=device, encode=lambda texts, kind: None)

    monkeypatch.setattr("models.neural.precision.gain", lambda *_: times)
    dtype, model = chosen_dtype(build)
    assert dtype == expected
    assert cast("Any", model).dtype == expected
    assert built == ["float32", "bfloat16"]


def test_a_device_is_given_the_half_precision_it_is_good_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from models.neural.precision import half_of

    assert half_of("cpu") == "bfloat16"
    assert half_of("mps") == "float16"
    for supported, expected in ((True, "bfloat16"), (False, "float16")):
        monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda **_: supported)  # noqa: B023
        assert half_of("cuda") == expected
