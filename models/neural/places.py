"""Where a model lies: a local folder, or a commit on the Hugging Face hub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.errors import InfrastructureError, UserError
from harness.loading.identity import folder_digest
from harness.workspace import workspace

COMMIT = re.compile(r"[0-9a-f]{40}")
"""A full commit, which no one can move to other contents."""
_HUB_ID = re.compile(r"\w[\w.\-]*(/\w[\w.\-]*)?")
_TIMEOUT = 10.0
"""Seconds that the hub may take to name a commit."""


@dataclass(frozen=True)
class Place:
    """A model that can be loaded, and how it is called.

    Attributes:
        source: what `from_pretrained` takes: the id on the hub, or the path of a folder.
        name: what a person reads: the id, or the folder's name with a slash, never its path.
        revision: the full commit on the hub; empty for a folder.
        digest: "sha256:..." of a folder's files; None on the hub, where the commit says it all.
    """

    source: str
    name: str
    revision: str = ""
    digest: str | None = None


def located(name: str, revision: str) -> Place:
    """Finds a model without loading it.

    Args:
        name: a folder's path, relative to the workspace's base, or an id on the hub. A folder that
            exists goes before an id.
        revision: commit, branch or tag on the hub. A full commit is taken as it is, without a look
            at cache or hub. Any other is resolved to its commit: by the local cache where that
            knows it, else by the hub. Empty means the main branch.

    Raises:
        UserError: there is no such folder or model, or the hub cannot be reached; the message says
            how to get the model.
        InfrastructureError: the hub answered with an error of its own.
    """
    folder = workspace().base / Path(name).expanduser()
    if name and folder.is_dir():
        if revision:
            raise UserError(
                f"'{name}' is a folder, which has no revision '{revision}': leave it out"
            )
        digest = f"sha256:{_digest(folder.resolve(), _stamps(folder))}"
        return Place(str(folder.resolve()), f"{folder.resolve().name}/", digest=digest)
    if not _HUB_ID.fullmatch(name):
        raise UserError(
            f"no folder '{name}', which is no id on the hub such as 'owner/name' either"
        )
    if COMMIT.fullmatch(revision):
        return Place(name, name, revision)
    commit = _cached(name, revision or "main") or _asked(name, revision)
    return Place(name, name, commit)


def how_to_get(name: str, revision: str = "") -> str:
    """What to type to have a model of the hub on a machine that cannot reach it."""
    at = f" --revision {revision}" if revision else ""
    return (
        f"on a machine with network, run: hf download {name}{at}; then copy its cache here and let "
        "HF_HOME name it, or give the path of a local folder"
    )


def _stamps(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of a folder's files: while they stay, the digest is known."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = [(path, path.stat()) for path in files]
    return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats)


@cache
def _digest(folder: Path, stamps: tuple[tuple[str, int, int], ...]) -> str:
    return folder_digest(folder)


def _cached(name: str, revision: str) -> str:
    """The commit that the local cache knows under a branch or tag, or an empty string."""
    from huggingface_hub import constants

    home = Path(constants.HF_HUB_CACHE) / f"models--{name.replace('/', '--')}"
    try:
        commit = (home / "refs" / revision).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
    return commit if COMMIT.fullmatch(commit) and (home / "snapshots" / commit).is_dir() else ""


def _asked(name: str, revision: str) -> str:
    """The commit that the hub names."""
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    absent = f"the model '{name}' is not on this machine"
    if constants.HF_HUB_OFFLINE:
        raise UserError(f"{absent}, and HF_HUB_OFFLINE is set: {how_to_get(name, revision)}")
    try:
        commit = HfApi().model_info(name, revision=revision or None, timeout=_TIMEOUT).sha
    except GatedRepoError as error:
        raise UserError(
            f"the hub gives '{name}' only to who accepted its terms: do so on its page there, "
            "then run: hf auth login"
        ) from error
    except RepositoryNotFoundError as error:
        raise UserError(
            f"no folder and no model on the hub is called '{name}'; if it is private, run: "
            "hf auth login"
        ) from error
    except RevisionNotFoundError as error:
        raise UserError(f"the model '{name}' has no revision '{revision}' on the hub") from error
    except HfHubHTTPError as error:
        raise InfrastructureError(f"'{name}': the hub failed: {type(error).__name__}") from error
    except Exception as error:
        # What "no network" raises depends on the HTTP library of the installed version.
        raise UserError(
            f"{absent}, and the hub cannot be reached: {how_to_get(name, revision)}"
        ) from error
    if not commit:
        raise InfrastructureError(f"'{name}': the hub named no commit")
    return commit
