"""The files of a path, and their rows by query id."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import UserError
from tasks.imports.files import MAX_BYTES, read_json
from tasks.imports.toolbench.chains import Refused
from tasks.imports.toolbench.kinds import Kind, kind_of

Row = tuple[str, str, Mapping[str, Any]]
"""Where it stands, the query's id, and what there is about it."""


@dataclass(frozen=True)
class File:
    """A file of one form.

    Attributes:
        path: of the file.
        kind: the form of its rows.
        method: of which only the rows are wanted, in a table of several methods.
    """

    path: Path
    kind: Kind
    method: str = ""

    def rows(self) -> Iterator[Row]:
        """Its rows in order."""
        for place, id, row in _rows(self.path):
            if not self.method or row.get("method") == self.method:
                yield f"{self.path.name}, {place}", id, row


def found_files(path: Path) -> list[File]:
    """The file, or all files of the folder that are of these formats.

    Raises:
        UserError: there is none, or the path leaves open which of several methods is meant.
    """
    path, choice = _parted(path)
    if path.is_dir() and choice and (path / choice).is_dir():
        path, choice = path / choice, ""
    if path.is_dir():
        return [File(file, _kind(file)) for file in _of_one_method(path, choice)]
    if not path.is_file():
        raise UserError(f"there is no {path}: name a file or folder with {choice or 'answers'}")
    kind = _kind(path)
    return [File(path, kind, _method(path, choice) if kind == "labels" else "")]


def _parted(path: Path) -> tuple[Path, str]:
    """The path, and the method chosen by "#method" behind it."""
    if path.exists() or "#" not in path.name:
        return path, ""
    name, _, choice = path.name.rpartition("#")
    return path.with_name(name), choice


def _of_one_method(folder: Path, choice: str) -> list[Path]:
    """The files of a folder. A .csv beside a .json of the same name holds the same."""
    known = (".json", ".json.gz", ".csv")
    files = sorted(f for f in folder.iterdir() if f.name.endswith(known) and f.is_file())
    names = {file.name for file in files}
    files = [f for f in files if f.suffix != ".csv" or f"{f.stem}.json" not in names]
    if not files:
        inside = ", ".join(sorted(f.name for f in folder.iterdir() if f.is_dir())[:8])
        raise UserError(f"{folder} has no .json or .csv: name a folder that has; inside: {inside}")
    methods = {file: _raw_method(file) for file in files}
    offered = sorted(set(methods.values()) - {""})
    if choice or len(offered) > 1:
        _choose(folder, choice, offered)
    return [file for file, method in methods.items() if method in ("", choice) or not choice]


def _raw_method(file: Path) -> str:
    """The method that the name of a raw answer ends in: 588_CoT@1.json."""
    id, _, method = file.name.removesuffix(".gz").removesuffix(".json").partition("_")
    return method if id.isdigit() else ""


def _method(path: Path, choice: str) -> str:
    methods = (row.get("method") for _, _, row in _rows(path))
    offered = sorted({method for method in methods if isinstance(method, str)} - {""})
    if len(offered) < 2 and not choice:
        return ""
    return _choose(path, choice, offered)


def _choose(path: Path, choice: str, offered: list[str]) -> str:
    if choice in offered:
        return choice
    wrong = f"has no '{choice}' among its methods" if choice else "is of several methods"
    raise UserError(
        f"{path} {wrong}: choose one as in {path.name}#{offered[0][:60] if offered else 'method'}; "
        f"there are {', '.join(method[:60] for method in offered[:20]) or 'none'}"
    )


def _kind(path: Path) -> Kind:
    first = next(_rows(path), None)
    try:
        if first is None:
            raise Refused("it is empty")
        return kind_of(first[2])
    except Refused as error:
        raise UserError(f"{path}: {error}") from None


def _rows(path: Path) -> Iterator[Row]:
    if path.suffix == ".csv":
        yield from _csv_rows(path)
        return
    content = _json(path)
    if "answer_generation" in content:
        id = path.name.partition("_")[0]
        yield f"query {id}", id, content
        return
    for id, row in content.items():
        yield f"query {id}", id, row if isinstance(row, dict) else {}


def _csv_rows(path: Path) -> Iterator[Row]:
    """Rows of a table whose columns are parted by commas, or as ToolEval's by tabs."""
    before = csv.field_size_limit(min(MAX_BYTES, sys.maxsize))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is longer than {MAX_BYTES:,} bytes: take it apart")
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            head = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter="\t" if "\t" in head else ",")
            for row in reader:
                id = row.get("query_id") or ""
                yield f"line {reader.line_num}", id, {k: v for k, v in row.items() if k is not None}
    except (OSError, csv.Error) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    finally:
        csv.field_size_limit(before)


def _json(path: Path) -> dict[str, Any]:
    content = read_json(path)
    if not isinstance(content, dict):
        raise UserError(f"{path} is no object of answers by query")
    return content
