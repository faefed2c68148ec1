"""Embeddings on disk: encoded once, shared between tasks and runs.

Each encoder has a space, a folder of immutable blocks. A block is checked whole before it is
believed, and read through a memory map, so that vectors never count as this process's memory.
Beside them lie the completions of chat models, which are listed and removed here.
"""

from harness.cache.block import Block
from harness.cache.completions import (
    CompletionsInfo,
    PrunedCompletions,
    completions,
    completions_row,
    prune_completions,
    pruned_completions_row,
)
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
    "CompletionsInfo",
    "Keys",
    "Pruned",
    "PrunedCompletions",
    "Space",
    "SpaceInfo",
    "Verification",
    "completions",
    "completions_row",
    "default_root",
    "keys_of",
    "open_space",
    "parse_age",
    "parse_size",
    "prune",
    "prune_completions",
    "pruned_completions_row",
    "pruned_row",
    "space_row",
    "spaces",
    "verification_row",
    "verify",
]
