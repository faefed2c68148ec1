"""What numbers of a training may be, said alike for every method."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from harness.errors import UserError


def require(
    settings: object,
    *,
    at_least_one: Iterable[str] = (),
    from_zero: Iterable[str] = (),
    above_zero: Iterable[str] = (),
    below_one: Iterable[str] = (),
    up_to_one: Iterable[str] = (),
) -> None:
    """Looks at numbers by the names of their settings.

    Args:
        settings: whose they are.
        at_least_one: 1 or more.
        from_zero: 0 or more, and finite.
        above_zero: more than 0, and finite.
        below_one: shares, from 0 to below 1.
        up_to_one: shares, from 0 to 1.

    Raises:
        UserError: one is out of its range, or no number (NaN).
    """
    ranges: tuple[tuple[Iterable[str], Callable[[float], bool], str], ...] = (
        (at_least_one, lambda n: n >= 1, "at least 1"),
        (from_zero, lambda n: 0 <= n < math.inf, "0 or more"),
        (above_zero, lambda n: 0 < n < math.inf, "more than 0"),
        (below_one, lambda n: 0 <= n < 1, "a share, from 0 to below 1"),
        (up_to_one, lambda n: 0 <= n <= 1, "a share, from 0 to 1"),
    )
    for names, fits, told in ranges:
        for name in names:
            if not fits(value := getattr(settings, name)):
                raise UserError(f"{name}={value}: it is {told}")
