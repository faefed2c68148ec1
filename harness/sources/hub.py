"""The Hugging Face hub, read through `datasets`: its cache, its offline switches.

Only reached when something is not in a mirror. A dataset that is in the local cache under the
commit asked for needs no network at all; a hub that cannot be reached is asked once, then left.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

from harness.errors import MissingData
from harness.sources.rows import Row

_COMMIT = re.compile(r"[0-9a-f]{40}")
_TIMEOUT = 10.0
"""Seconds that the hub may take to name a dataset's commit."""


class Hub:
    """Datasets by id, config and split."""

    def __init__(self) -> None:
        self._commits: dict[tuple[str, str | None], str] = {}
        self._unreachable = ""

    def load(
        self, dataset: str, config: str, split: str, revision: str | None = None
    ) -> tuple[list[Row], str]:
        """The rows of a split, and the commit that they belong to.

        Args:
            dataset: id on the hub, "owner/name".
            config: name of the configuration.
            split: name of the split.
            revision: commit, branch or tag; None is the newest commit, or offline the cached one.

        Raises:
            MissingData: it is neither in the local cache nor to be fetched; the message says why.
        """
        pinned = _pinned(revision)
        known = pinned and _cached(dataset, config, split, pinned)
        newest = None if known else self._resolve(dataset, revision)
        cached = known or _cached(dataset, config, split, pinned or newest)
        if cached:
            return _read_arrow(cached, split), cached.name
        if newest is None:
            raise MissingData(self._unreachable or "offline mode is on")
        return self._download(dataset, config, split, newest), newest

    def has(self, dataset: str, config: str, split: str, revision: str | None = None) -> bool:
        """True when the split is in the local cache. Never asks the network."""
        return _cached(dataset, config, split, _pinned(revision)) is not None

    def _resolve(self, dataset: str, revision: str | None) -> str | None:
        """The commit that a revision names on the hub; None when the hub cannot be asked."""
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HfHubHTTPError

        if self._unreachable or _offline():
            return None
        key = (dataset, revision)
        if key not in self._commits:
            try:
                info = HfApi().dataset_info(dataset, revision=revision, timeout=_TIMEOUT)
            except HfHubHTTPError as error:
                raise MissingData(f"the hub answered {type(error).__name__}") from error
            except Exception as error:
                # What "no network" raises depends on the HTTP library of the installed version.
                self._unreachable = f"not reachable: {_first_line(error)}"
                return None
            self._commits[key] = cast("str", info.sha)
        return self._commits[key]

    def _download(self, dataset: str, config: str, split: str, commit: str) -> list[Row]:
        from datasets import load_dataset

        try:
            # All splits of the config at once: those after the first come from the local cache.
            splits = load_dataset(dataset, config, revision=commit)
        except Exception as error:
            raise MissingData(f"the hub gave no {config}: {_first_line(error)}") from error
        if split not in splits:
            raise MissingData(f"on the hub {config} has only the splits {', '.join(splits)}")
        return cast("list[Row]", splits[split].to_list())


def _pinned(revision: str | None) -> str | None:
    """The revision if it is a commit, which no one can move; else None."""
    return revision if revision and _COMMIT.fullmatch(revision) else None


def _offline() -> bool:
    """True under HF_HUB_OFFLINE or HF_DATASETS_OFFLINE."""
    from datasets import config

    return bool(config.HF_HUB_OFFLINE)


def _cached(dataset: str, config: str, split: str, commit: str | None) -> Path | None:
    """The folder of a prepared split in the cache of `datasets`; the newest without a commit."""
    from datasets import config as settings
    from datasets.naming import camelcase_to_snakecase

    owner, _, name = dataset.rpartition("/")
    stem = camelcase_to_snakecase(name)
    home = Path(settings.HF_DATASETS_CACHE) / (f"{owner}___{stem}" if owner else stem) / config
    folders = [
        folder
        for folder in home.glob(f"*/{commit or '*'}")
        if _COMMIT.fullmatch(folder.name)
        and (folder / "dataset_info.json").is_file()
        and _arrow_files(folder, split)
    ]
    return max(folders, key=lambda folder: folder.stat().st_mtime, default=None)


def _arrow_files(folder: Path, split: str) -> list[Path]:
    return sorted([*folder.glob(f"*-{split}.arrow"), *folder.glob(f"*-{split}-*-of-*.arrow")])


def _read_arrow(folder: Path, split: str) -> list[Row]:
    from datasets import Dataset

    parts: list[Any] = [Dataset.from_file(str(file)) for file in _arrow_files(folder, split)]
    return [row for part in parts for row in part.to_list()]


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
