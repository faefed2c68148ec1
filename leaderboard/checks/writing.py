"""Records as files: the same record gives the same bytes, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from harness.errors import UserError
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
    _write(
        path, compact(record), "records lie beside the submission, copy it to where you may write"
    )


def write_report(path: Path, text: str) -> None:
    """Writes what was found as text. Raises `UserError` if the disk refuses it."""
    _write(path, text.encode(), "choose another file with --markdown")


def _write(path: Path, data: bytes, advice: str) -> None:
    try:
        with replacing(path) as file:
            file.write(data)
    except UserError as error:
        reason = getattr(error.__cause__, "strerror", None) or error
        raise UserError(f"cannot write {path} ({reason}): {advice}") from error
