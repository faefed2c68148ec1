"""The Hugging Face hub, and what this machine's cache holds of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from harness.errors import InfrastructureError, UserError

T = TypeVar("T")
COMMIT = re.compile(r"[0-9a-f]{40}")
"""A full commit, which no one can move to other contents."""
_TIMEOUT = 5.0
"""Seconds that the hub may take in all to name a commit."""
TORCH = ("*.safetensors", "*model*.bin")
"""Names of the files that weights for torch are in."""
_MODULES = "modules.json"
_WORDS = ("*tokenizer.json", "*vocab*", "*.model")
"""Files of which a tokenizer has at least one."""
_BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError)
"""What reading a list of files raises that is not what it should be."""


def how_to_get(name: str, revision: str = "") -> str:
    """What to type to have a model of the hub on a machine that cannot reach it."""
    at = f" --revision {revision}" if revision else ""
    return (
        f"on a machine with network, run: hf download {name}{at}; then copy its cache here and let "
        "HF_HOME name it, or give the path of a local folder"
    )


def snapshot(name: str, commit: str) -> Path:
    """The folder of the cache for a commit's files, which may not exist."""
    return _home(name) / "snapshots" / commit


def cached_commit(name: str, revision: str) -> str:
    """The commit that the cache knows under a branch or tag, or an empty string."""
    try:
        commit = (_home(name) / "refs" / revision).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
    return commit if COMMIT.fullmatch(commit) and snapshot(name, commit).is_dir() else ""


def has_weights(folder: Path, kinds: Sequence[str] = TORCH) -> bool:
    """Whether a model's weights lie in a folder, all the parts of them.

    Args:
        folder: it may not exist.
        kinds: patterns of the files that may hold them.
    """
    files = _files(folder)
    try:
        parts = [
            (folder / file).parent / part
            for file in files
            if file.endswith(".index.json")
            for part in _read(folder / file)["weight_map"].values()
        ]
    except _BROKEN:
        return False
    return _any(files, kinds) and all(part.is_file() for part in parts)


def is_whole(folder: Path, kinds: Sequence[str] = TORCH) -> bool:
    """Whether a snapshot holds all that loading a model may ask for, as far as one can tell.

    The cache keeps no list of a commit's files. It notes those that a library asked for in vain, so
    `modules.json` must be there or be noted: without it, a model would be pooled by its mean that
    was not made for it. `hf download` notes nothing, but it alone fetches `.gitattributes`.

    Args:
        folder: of the snapshot; it may not exist.
        kinds: patterns of the files that may hold the weights.
    """
    home, files = folder.parents[1], _files(folder)
    noted = (home / ".no_exist" / folder.name / _MODULES).is_file()
    if not (_MODULES in files or noted or ".gitattributes" in files):
        return False
    if any(home.glob("blobs/*.incomplete")) or not _any(files, _WORDS):
        return False
    try:
        modules = _modules(folder) if _MODULES in files else []
    except _BROKEN:
        return False
    present = (any(file.startswith(f"{module}/") for file in files) for module in modules)
    return has_weights(folder, kinds) and all(present)


def ask_commit(name: str, revision: str) -> str:
    """The commit that the hub names for a branch, tag or commit; empty is the main branch.

    Raises:
        UserError: there is no such model, or the hub cannot be reached within seconds.
        InfrastructureError: the hub answered with an error of its own.
    """
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
        commit = _in_time(
            lambda: HfApi().model_info(name, revision=revision or None, timeout=_TIMEOUT).sha
        )
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


def note_modules(name: str, commit: str) -> None:
    """Lets the cache hold `modules.json`, or note that the model has none; see `is_whole`."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    with suppress(EntryNotFoundError, OSError):  # what loads the model will say what is wrong
        hf_hub_download(name, _MODULES, revision=commit)


def _home(name: str) -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE) / f"models--{name.replace('/', '--')}"


def _files(folder: Path) -> set[str]:
    """Paths within a folder; a link whose file is gone does not count."""
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def _any(files: set[str], patterns: Sequence[str]) -> bool:
    return any(fnmatch(file, pattern) for file in files for pattern in patterns)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _modules(folder: Path) -> list[str]:
    """Folders of the modules that have files; a normalisation may have none."""
    modules = _read(folder / _MODULES)
    return [m["path"] for m in modules if m["path"] and not m["type"].endswith(".Normalize")]


def _in_time(ask: Callable[[], T]) -> T:
    """What `ask()` returns or raises, or a TimeoutError.

    A library's own timeout holds for each address of a host, and not for the look-up of its name:
    where packets are dropped, a dozen addresses make a minute of five seconds.
    """
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except Exception as error:
            answer.set_exception(error)

    Thread(target=run, daemon=True).start()
    return answer.result(timeout=_TIMEOUT)
