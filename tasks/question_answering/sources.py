"""Where a benchmark's questions are read: a file of the mirror, else the hub."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from harness.errors import MissingData, UserError
from harness.sources import Read
from harness.sources.folder import Folder, Requirement
from harness.sources.rows import Rows, read_rows
from tasks.question_answering.formats import format_of, read, read_aliases, require_texts
from tasks.question_answering.questions import Question
from tasks.question_answering.readers import Aliases
from tasks.reading.separated import is_separated, read_separated

if TYPE_CHECKING:
    from harness.sources import Source

FOLDER = "qa"
"""Below the mirror's root."""


@dataclass(frozen=True)
class Places:
    """The places of one file of questions.

    Attributes:
        files: paths below `FOLDER`, each with its format; the first that is there is read.
        hub: dataset, configuration, split and, where one is pinned, revision; nothing where the
            hub has none. Its rows have the format `format`.
        format: of the hub's rows, see `tasks.question_answering.formats`.
        aliases: paths below `FOLDER` of 2Wiki's file of aliases.
        mirrored: whether the folder of the first file is what a task asks for, though the hub has
            the questions as well.
    """

    files: tuple[tuple[str, str], ...] = ()
    hub: tuple[str, ...] = ()
    format: str = "flat"
    aliases: tuple[str, ...] = ()
    mirrored: bool = False

    @classmethod
    def of(cls, own: Mapping[str, Any]) -> Places:
        """The places that a task's entry in the card file names."""
        files = tuple(
            (file, own["format"]) if isinstance(file, str) else next(iter(file.items()))
            for file in own["files"]
        )
        hub, aliases = tuple(own.get("hub") or ()), tuple(own.get("aliases", ()))
        return cls(files, hub, own["format"], aliases, own.get("mirrored", not hub))

    def questions(self, source: Source, name: str) -> list[Question]:
        """All of them, in order.

        Raises:
            MissingData: they are in none of the places.
            UserError: a file is broken; the message names the row, or the question that has no
                text.
        """
        rows, format = self._rows(source, name)
        questions = read(rows, format, self._aliases(source))
        require_texts(questions, name)
        return questions

    def _rows(self, source: Source, name: str) -> tuple[Rows, str]:
        for file, format in self.files:
            if source.path(f"{FOLDER}/{file}"):
                return read_file(source, file), format
        if self.hub:
            dataset, config, split, *pinned = self.hub
            return source.rows(dataset, config, split, *pinned), self.format
        wanted = " or ".join(f"{FOLDER}/{file}" for file, _ in self.files)
        raise MissingData(
            f"{name}: there is no {wanted}: name by --data or ASSAY_DATA a folder that holds it"
        )

    def needs(self) -> list[Requirement]:
        """What is read: the hub's split, or the folder of the first file."""
        if not self.mirrored:
            return [(self.hub[0], self.hub[1], self.hub[2])]
        file = Path(self.files[0][0])
        other = f", or {self.hub[0]} of the hub" if self.hub else ""
        return [Folder(f"{FOLDER}/{file.parent}", f"{file.name}{other}")]

    def _aliases(self, source: Source) -> Aliases:
        file = next((f for f in self.aliases if source.path(f"{FOLDER}/{f}")), None)
        return {} if file is None else read_aliases(read_file(source, file, lines=True))


@dataclass(frozen=True)
class OneFile:
    """A file of questions that somebody names.

    Attributes:
        path: of the file.
        format: of its rows; "" looks at the first one.
        aliases: of 2Wiki's file of aliases; None takes the id_aliases.json beside it, if any.
    """

    path: Path
    format: str = ""
    aliases: Path | None = None

    def questions(self, source: Source, name: str) -> list[Question]:
        """All of them, in order.

        Raises:
            UserError: the file cannot be read, or is of no format that is known.
        """
        rows = rows_of(self.path)
        source.note(Read(str(self.path), "", name, "folder", None, rows.sha256, len(rows)))
        if not len(rows):
            raise UserError(f"{self.path} has no questions")
        beside = self.path.with_name("id_aliases.json")
        file = self.aliases or (beside if beside.is_file() else None)
        aliases = {} if file is None else read_aliases(rows_of(file, lines=True))
        return read(rows, self.format or format_of(rows), aliases)

    def needs(self) -> list[Requirement]:
        """Nothing of a mirror."""
        return []


def read_file(source: Source, file: str, *, lines: bool = False) -> Rows:
    """The rows of a file below `FOLDER`, which are now among what was read. Raises as `rows_of`."""
    path = source.path(f"{FOLDER}/{file}")
    assert path is not None
    rows = rows_of(path, lines=lines)
    source.note(Read(FOLDER, "", file, "mirror", None, rows.sha256, len(rows)))
    return rows


def rows_of(path: Path, *, lines: bool = False) -> Rows:
    """The rows of a file: JSON (a list, or the list "Data"), JSON lines, parquet, CSV or TSV.

    Args:
        path: of the file.
        lines: whether a file called .json holds a value a line, as 2Wiki's aliases do.

    Raises:
        UserError: the file cannot be read, or is none of these.
    """
    if is_separated(path):
        return read_separated(path)
    if path.suffix != ".json" or lines:
        if not path.exists():
            raise UserError(f"there is no file {path}")
        return read_rows(path)
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    found = value.get("Data") if isinstance(value, dict) else value
    if not _is_table(found):
        raise UserError(f"{path} is no list of objects")
    return Rows(str(path), found)


def _is_table(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)
