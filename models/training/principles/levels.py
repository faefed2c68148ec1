"""The levels of principles: which examples one request is about."""

from __future__ import annotations

from collections.abc import Sequence

from models.training.principles.likeness import likeness

TASK, CLUSTER, INSTANCE = "task", "cluster", "instance"
LEVELS = (TASK, CLUSTER, INSTANCE)
"""From the coarsest to the finest."""


def units(level: str, texts: Sequence[str], together: int, clusters: int) -> list[list[int]]:
    """Groups of examples of which one request is made each.

    Args:
        level: "task": all of them, so many at a time; "cluster": those that are alike; "instance":
            each by itself.
        texts: of the examples.
        together: examples that are shown in one request at most.
        clusters: how many kinds there are at most.

    Returns:
        The numbers of the examples.
    """
    if level == INSTANCE:
        return [[number] for number in range(len(texts))]
    whole = [list(range(len(texts)))] if level == TASK else clustered(texts, clusters)
    return [group[i : i + together] for group in whole for i in range(0, len(group), together)]


def clustered(texts: Sequence[str], most: int) -> list[list[int]]:
    """Texts that are alike, by ROUGE-L: farthest-first traversal (Gonzalez, 1985).

    The first text is the first centre; the next one is always the text that is least like any
    centre. Each text goes to the centre that it is most like; of several, always the first.
    """
    if not texts:
        return []
    centres = [0]
    like = [[likeness(text, texts[0]) for text in texts]]
    while len(centres) < min(most, len(texts)):
        nearest = [max(column) for column in zip(*like, strict=True)]
        left = [number for number in range(len(texts)) if number not in centres]
        centres.append(min(left, key=lambda number: nearest[number]))
        like.append([likeness(text, texts[centres[-1]]) for text in texts])
    groups: list[list[int]] = [[] for _ in centres]
    for number in range(len(texts)):
        scores = [row[number] for row in like]
        home = centres.index(number) if number in centres else scores.index(max(scores))
        groups[home].append(number)
    return groups
