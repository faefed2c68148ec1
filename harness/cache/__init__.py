"""Embeddings on disk: encoded once, shared between tasks and runs.

Each encoder has a space, a folder of immutable blocks. A block is checked whole before it is
believed, and read through a memory map, so that vectors never count as this process's memory.
"""

from harness.cache.block import Block
from harness.cache.folders import ENVIRONMENT, default_root
from harness.cache.index import Keys, keys_of
from harness.cache.overview import SpaceInfo, space_row, spaces
from harness.cache.quantities import parse_age, parse_size
from harness.cache.space import Space, open_space
from harness.cache.upkeep import (
    Checked,
    Pruned,
    Verification,
    prune,
    pruned_row,
    verification_row,
    verify,
)

__all__ = [
    "ENVIRONMENT",
    "Block",
    "Checked",
    "Keys",
    "Pruned",
    "Space",
    "SpaceInfo",
    "Verification",
    "default_root",
    "keys_of",
    "open_space",
    "parse_age",
    "parse_size",
    "prune",
    "pruned_row",
    "space_row",
    "spaces",
    "verification_row",
    "verify",
]
