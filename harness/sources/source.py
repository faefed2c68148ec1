"""Where data comes from: a mirror folder, else the Hugging Face hub, else a clear error.

A mirror holds hub datasets as `hub/<owner>/<name>/<config>/<split>.jsonl` (or .jsonl.gz, .parquet)
and anything else under the folder that a task names.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, cast

from harness.errors import MissingData, UserError
from harness.sources.hub import Hub
from harness.sources.rows import SUFFIXES, Rows, read_rows

T = TypeVar("T")

ENVIRONMENT = "ASSAY_DATA"
"""Names the mirror folder where a command names none."""


@dataclass(frozen=True, slots=True)
class Read:
    """Something that was read, identified by its content; goes into the result.

    Attributes:
        dataset: id on the hub, or the name of a folder.
        config: name of the configuration; empty in a folder.
        split: name of the split, or of the file in a folder.
        origin: where it was found. A mirror and the hub give the same hash for the same rows.
        revision: commit on the hub; None where nothing vouches for one.
        sha256: hash of the content, the same in every file type.
        rows: how many there were.
    """

    dataset: str
    config: str
    split: str
    origin: Literal["mirror", "hub", "folder"]
    revision: str | None
    sha256: str
    rows: int


class Source:
    """Reads datasets, and remembers what was read.

    Args:
        root: the mirror folder; None takes the environment variable ASSAY_DATA, else no mirror.
        hub: what is asked when the mirror lacks something.
        keep: how many objects `memo` holds on to.

    Raises:
        UserError: the mirror folder does not exist.
    """

    def __init__(
        self, root: str | Path | None = None, *, hub: Hub | None = None, keep: int = 2
    ) -> None:
        named = root or os.environ.get(ENVIRONMENT)
        self.root = Path(named).expanduser() if named else None
        if self.root is not None and not self.root.is_dir():
            given = "--data" if root else ENVIRONMENT
            raise UserError(f"{given} names {self.root}, which is not a folder")
        self._hub, self._keep = hub or Hub(), keep
        self._built: OrderedDict[Hashable, tuple[object, list[Read]]] = OrderedDict()
        self._recorders: list[list[Read]] = []

    def rows(self, dataset: str, config: str, split: str, revision: str | None = None) -> Rows:
        """The rows of a split, from the mirror or else from the hub.

        Args:
            dataset: id on the hub, "owner/name".
            config: name of the configuration.
            split: name of the split.
            revision: commit on the hub; None is the newest. A mirror is taken as it is.

        Raises:
            MissingData: it is in neither; the message names both ways to get it.
            UserError: the mirror's file is broken; the message names the line.
        """
        file = self._mirrored(dataset, config, split)
        origin: Literal["mirror", "hub"] = "mirror" if file else "hub"
        rows, commit = (
            (read_rows(file), None) if file else self._fetch(dataset, config, split, revision)
        )
        self.note(Read(dataset, config, split, origin, commit, rows.sha256, len(rows)))
        return rows

    def has(self, dataset: str, config: str, split: str, revision: str | None = None) -> bool:
        """True when the split is in the mirror or in the hub's local cache. Asks no network."""
        mirrored = self._mirrored(dataset, config, split) is not None
        return mirrored or self._hub.has(dataset, config, split, revision)

    def path(self, name: str) -> Path | None:
        """A file or folder of the mirror that lies outside `hub/`; None when it is not there."""
        found = self.root / name if self.root else None
        return found if found and found.exists() else None

    @contextmanager
    def recording(self) -> Iterator[list[Read]]:
        """Collects everything that is read, or reused, inside the block; each thing once."""
        reads: list[Read] = []
        self._recorders.append(reads)
        try:
            yield reads
        finally:
            self._recorders.pop()

    def note(self, read: Read) -> None:
        """Enters something that was read elsewhere than here, such as a user's folder."""
        for reads in self._recorders:
            if read not in reads:
                reads.append(read)

    def memo(self, key: Hashable, build: Callable[[], T]) -> T:
        """What `build` makes, kept for the next call with that key; the last few keys are kept.

        What was read to build it is entered again whenever it is reused.
        """
        if key not in self._built:
            while len(self._built) >= self._keep:
                self._built.popitem(last=False)
            with self.recording() as reads:
                built = build()
            self._built[key] = built, reads
        self._built.move_to_end(key)
        value, reads = self._built[key]
        for read in reads:
            self.note(read)
        return cast("T", value)

    def _mirrored(self, dataset: str, config: str, split: str) -> Path | None:
        if self.root is None:
            return None
        folder = self.root / "hub" / dataset / config
        files = (folder / f"{split}{suffix}" for suffix in SUFFIXES)
        return next((file for file in files if file.is_file()), None)

    def _fetch(
        self, dataset: str, config: str, split: str, revision: str | None
    ) -> tuple[Rows, str]:
        try:
            rows, commit = self._hub.load(dataset, config, split, revision)
        except MissingData as error:
            mirror = f"neither under {self.root / 'hub' / dataset} nor" if self.root else "not"
            raise MissingData(
                f"{dataset} {config}/{split} is {mirror} to be had from the hub ({error}): "
                f"name a folder that mirrors it by --data or {ENVIRONMENT}, or go online"
            ) from error
        return Rows(f"{dataset} {config}/{split}", rows), commit
