"""Pairs to train the embedded encoder on: queries of starter worlds and what answers them.

    python -m examples.embedded.pairs pairs.jsonl

The suites ask about the world of seed 1; no such pair is written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.errors import UserError, plainly
from harness.files import replacing
from tasks.starter import SEED, SIZE
from tasks.worlds.starter.pairs import Pair, training_pairs

FIRST, WORLDS = 101, 20
TEXTS, REQUESTS = 80, 60
"""Texts of each theme, and requests of each errand, of one world."""


def pairs(first: int = FIRST, worlds: int = WORLDS) -> Iterator[Pair]:
    """The pairs of so many worlds, from a seed on.

    Raises:
        UserError: one of them is the world that is evaluated.
    """
    seeds = range(first, first + worlds)
    if SEED in seeds:
        raise UserError(f"seed {SEED} is evaluated and is not trained on")
    for seed in seeds:
        yield from training_pairs(seed, SIZE, TEXTS, REQUESTS)


def write(path: Path, pairs: Iterator[Pair]) -> int:
    """Writes pairs as JSONL; gives how many there were."""
    n = 0
    with replacing(path) as file:
        for n, pair in enumerate(pairs, 1):  # noqa: B007
            file.write(json.dumps(pair.row, ensure_ascii=False).encode() + b"\n")
    return n


def main(arguments: Sequence[str]) -> None:
    """Writes the file that is named."""
    parser = argparse.ArgumentParser(prog="python -m examples.embedded.pairs")
    parser.add_argument("file", type=Path, nargs="?", default=Path("pairs.jsonl"))
    path = parser.parse_args(arguments).file
    print(f"{write(path, pairs()):,} pairs in {path}")


if __name__ == "__main__":
    with plainly():
        main(sys.argv[1:])
