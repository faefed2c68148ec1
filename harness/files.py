"""Files written whole or not at all, and what those hold that come along."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS
from hashlib import file_digest, sha256
from pathlib import Path
from platform import node
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from harness.errors import UserError


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` once it is complete and on disk.

    Raises:
        UserError: the disk is full, the folder is read-only or something else hinders writing.
    """
    temporary = path.with_name(f".{path.name}.{_writer(os.getpid())}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        if path.parent.is_dir():
            temporary.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's contents, as hexadecimal digits. Raises `OSError`."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def read_yaml(path: Path) -> Any:
    """What a YAML file of ours holds.

    Raises:
        UserError: there is none, or it is broken.
    """
    import yaml

    try:
        # libyaml's safe loader, where PyYAML was built with it, is ten times as fast.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name} is no YAML: {' '.join(str(error).split())}") from error


def require_writable(folder: Path) -> None:
    """Raises `UserError` when nothing can be written to a folder, which is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise disk_error(error, folder) from error


def disk_error(error: OSError, path: Path) -> UserError:
    """What an operating-system error means for the person who wants the file."""
    if error.errno in (ENOSPC, EDQUOT):
        advice = "the disk is full: free some room and run the same command again, it goes on"
    elif error.errno in (EACCES, EPERM, EROFS):
        advice = "the folder is read-only: choose another with --out"
    else:
        advice = f"{error.strerror}: choose another folder with --out"
    return UserError(f"cannot write {path}: {advice}")


def remove_leftovers(folder: Path) -> None:
    """Removes what writers that were killed have left behind.

    A file of a writer that is alive, or that works on another machine, is left alone: it may
    be about to take its place.
    """
    for path in folder.glob(".*.tmp"):
        machine, _, number = path.name.removesuffix(".tmp").rpartition(".")
        if not number.isdecimal() or (machine.endswith(f".{_machine()}") and _dead(int(number))):
            path.unlink(missing_ok=True)


def _writer(process: int) -> str:
    return f"{_machine()}.{process}"


def _machine() -> str:
    """The start of a hash of this machine's name."""
    return sha256(node().encode()).hexdigest()[:8]


def _dead(process: int) -> bool:
    """True unless another process of that number runs; our own has nothing half written."""
    if process == os.getpid():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
