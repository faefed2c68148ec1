"""A small folder of submissions, and ways to change its records as a maintainer could."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from synthetic_submissions import write_board

from leaderboard.checked import CHECKED


class Folder:
    """Submissions on the starter passages: 8 tasks of 12 queries."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def record(self, name: str) -> Path:
        return self.path / CHECKED / f"{name}.json"

    def edit(self, name: str, change: Callable[[Any], None]) -> None:
        """Changes a record."""
        value = json.loads(self.record(name).read_text())
        change(value)
        self.record(name).write_text(json.dumps(value))

    def copy(self, name: str, new: str, change: Callable[[Any], None]) -> None:
        """A second submission, equal but for its name and what is changed in its record."""
        manifest = json.loads((self.path / name / "manifest.json").read_text())
        (self.path / new).mkdir()
        data = json.dumps(manifest | {"submission": new}).encode()
        (self.path / new / "manifest.json").write_bytes(data)
        record = json.loads(self.record(name).read_text())
        record |= {"submission": new, "manifest": sha256(data).hexdigest()}
        change(record)
        self.record(new).write_text(json.dumps(record))

    def reproduce(self, name: str, cells: list[dict[str, Any]], **fields: Any) -> None:
        """A maintainer's rerun."""
        record = json.loads(self.record(name).read_text())
        rerun = {
            "submission": name,
            "manifest": record["manifest"],
            "on": "2026-06-01",
            "by": "A Maintainer",
            "environment": record["environment"],
            "cells": cells,
        }
        path = self.path / CHECKED / "reproduced" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(rerun | fields))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(write_board(tmp_path, systems=4, suite="starter-passages", queries=12))
