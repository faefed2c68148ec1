"""What the cache holds."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from os import scandir
from pathlib import Path
from typing import Any

from harness.cache.block import Block, DamagedBlock, read_header
from harness.cache.folders import EMBEDDINGS, Description, Listing, cannot, is_space


@dataclass(frozen=True, slots=True)
class SpaceInfo:
    """A space as its files describe it; of its blocks only sizes and headers are looked at.

    Attributes:
        folder: where it lies.
        name: what people call the model; empty where the description is lost.
        identity: everything that changes the vectors; None where the description is lost.
        texts: number of texts.
        blocks: number of blocks.
        dimension: that of the vectors; None where no block can be read.
        ragged: whether texts have any number of vectors; None where no block can be read.
        bytes: size of its files.
        written: when it was last appended to; None where it has no block.
        used: when it was last opened or appended to; None where it has no file.
        format: that of its files; None where the description is lost.
        problem: why its description cannot be relied on; empty where it can.
    """

    folder: Path
    name: str
    identity: Mapping[str, Any] | None
    texts: int
    blocks: int
    dimension: int | None
    ragged: bool | None
    bytes: int
    written: datetime | None
    used: datetime | None
    format: int | None
    problem: str


def spaces(root: Path) -> list[SpaceInfo]:
    """Every space of a cache, by name.

    Raises:
        UserError: the cache's folder cannot be read.
    """
    found = [space_info(path) for path in _children(root) if is_space(path)]
    return sorted(found, key=lambda info: (info.name, info.folder))


def strangers(root: Path) -> list[Path]:
    """What lies beside the spaces and is none, such as links. Raises `UserError` if unreadable."""
    return [path for path in _children(root) if not is_space(path)]


def space_info(folder: Path) -> SpaceInfo:
    """What a folder's files say."""
    description, listing = Description.of(folder), Listing.of(folder)
    headers: list[Block] = []
    for path in listing.blocks:
        with suppress(DamagedBlock, OSError):
            headers.append(read_header(path))
    size, written = _weight(listing.blocks)
    rest, touched = _weight(listing.own)
    return SpaceInfo(
        folder=folder,
        name=description.name,
        identity=description.identity,
        texts=sum(block.texts for block in headers),
        blocks=len(listing.blocks),
        dimension=headers[0].dimension if headers else None,
        ragged=headers[0].ragged if headers else None,
        bytes=size + rest,
        written=_time(written),
        used=_time(max(written, touched)),
        format=description.format,
        problem=description.problem,
    )


def space_row(info: SpaceInfo) -> dict[str, Any]:
    """A space as JSON. Times are in UTC, in ISO 8601."""
    times = {"written": info.written, "used": info.used}
    texts = {name: time and time.isoformat(timespec="seconds") for name, time in times.items()}
    return asdict(info) | {"folder": str(info.folder)} | texts


def _weight(paths: tuple[Path, ...]) -> tuple[int, float]:
    """Bytes in files, and when the last of them was changed (0 where there is none)."""
    size, changed = 0, 0.0
    for path in paths:
        with suppress(FileNotFoundError):  # removed since it was listed
            status = path.stat()
            size, changed = size + status.st_size, max(changed, status.st_mtime)
    return size, changed


def _time(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _children(root: Path) -> list[Path]:
    folder = root / EMBEDDINGS
    try:
        with scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise cannot("read", folder, error) from error
