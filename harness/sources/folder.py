"""Folders of a mirror: what a task reads that no hub has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the mirror, and how it is filled.

    Attributes:
        path: below the mirror's root, "tooluse/bfcl_v4".
        holds: what lies in it, in words: file names, or the repository and commit that the files
            are of.
        copies: which files of that repository go where: a path or pattern there, and the folder
            below this one, "" for this one itself.
    """

    path: str
    holds: str = ""
    copies: tuple[tuple[str, str], ...] = ()


Requirement: TypeAlias = tuple[str, str, str] | Folder
"""What a task reads: dataset, config and split of the hub, or a folder of the mirror, of which a
plug-in may give the path alone: (folder, "", "")."""
Requirements: TypeAlias = Iterable[Requirement]
