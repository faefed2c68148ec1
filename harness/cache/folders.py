"""Where embeddings lie: the cache's folder, a folder for each space, and what may be in it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS
from pathlib import Path
from typing import Any, BinaryIO

from harness.errors import UserError
from harness.files import replacing
from harness.loading.identity import fingerprint

ENVIRONMENT = "ASSAY_CACHE"
"""Names the folder of the cache."""
EMBEDDINGS = "embeddings"
FORMAT = 1
"""Raised when blocks are written otherwise. Each format has its own folders."""
DESCRIPTION = "space.json"

_SPACE = re.compile(r"[0-9a-f]{16}")
_BLOCK = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}\.block")
_TEMPORARY = re.compile(r"\..+\.tmp")


def default_root() -> Path:
    """The cache's folder: $ASSAY_CACHE, else $XDG_CACHE_HOME/assay, else ~/.cache/assay."""
    if named := os.environ.get(ENVIRONMENT):
        return Path(named).expanduser()
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification has relative paths ignored.
    return (Path(base) if os.path.isabs(base) else Path("~/.cache").expanduser()) / "assay"


def space_folder(root: Path, identity: Mapping[str, Any]) -> Path:
    """The folder of the space with this identity."""
    digest = fingerprint({"format": FORMAT, "identity": dict(identity)})
    return root / EMBEDDINGS / digest[:16]


def is_space(path: Path) -> bool:
    """True for a folder, not a link to one, that has the name of a space."""
    return bool(_SPACE.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a space.

    Attributes:
        blocks: the blocks in the order in which they were written.
        own: everything else of ours: the description, and what is being written.
        foreign: everything that is not ours, such as links; never followed, never removed.
    """

    blocks: tuple[Path, ...]
    own: tuple[Path, ...]
    foreign: tuple[Path, ...]

    @classmethod
    def of(cls, folder: Path) -> Listing:
        """What lies in a folder; nothing where there is none. Raises `UserError` if unreadable."""
        blocks, own, foreign = [], [], []
        try:
            with os.scandir(folder) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    path = Path(entry.path)
                    if not entry.is_file(follow_symlinks=False):
                        foreign.append(path)
                    elif _BLOCK.fullmatch(entry.name):
                        blocks.append(path)
                    elif entry.name == DESCRIPTION or _TEMPORARY.fullmatch(entry.name):
                        own.append(path)
                    else:
                        foreign.append(path)
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            raise cannot("read", folder, error) from error
        return cls(tuple(blocks), tuple(own), tuple(foreign))


@dataclass(frozen=True, slots=True)
class Description:
    """What `space.json` says.

    Attributes:
        name: what people call the model; empty where it is lost.
        identity: everything that changes the vectors; None where it is lost.
        format: that of the blocks; None where it is lost.
        problem: why the space cannot be used as it is; empty where it can.
    """

    name: str = ""
    identity: Mapping[str, Any] | None = None
    format: int | None = None
    problem: str = ""

    @classmethod
    def of(cls, folder: Path) -> Description:
        """Reads a folder's description and checks that it belongs there."""
        try:
            found = json.loads((folder / DESCRIPTION).read_bytes())
            description = cls(str(found["name"]), dict(found["identity"]), int(found["format"]))
        except FileNotFoundError:
            return cls(problem=f"without {DESCRIPTION}")
        except (OSError, ValueError, TypeError, KeyError, OverflowError):
            return cls(problem=f"{DESCRIPTION} is damaged")
        if description.format != FORMAT:
            problem = f"in format {description.format}, which is another version's"
            return replace(description, problem=problem)
        if space_folder(Path(), found["identity"]).name != folder.name:
            return cls(problem=f"{DESCRIPTION} is damaged")
        return description


def describe(folder: Path, name: str, identity: Mapping[str, Any]) -> None:
    """Writes a folder's description unless it is there and sound. Raises `UserError`."""
    if Description.of(folder).problem:
        content = {"format": FORMAT, "name": name, "identity": dict(identity)}
        with saving(folder / DESCRIPTION) as file:
            file.write(json.dumps(content, indent=2).encode() + b"\n")


@contextmanager
def saving(path: Path) -> Iterator[BinaryIO]:
    """`replacing` that is durable once it is left, with the advice that helps with a cache.

    Raises:
        UserError: the disk is full, the folder is read-only or something else hinders writing.
    """
    try:
        with replacing(path) as file:
            yield file
        with suppress(OSError):  # some file systems have no folders to force to disk
            _force(path.parent)
    except UserError as error:
        if isinstance(error.__cause__, OSError):
            raise cannot("write", path, error.__cause__) from error.__cause__
        raise


def _force(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def cannot(do: str, path: Path, error: OSError) -> UserError:
    """What an operating-system error means for the person whose cache it is."""
    elsewhere = f"choose another folder with --cache or {ENVIRONMENT}"
    if error.errno in (ENOSPC, EDQUOT):
        advice = "the disk is full: free some room, as with `assay cache prune`, and run it again"
    elif error.errno in (EACCES, EPERM, EROFS):
        advice = f"no permission: {elsewhere}"
    else:
        advice = f"{error.strerror}: {elsewhere}"
    return UserError(f"cannot {do} {path} in the cache of embeddings: {advice}")
