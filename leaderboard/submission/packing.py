"""From results to a folder that can be submitted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

from harness.errors import UserError
from harness.files import disk_error, sha256_of
from harness.store import RUN_INFO, setting_slug, setting_to_json
from harness.store.results import dump
from harness.store.schema import slug
from leaderboard.records import (
    ENVIRONMENT,
    MANIFEST,
    MODEL,
    RESULTS,
    Card,
    FileEntry,
    Manifest,
    ResultEntry,
)
from leaderboard.submission.cards import card_yaml
from leaderboard.submission.environment import reduced, together
from leaderboard.submission.gathering import NAMED, Gathered, gather
from leaderboard.submission.reading import read_card, read_manifest, require_name, safe_files
from leaderboard.submission.refusal import Refused
from leaderboard.submission.secrets import secrets_in, values_of


def submit(results: Sequence[Path], card: Path, out: Path, *, created: date | None = None) -> Path:
    """Packs results of one model into a folder to submit.

    The same results, card and day give the same bytes. The folder appears once it is complete; if
    anything is wrong, nothing is written.

    Args:
        results: folders of `assay run --out`, folders within, or single results.
        card: the model card, YAML; see `card_template`.
        out: the folder to make. Its name is that of the submission.
        created: the day to write down; default today (UTC).

    Returns:
        `out`.

    Raises:
        UserError: the card is not complete, results cannot be submitted, `out` holds something, or
            a file holds a key; the message says which and what to do.
    """
    out = out.absolute()
    require_name(out.name)
    _require_free(out)
    about = _card(card)
    gathered = gather(results)
    day = created or datetime.now(UTC).date()
    with _building(out) as folder:
        _fill(folder, gathered, about)
        (folder / MANIFEST).write_bytes(dump(_manifest(folder, out.name, gathered, day)))
        read_manifest(folder)
        _refuse_secrets(folder)
    return out


def _card(path: Path) -> Card:
    """The card. Raises `UserError` where there is none, or it is not complete."""
    if not path.exists():
        raise UserError(
            f"no card at {path}: assay submit RESULT... --template prints one to fill in"
        )
    return read_card(path)


def _fill(folder: Path, gathered: Sequence[Gathered], card: Card) -> None:
    """Writes everything but the manifest."""
    (folder / MODEL).write_bytes(card_yaml(card))
    environment = together([one.info for one in gathered])
    (folder / ENVIRONMENT).write_bytes(dump(environment.model_dump(mode="json")))
    for one in gathered:
        place = folder / _place(one)
        place.mkdir(parents=True)
        for name in one.kind.files:
            if name != RUN_INFO:
                shutil.copyfile(one.folder / name, place / name)
        (place / RUN_INFO).write_bytes(dump(reduced(one.info).model_dump(mode="json")))


def _manifest(
    folder: Path, name: str, gathered: Sequence[Gathered], day: date
) -> dict[str, object]:
    first = gathered[0].result
    manifest = Manifest(
        submission=name,
        created=day,
        assay=version("assay-harness"),
        model=first.model,
        model_fingerprint=first.model_fingerprint,
        results=[_entry(one) for one in gathered],
        files={path: _hashed(file) for path, file in safe_files(folder).items()},
    )
    return manifest.model_dump(mode="json")


def _entry(one: Gathered) -> ResultEntry:
    result = one.result
    return ResultEntry(
        path=_place(one),
        task=result.task,
        task_version=result.task_version,
        data_hash=result.data_hash,
        setting=setting_to_json(result.setting),
        predictions_hash=result.predictions_hash,
    )


def _place(one: Gathered) -> str:
    """Where a result lies in a submission."""
    task = slug(one.result.task, distinct=True)
    return f"{RESULTS}/{setting_slug(one.result.setting)}/{task}"


def _hashed(path: Path) -> FileEntry:
    return FileEntry(sha256=sha256_of(path), bytes=path.stat().st_size)


def _refuse_secrets(folder: Path) -> None:
    """Raises `Refused` where a file holds a key, or the value of a variable that names one."""
    if found := secrets_in(safe_files(folder), values_of()):
        more = len(found) - NAMED
        raise Refused(
            f"nothing was packed, for it would publish a key: {'; '.join(map(str, found[:NAMED]))}"
            f"{f'; and {more} more' if more > 0 else ''}: take it out, and replace it where it "
            "gives access"
        )


def _require_free(out: Path) -> None:
    """Raises `UserError` where something lies there already."""
    if (out / MANIFEST).exists():
        raise UserError(
            f"{out} is a submission already and was left as it is: remove it, or choose another "
            "--out"
        )
    if out.is_symlink() or (out.exists() and not (out.is_dir() and not any(out.iterdir()))):
        raise UserError(f"{out} is there already: choose a new folder with --out")


@contextmanager
def _building(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its place at the end, or is removed."""
    folder = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        folder.mkdir(parents=True)
        yield folder
        if out.exists():
            out.rmdir()
        folder.rename(out)
    except OSError as error:
        raise disk_error(error, out) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
