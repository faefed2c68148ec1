"""Files of a benchmark in its own layout, read from a folder of the mirror."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness.errors import MissingData, UserError
from harness.sources import Read, Source
from harness.sources.folder import Folder


@dataclass(frozen=True, slots=True)
class Mirror:
    """A folder of the mirror that holds a benchmark's files as its authors published them.

    Attributes:
        folder: below the mirror's root, "tooluse/bfcl_v4".
        upstream: where the files come from: repository and commit.
        copies: which files of the repository go where, see `harness.sources.folder.Folder`.
    """

    folder: str
    upstream: str
    copies: tuple[tuple[str, str], ...] = ()

    def path(self, source: Source, name: str = "") -> Path:
        """The path of a file, or of the folder itself.

        Raises:
            MissingData: it is not there; the message says where to get it.
        """
        wanted = f"{self.folder}/{name}" if name else self.folder
        path = source.path(wanted)
        if path is None:
            raise MissingData(
                f"there is no {wanted}: name by --data or ASSAY_DATA a folder that holds it, with "
                f"files of {self.upstream} in {self.folder}; assay data TASK says which"
            )
        return path

    def json(self, source: Source, name: str) -> Any:
        """The content of a JSON file.

        Raises:
            MissingData: there is none.
            UserError: it is broken.
        """
        data = self.path(source, name).read_bytes()
        try:
            value = json.loads(data)
        except ValueError as error:
            raise UserError(f"{self.folder}/{name} is broken: {error}") from None
        self._note(source, name, data, len(value) if isinstance(value, list | dict) else 1)
        return value

    def lines(self, source: Source, name: str) -> list[Any]:
        """The values of a file of one JSON value a line. Raises as `json`."""
        data = self.path(source, name).read_bytes()
        values = list(self._parsed(data, name))
        self._note(source, name, data, len(values))
        return values

    def need(self) -> Folder:
        """The folder, as a task's `requires` names it."""
        return Folder(self.folder, f"files of {self.upstream}", self.copies)

    def _parsed(self, data: bytes, name: str) -> Iterator[Any]:
        for number, line in enumerate(data.splitlines(), 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise UserError(
                        f"{self.folder}/{name}, line {number} is broken: {error}"
                    ) from None

    def _note(self, source: Source, name: str, data: bytes, rows: int) -> None:
        digest = sha256(data).hexdigest()
        source.note(Read(self.folder, "", name, "mirror", None, digest, rows))
