"""Which instruction each query is asked with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from harness.errors import NotAsked, UserError
from harness.records import Query

MODES = ("auto", "yes", "no", "both", "generic", "shuffled")
GENERIC = "Find the documents that satisfy this request."


def instruct(queries: Sequence[Query], mode: str, seed: int) -> list[Query]:
    """The queries as a setting asks them.

    Args:
        queries: queries with the benchmark's own instructions.
        mode: "auto" and "yes" keep the instructions, "no" takes them away, "generic" gives all
            queries one sentence, "shuffled" gives each query the instruction of another one.
        seed: seed of the shuffle.

    Raises:
        NotAsked: "yes" or "shuffled", and no query has an instruction.
        UserError: an unknown mode.
    """
    if mode in ("yes", "shuffled") and not any(query.instruction for query in queries):
        raise NotAsked(f"instruction={mode} was asked for, but no query carries an instruction")
    if mode in ("auto", "yes"):
        return list(queries)
    if mode == "no":
        return [replace(query, instruction=None) for query in queries]
    if mode == "generic":
        return [replace(query, instruction=GENERIC) for query in queries]
    if mode == "shuffled":
        return _shuffled(queries, seed)
    raise UserError(f"unknown instruction mode '{mode}': choose from {', '.join(MODES)}")


def _shuffled(queries: Sequence[Query], seed: int) -> list[Query]:
    """Gives each query the instruction of another, a different one wherever there is one.

    Queries of equal instructions are put side by side, the groups in random order, and everybody
    takes the instruction that lies as far ahead as the largest group is long: then nobody keeps
    their own unless that group is more than half of all.
    """
    random = Random(seed)
    sizes = Counter(query.instruction for query in queries)
    groups = sorted(sizes, key=str)
    random.shuffle(groups)
    place = {instruction: i for i, instruction in enumerate(groups)}
    order = list(range(len(queries)))
    random.shuffle(order)
    order.sort(key=lambda i: place[queries[i].instruction])
    instructions = [queries[i].instruction for i in order]
    shift = max(sizes.values())
    shuffled = list(queries)
    for position, i in enumerate(order):
        donor = instructions[(position + shift) % len(order)]
        shuffled[i] = replace(queries[i], instruction=donor)
    return shuffled
