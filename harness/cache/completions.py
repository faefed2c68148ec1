"""Completions of chat models in the cache: a file a model, listed and removed by themselves.

An embedding is computed again for nothing but time, a completion costs money or would be another
one: nothing here is removed unless it is asked for by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from os import scandir
from pathlib import Path
from typing import Any

from harness.cache.folders import cannot
from harness.errors import UserError

COMPLETIONS = "completions"
_FILE = re.compile(r"[0-9a-f]{16}\.jsonl")
_RECORD = re.compile(rb'\{"key":"([0-9a-f]{64})"')
_TITLE = re.compile(rb'\{"model": ?"')
_LONGEST_TITLE = 10_000
"""Bytes of the line that names the model."""
_HEAD = 1 << 16
"""Bytes of a line that are held at a time; a completion may be long."""


@dataclass(frozen=True, slots=True)
class CompletionsInfo:
    """The completions of one model.

    Attributes:
        file: where they lie, named by the start of the model's fingerprint.
        model: what people call it; "" where the file does not tell.
        entries: how many requests have a completion.
        bytes: size of the file.
        used: when the last one was added.
    """

    file: Path
    model: str
    entries: int
    bytes: int
    used: datetime


@dataclass(frozen=True, slots=True)
class PrunedCompletions:
    """What was removed, or would be.

    Attributes:
        removed: the completions of those models, longest unused first.
        kept: all others.
        dry_run: whether nothing was removed in fact.
    """

    removed: tuple[CompletionsInfo, ...]
    kept: tuple[CompletionsInfo, ...]
    dry_run: bool

    @property
    def freed(self) -> int:
        """Bytes."""
        return sum(info.bytes for info in self.removed)


def completions(root: Path) -> list[CompletionsInfo]:
    """The completions of every model, by name. Links and what is not ours are left alone.

    Args:
        root: the cache's folder; it need not exist.

    Raises:
        UserError: a folder or a file cannot be read.
    """
    found = []
    for path in _files(root):
        with suppress(FileNotFoundError):  # removed since it was listed
            found.append(_info(path))
    return sorted(found, key=lambda info: (info.model, info.file))


def prune_completions(
    root: Path,
    *,
    model: str | None = None,
    older_than: timedelta | None = None,
    dry_run: bool = False,
) -> PrunedCompletions:
    """Removes the completions of whole models, and no embeddings.

    Args:
        root: the cache's folder.
        model: only those of this model: its whole expression, its name with any parameters, or the
            name of the file with or without its ending.
        older_than: only those to which nothing was added for so long.
        dry_run: only say what would be removed.

    Raises:
        UserError: nothing says what to remove, or a file cannot be removed.
    """
    if model is None and older_than is None:
        raise UserError("nothing says which completions to remove: give a model or an age")
    now = datetime.now(UTC)
    removed: list[CompletionsInfo] = []
    kept: list[CompletionsInfo] = []
    for info in sorted(completions(root), key=lambda info: info.used):
        meant = model is None or _is_of(info, model)
        old = older_than is None or now - info.used > older_than
        (removed if meant and old else kept).append(info)
    if not dry_run:
        for info in removed:
            try:
                info.file.unlink(missing_ok=True)
            except OSError as error:
                raise cannot("remove", info.file, error) from error
    return PrunedCompletions(tuple(removed), tuple(kept), dry_run)


def completions_row(info: CompletionsInfo) -> dict[str, Any]:
    """The completions of a model as JSON. The time is in UTC, in ISO 8601."""
    used = info.used.isoformat(timespec="seconds")
    return asdict(info) | {"file": str(info.file), "used": used}


def pruned_completions_row(done: PrunedCompletions) -> dict[str, Any]:
    """What was removed, or would be, as JSON."""
    return {
        "freed": done.freed,
        "dry_run": done.dry_run,
        "removed": [completions_row(info) for info in done.removed],
        "kept": [completions_row(info) for info in done.kept],
    }


def _files(root: Path) -> list[Path]:
    folder = root / COMPLETIONS
    try:
        with scandir(folder) as entries:
            return sorted(
                Path(entry.path)
                for entry in entries
                if entry.is_file(follow_symlinks=False) and _FILE.fullmatch(entry.name)
            )
    except FileNotFoundError:
        return []
    except OSError as error:
        raise cannot("read", folder, error) from error


def _info(path: Path) -> CompletionsInfo:
    keys: set[bytes] = set()
    model = ""
    try:
        status = path.stat()
        for head, whole in _lines(path):
            if (record := _RECORD.match(head)) and whole:
                keys.add(record[1])
            elif not model and _TITLE.match(head) and len(head) <= _LONGEST_TITLE:
                model = _title(head)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise cannot("read", path, error) from error
    used = datetime.fromtimestamp(status.st_mtime, UTC)
    return CompletionsInfo(path, model, len(keys), status.st_size, used)


def _lines(path: Path) -> Iterator[tuple[bytes, bool]]:
    """The start of every line, and whether the line ends as a record does; in bounded memory."""
    with path.open("rb") as file:
        while head := file.readline(_HEAD):
            last = head
            while not last.endswith(b"\n") and (more := file.readline(_HEAD)):
                last = more
            yield head, last.rstrip().endswith(b"}")


def _title(line: bytes) -> str:
    """The model that a line names; "" where it names none."""
    try:
        found: Mapping[str, object] = json.loads(line)
        named = found["model"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return named if isinstance(named, str) and named.isprintable() else ""


def _is_of(info: CompletionsInfo, model: str) -> bool:
    names = (info.model, info.file.name, info.file.stem)
    return model in names or info.model.startswith(f"{model}(")
