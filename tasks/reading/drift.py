"""Where counts differ from the published ones."""

from __future__ import annotations

from collections.abc import Mapping

from harness.records import TaskCard


def differences(card: TaskCard, found: Mapping[str, int]) -> tuple[str, ...]:
    """A sentence for every count that the card has and that was found to be another.

    Args:
        card: with the published counts in its `statistics`.
        found: the counts of the data at hand, by the same names.
    """
    return tuple(
        f"{card.name} has {count:,} {what}, {card.statistics[what]:,} published"
        for what, count in found.items()
        if what in card.statistics and count != card.statistics[what]
    )
