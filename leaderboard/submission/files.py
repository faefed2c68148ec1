"""The bytes of a file that somebody else made."""

from __future__ import annotations

import os
import stat
import zlib
from pathlib import Path

from leaderboard.submission import limits
from leaderboard.submission.refusal import Refused, shown

_BLOCK = 1 << 20
_GZIP = 31  # zlib's number for a gzip header and the largest window


def read_bytes(path: Path, limit: int) -> bytes:
    """A whole file.

    Args:
        path: of a regular file; a link to one is refused, and so are pipes and devices.
        limit: bytes that it may have.

    Raises:
        Refused: it is missing, no regular file or too large.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    name = shown(path.name)
    try:
        if path.is_symlink():
            raise Refused(f"{name} is a link: put the file itself there")
        with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise Refused(f"{name} is no regular file")
            data = file.read(min(about.st_size, limit) + 1)  # takes memory for that many
    except FileNotFoundError:
        raise Refused(f"{name} is missing") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Refused(f"{name} cannot be read: {reason}") from None
    if len(data) > limit:
        raise Refused(f"{name} has more than {limit:,} bytes")
    return data


def gunzip(path: Path, limit: int) -> bytes:
    """What a gzip file holds, decompressed no further than allowed.

    A file has one member and nothing after it, as the harness writes it: readers differ in what
    they make of more.

    Args:
        path: of the file.
        limit: bytes that it may have when decompressed.

    Raises:
        Refused: it is no gzip file, damaged, cut short, continued, or becomes too large.
    """
    data, name = read_bytes(path, limits.FILE_BYTES), shown(path.name)
    limit = min(limit, max(limits.EXPANSION_FROM, limits.EXPANSION * len(data)))
    inflater, parts, size, rest = zlib.decompressobj(_GZIP), [], 0, data
    while not inflater.eof:
        try:
            part = inflater.decompress(rest, _BLOCK)
        except zlib.error:
            raise Refused(f"{name} is no gzip file, or damaged") from None
        rest, size = inflater.unconsumed_tail, size + len(part)
        parts.append(part)
        if size > limit:
            raise Refused(f"{name} becomes larger than {limit:,} bytes when decompressed")
        if not part and not rest and not inflater.eof:
            raise Refused(f"{name} is cut short")
    if inflater.unused_data:
        raise Refused(f"{name} goes on after its end: one gzip member is allowed")
    return b"".join(parts)
