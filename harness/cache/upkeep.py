"""Checks the cache, and makes room in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from harness.cache.block import DamagedBlock, read_blocks
from harness.cache.folders import DESCRIPTION, FORMAT, Listing, cannot
from harness.cache.overview import SpaceInfo, space_row, spaces, strangers
from harness.errors import UserError
from harness.files import remove_leftovers
from harness.workspace import workspace


@dataclass(frozen=True, slots=True)
class Checked:
    """A space of which every byte was read.

    Attributes:
        space: the space as it was before.
        sound: number of blocks that are what was written.
        damaged: blocks that are not what was written.
        foreign: what lies in the folder and is not ours; left alone.
    """

    space: SpaceInfo
    sound: int
    damaged: tuple[Path, ...]
    foreign: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a cache has found.

    Attributes:
        spaces: every space.
        foreign: what lies beside the spaces and is none; left alone.
        removed: whether damaged blocks were removed.
    """

    spaces: tuple[Checked, ...]
    foreign: tuple[Path, ...]
    removed: bool

    @property
    def sound(self) -> int:
        """Number of blocks that are what was written."""
        return sum(checked.sound for checked in self.spaces)

    @property
    def damaged(self) -> int:
        """Number of damaged blocks."""
        return sum(len(checked.damaged) for checked in self.spaces)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed, or would be.

    Attributes:
        removed: those spaces, least recently used first.
        kept: all others.
        freed: bytes.
        dry_run: whether nothing was removed in fact.
    """

    removed: tuple[SpaceInfo, ...]
    kept: tuple[SpaceInfo, ...]
    freed: int
    dry_run: bool


def verify(root: Path, *, remove: bool = False) -> Verification:
    """Reads every byte of every block and compares it with the block's checksum.

    Blocks in another version's format cannot be checked, and are left alone.

    Args:
        root: the cache's folder.
        remove: whether to remove damaged blocks, and what killed writers have left behind.

    Raises:
        UserError: a folder or a block cannot be read, or a damaged one not be removed.
    """
    found = spaces(root)
    done, total = 0, sum(info.blocks for info in found)

    def tell() -> None:
        nonlocal done
        done += 1
        workspace().tell("checking", done, total)

    checked = []
    for info in found:
        checked.append(_check(info, tell))
        if remove:
            _sweep(info.folder)
            for path in checked[-1].damaged:
                _remove(path)
    return Verification(tuple(checked), tuple(strangers(root)), remove)


def prune(
    root: Path,
    *,
    model: str | None = None,
    older_than: timedelta | None = None,
    max_bytes: int | None = None,
    dry_run: bool = False,
) -> Pruned:
    """Removes whole spaces, least recently used first. What is not ours is left alone.

    Args:
        root: the cache's folder.
        model: remove only spaces of this model: its name with any parameters, its whole
            expression, or the name of a space's folder.
        older_than: remove only spaces that have not been used for so long.
        max_bytes: stop as soon as all that is left takes no more than this.
        dry_run: only say what would be removed.

    Raises:
        UserError: nothing says what to remove, or a file cannot be removed.
    """
    if model is None and older_than is None and max_bytes is None:
        raise UserError("nothing says what to remove: give a model, an age or a size")
    found = sorted(spaces(root), key=_last_use)
    left = sum(info.bytes for info in found)
    removed = []
    for info in found:
        if max_bytes is not None and left <= max_bytes:
            break
        of_model = model is None or _is_of(info, model)
        if of_model and (older_than is None or _age(info) > older_than):
            removed.append(info)
            left -= info.bytes
    freed = sum(info.bytes if dry_run else _remove_space(info.folder) for info in removed)
    kept = tuple(info for info in found if info not in removed)
    return Pruned(tuple(removed), kept, freed, dry_run)


def _check(info: SpaceInfo, tell: Callable[[], None]) -> Checked:
    """Reads the blocks of a space, and tells of each."""
    listing = Listing.of(info.folder)
    sound, damaged = 0, []
    for path, reading in read_blocks(listing.blocks if info.format in (FORMAT, None) else ()):
        try:
            reading.result()
            sound += 1
        except FileNotFoundError:  # removed since it was listed
            pass
        except DamagedBlock:
            damaged.append(path)
        except OSError as error:
            raise cannot("read", path, error) from error
        tell()
    return Checked(info, sound, tuple(damaged), listing.foreign)


def _is_of(info: SpaceInfo, model: str) -> bool:
    return model in (info.name, info.folder.name) or info.name.startswith(f"{model}(")


def _last_use(info: SpaceInfo) -> datetime:
    return info.used or datetime.min.replace(tzinfo=UTC)


def _age(info: SpaceInfo) -> timedelta:
    return datetime.now(UTC) - _last_use(info)


def _remove_space(folder: Path) -> int:
    """Removes a space and returns how many bytes that has freed.

    The description goes last, so that what an interruption leaves can still be listed. The folder
    stays where something else lies in it, or where another process has begun to write.
    """
    _sweep(folder)
    freed = sum(map(_remove, Listing.of(folder).blocks)) + _remove(folder / DESCRIPTION)
    with suppress(OSError):
        folder.rmdir()
    return freed


def _sweep(folder: Path) -> None:
    """Removes what killed writers have left behind. Raises `UserError` if it cannot."""
    try:
        remove_leftovers(folder)
    except OSError as error:
        raise cannot("remove files from", folder, error) from error


def _remove(path: Path) -> int:
    """Removes a file, if it is there, and returns its size. Raises `UserError` if it cannot."""
    try:
        size = path.lstat().st_size
        path.unlink()
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise cannot("remove", path, error) from error
    return size


def verification_row(found: Verification) -> dict[str, Any]:
    """What a check has found, as JSON."""
    return {
        "damaged": found.damaged,
        "removed": found.removed,
        "foreign": list(map(str, found.foreign)),
        "spaces": [
            space_row(checked.space)
            | {"damaged": list(map(str, checked.damaged))}
            | {"foreign": list(map(str, checked.foreign))}
            for checked in found.spaces
        ],
    }


def pruned_row(done: Pruned) -> dict[str, Any]:
    """What was removed, or would be, as JSON."""
    return {
        "freed": done.freed,
        "dry_run": done.dry_run,
        "removed": [space_row(info) for info in done.removed],
        "kept": [space_row(info) for info in done.kept],
    }
