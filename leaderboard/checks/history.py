"""What a change touches, told by git: one new folder and nothing else.

Only git's plumbing is asked, which runs no hook and no filter of the repository, and every name is
read as bytes between NULs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

from harness.errors import UserError
from leaderboard.checks.case import Case
from leaderboard.checks.files import listed
from leaderboard.checks.outcomes import Finding, failed, passed, skipped

SECONDS = 60
_LINK, _MODULE = "120000", "160000"


class Change(NamedTuple):
    """A file that differs between two commits."""

    mode: str
    """Of the new file; six zeros where it is gone."""
    path: str


def elsewhere(case: Case) -> Iterator[Finding]:
    """Nothing outside of the folder is added, changed, renamed or deleted."""
    if reason := _untold(case):
        yield skipped(reason)
        return
    inside, changes = _prefix(case), _changes(case)
    if outside := [change.path for change in changes if not change.path.startswith(inside)]:
        yield failed(
            f"files outside of the submission's own folder are touched: {listed(outside)}. "
            "One submission is one new folder"
        )
    if odd := [change.path for change in changes if change.mode in (_LINK, _MODULE)]:
        yield failed(f"a link or another repository is added: {listed(odd)}")
    yield passed(f"{len(changes)} files, all inside of {inside}")


def unchanged(case: Case) -> Iterator[Finding]:
    """The folder is new: a submission stays as it was made."""
    if reason := _untold(case):
        yield skipped(reason)
        return
    inside = _prefix(case)
    earlier = _git(case, "ls-tree", "--name-only", "-z", _fork(case), "--", ".")
    changed = any(change.path.startswith(inside) for change in _changes(case))
    if earlier and changed:
        yield failed(
            f"{case.name} was submitted before, and submissions stay as they are: choose another "
            "name, and ask for the old one to be retracted"
        )
    else:
        yield passed("as it was" if earlier else "new")


def _untold(case: Case) -> str:
    """Why git cannot be asked; empty where it can."""
    if case.base is None:
        return "no base revision was named (--base)"
    return "git is not installed" if shutil.which("git") is None else ""


def _prefix(case: Case) -> str:
    """The folder from the top of the repository, with "/" at its end."""
    return _git(case, "rev-parse", "--show-prefix").removesuffix("\n")


def _fork(case: Case) -> str:
    """The commit at which the change left the base. Raises `UserError` where there is none."""
    name = f"{case.base}^{{commit}}"
    base = _git(case, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    return _git(case, "merge-base", base.strip(), "HEAD").strip()


def _changes(case: Case) -> list[Change]:
    """What HEAD changes since it left the base; a rename is a deletion and an addition."""
    words = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-relative")
    parts = _git(case, *words, _fork(case), "HEAD").split("\0")
    return [
        Change(mode=meta.split()[1], path=path)
        for meta, path in zip(parts[0::2], parts[1::2], strict=False)
    ]


def _git(case: Case, *words: str) -> str:
    """What git says of the folder's repository. Raises `UserError` with its complaint."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        answer = subprocess.run(
            ["git", "-C", str(case.folder), "--no-optional-locks", *words],
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env={**environment, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(f"git {words[0]} gave no answer: {error}") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace") or "no such revision, or none in common"
        raise UserError(f"git {words[0]}, --base {case.base}: {said[:200]}") from None
    return answer.stdout.decode("utf-8", "surrogateescape")
