"""Which files a submission may hold: those that the harness writes, and nothing else."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from leaderboard.records import ENVIRONMENT, MANIFEST, MODEL, NAME, RESULTS
from leaderboard.submission import limits
from leaderboard.submission.kinds import FILES
from leaderboard.submission.refusal import Refused, shown

TOP = (MODEL, MANIFEST, ENVIRONMENT)
"""Files of a submission, beside the folder of results."""

_PART = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._,=+-]{{0,{limits.NAME - 1}}}(?<!\.)")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def safe_files(folder: Path) -> dict[str, Path]:
    """Every file of a submission.

    Returns:
        Path below the folder, with "/", to where it lies; in order of path.

    Raises:
        Refused: there is a link, a pipe or a device; a file that no submission has; a name that is
            not safe everywhere; or too much of anything.
    """
    if folder.is_symlink():
        raise Refused(f"{shown(folder.name)} is a link: name the folder itself")
    if not folder.is_dir():
        raise Refused(f"{shown(folder)} is no folder")
    files: dict[str, Path] = {}
    seen: dict[str, str] = {}
    total = 0
    for number, (name, entry) in enumerate(_entries(folder, "")):
        if number >= limits.ENTRIES:
            raise Refused(f"more than {limits.ENTRIES:,} files and folders")
        _refuse_odd(name, entry)
        if (other := seen.setdefault(name.lower(), name)) != name:
            raise Refused(f"{shown(other)} and {shown(name)} are one file on some systems")
        if not entry.is_dir(follow_symlinks=False):
            files[name] = Path(entry.path)
            total += _size(name, entry)
    if len(files) > limits.FILES:
        raise Refused(f"{len(files):,} files: at most {limits.FILES:,} are allowed")
    if total > limits.TOTAL_BYTES:
        raise Refused(f"{total:,} bytes in all: at most {limits.TOTAL_BYTES:,} are allowed")
    return dict(sorted(files.items()))


def allowed(path: str) -> bool:
    """Whether a submission may hold a file of that path, written with "/"."""
    *folders, file = path.split("/")
    if not folders:
        return file in TOP
    return (
        len(path) <= limits.PATH
        and len(folders) == limits.PATH_PARTS - 1
        and folders[0] == RESULTS
        and all(map(_plain, folders))
        and file in FILES
    )


def allowed_folder(path: str) -> bool:
    """Whether a submission may hold a folder of that path: results, or the way to one."""
    parts = path.split("/")
    return parts[0] == RESULTS and len(parts) < limits.PATH_PARTS and all(map(_plain, parts))


def require_name(name: str) -> None:
    """Raises `Refused` where no submission can be called so."""
    if not NAME.fullmatch(name):
        raise Refused(
            f"'{shown(name)}' is no name of a submission: 1 to 64 small letters, digits, '.', '_' "
            "and '-', a letter or digit at both ends"
        )
    if _RESERVED.fullmatch(name):
        raise Refused(f"'{shown(name)}' is reserved on some systems: choose another name")


def _entries(folder: Path, above: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Files and folders with their path, no link followed, nothing deeper than results lie."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(islice(found, limits.ENTRIES + 1), key=lambda entry: entry.name)
    except OSError as error:
        raise Refused(f"{shown(folder.name)} cannot be read: {error.strerror}") from None
    for entry in entries:
        name = f"{above}{entry.name}"
        yield name, entry
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path), f"{name}/")


def _refuse_odd(name: str, entry: os.DirEntry[str]) -> None:
    """Raises `Refused` unless it is a file or folder that belongs there."""
    if entry.is_symlink():
        raise Refused(f"{shown(name)} is a link: put the file itself there")
    mode = entry.stat(follow_symlinks=False).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise Refused(f"{shown(name)} is neither a file nor a folder")
    if stat.S_ISDIR(mode) and not allowed_folder(name):
        raise Refused(f"{shown(name)} is a folder that no submission has")
    if stat.S_ISREG(mode) and not allowed(name):
        expected = f"{', '.join(TOP)}, {RESULTS}/SETTING/TASK/({', '.join(FILES)})"
        raise Refused(f"{shown(name)} is no file of a submission, which are: {expected}")


def _plain(part: str) -> bool:
    return bool(_PART.fullmatch(part)) and not _RESERVED.fullmatch(part)


def _size(name: str, entry: os.DirEntry[str]) -> int:
    size = entry.stat(follow_symlinks=False).st_size
    if size > limits.FILE_BYTES:
        raise Refused(f"{shown(name)} has {size:,} bytes: at most {limits.FILE_BYTES:,}")
    return size
