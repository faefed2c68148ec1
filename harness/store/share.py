"""Which share of a divided run a folder holds, so that a merge knows which are still owed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from harness.errors import UserError
from harness.store.results import dump, write_atomic

PATTERN = "shard.*-of-*.json"


class Share(NamedTuple):
    """Share `number` (counted from 1) of `of`, of the work with that hash."""

    number: int
    of: int
    work: str

    def write(self, out: Path) -> None:
        """Says so in a folder, once the share is done."""
        name = f"shard.{self.number}-of-{self.of}.json"
        write_atomic(out / name, dump(self._asdict()))


def shares(out: Path) -> list[Share]:
    """The shares that a folder holds. Raises `UserError` when a file is damaged."""
    found = []
    for path in sorted(out.glob(PATTERN)):
        try:
            found.append(Share(**json.loads(path.read_bytes())))
        except (ValueError, TypeError):
            raise UserError(f"{path} is damaged: run that shard again") from None
    return found


def settle(target: Path, done: list[Share]) -> list[str]:
    """Names the shares that are owed; where none is, the folder is that of an undivided run.

    Args:
        target: the folder of the joined results.
        done: the shares that were joined.
    """
    works = {(share.work, share.of) for share in done}
    owed = [
        f"shard {number}/{of}"
        for work, of in sorted(works)
        for number in range(1, of + 1)
        if Share(number, of, work) not in done
    ]
    for path in target.glob(PATTERN):
        path.unlink()
    for share in done if owed else ():
        share.write(target)
    return owed
