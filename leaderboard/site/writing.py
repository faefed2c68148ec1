"""Files of a site onto the disk, in few calls: a large board has tens of thousands of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from harness.errors import UserError

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


class Writer:
    """Writes files below a folder.

    Attributes:
        paths: of what was written, relative to the folder.
        bytes: of all that was written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[str] = set()
        self.paths: list[str] = []
        self.bytes = 0

    def write(self, path: str, content: bytes) -> None:
        """Writes a file.

        Raises:
            ValueError: the path leads out of the folder.
        """
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or "\\" in path:
            raise ValueError(f"a page cannot be written to {path!r}")
        parent = path.rpartition("/")[0]
        if parent not in self._made:
            (self._folder / parent).mkdir(parents=True, exist_ok=True)
            self._made.add(parent)
        file = os.open(f"{self._folder}/{path}", _FLAGS, 0o666)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(file, left) :]
        finally:
            os.close(file)
        self.paths.append(path)
        self.bytes += len(content)


def refuse_collisions(paths: Iterable[str]) -> None:
    """Two names must not become one file, not even where letters' case does not count.

    Raises:
        UserError: two of the paths are the same but for their letters' case.
    """
    seen: set[str] = set()
    for path in sorted(paths):
        if path.casefold() in seen:
            raise UserError(f"two things of the board want the file {path}: rename one of them")
        seen.add(path.casefold())
