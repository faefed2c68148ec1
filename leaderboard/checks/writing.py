"""Records as files: the same record gives the same bytes, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from harness.files import replacing


def compact(record: BaseModel) -> bytes:
    """A record as JSON without spaces, its keys sorted."""
    text = json.dumps(
        record.model_dump(mode="json"),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    return f"{text}\n".encode()


def write(path: Path, record: BaseModel) -> None:
    """Writes a record in the place of an older one. Raises `UserError` if the disk refuses it."""
    with replacing(path) as file:
        file.write(compact(record))
