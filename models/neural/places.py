"""Where a model lies: a local folder, or a commit on the Hugging Face hub."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from harness.errors import AssayError, UserError
from harness.loading.identity import folder_digest
from harness.workspace import workspace
from models.neural import hub

_WEIGHTS = Path(__file__).parent.parent / "embedded" / "weights"
SHIPPED: Mapping[str, Path] = MappingProxyType(
    {"starter-embedder": _WEIGHTS / "encoder", "starter-lm": _WEIGHTS / "language_model"}
)
"""Models that come with the package, by name."""
_HUB_ID = re.compile(r"\w[\w.\-]*(/\w[\w.\-]*)?")


@dataclass(frozen=True)
class Place:
    """A model that can be loaded, and how it is called.

    Attributes:
        origin: the id on the hub, or the path of a folder.
        name: what a person reads: the id, or the folder's name with a slash, never its path.
        revision: the full commit on the hub; empty for a folder.
        digest: "sha256:..." of a folder's files; None on the hub, where the commit says it all.
    """

    origin: str
    name: str
    revision: str = ""
    digest: str | None = None

    @property
    def source(self) -> str:
        """What `from_pretrained` takes to run the model on torch; see `source_of`."""
        return self.source_of(hub.TORCH)

    def source_of(self, weights: Sequence[str]) -> str:
        """What `from_pretrained` takes: a folder that lies here, or the id on the hub.

        Libraries ask the hub for every file that a model might have, and again where it is silent.
        So they get the folder of the commit in the cache where that is whole, and where it is not,
        the hub is first asked whether it is there at all.

        Args:
            weights: patterns of the files that may hold the weights.

        Raises:
            UserError: the model is not on this machine, and the hub does not give it.
            InfrastructureError: it is not on this machine, and the hub failed.
        """
        return str(self._folder(weights, loads=True) or self.origin)

    def settings(self) -> Path | None:
        """The folder with the model's small files, or None where they must be had from the hub.

        Raises:
            UserError: as `source_of` does, unless the cache has anything at all of this commit.
            InfrastructureError: likewise.
        """
        return self._folder(hub.TORCH, loads=False)

    def _folder(self, weights: Sequence[str], *, loads: bool) -> Path | None:
        """Where all lies that there is, or None where the hub has it and can be reached."""
        if self.digest:
            return Path(self.origin)
        folder = hub.snapshot(self.origin, self.revision)
        if hub.is_whole(folder, weights):
            return folder
        try:
            hub.ask_commit(self.origin, self.revision)
        except AssayError:
            # What the cache has of this commit is then taken to be all of it.
            if hub.has_weights(folder, (*weights, *hub.TORCH)) if loads else folder.is_dir():
                return folder
            raise
        if loads:
            hub.note_modules(self.origin, self.revision)
        return None


def located(name: str, revision: str) -> Place:
    """Finds a model without loading it.

    Args:
        name: one of `SHIPPED`; a folder's path, relative to the workspace's base; or an id on the
            hub. A folder that exists goes before an id.
        revision: commit, branch or tag on the hub. A full commit is taken as it is, without a look
            at cache or hub. Any other is resolved to its commit: by the local cache where that
            knows it, else by the hub. Empty means the main branch.

    Raises:
        UserError: there is no such folder or model, or the hub cannot be reached; the message says
            how to get the model.
        InfrastructureError: the hub answered with an error of its own.
    """
    folder = SHIPPED.get(name) or workspace().path(name)
    if name and folder.is_dir():
        if revision:
            raise UserError(
                f"'{name}' is a folder, which has no revision '{revision}': leave it out"
            )
        digest = f"sha256:{_digest(folder.resolve(), _stamps(folder))}"
        shown = name if name in SHIPPED else f"{folder.resolve().name}/"
        return Place(str(folder.resolve()), shown, digest=digest)
    if not _HUB_ID.fullmatch(name):
        raise UserError(
            f"no folder '{name}', which is no id on the hub such as 'owner/name' either"
        )
    if hub.COMMIT.fullmatch(revision):
        return Place(name, name, revision)
    commit = hub.cached_commit(name, revision or "main") or hub.ask_commit(name, revision)
    return Place(name, name, commit)


def _stamps(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of a folder's files: while they stay, the digest is known."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = [(path, path.stat()) for path in files]
    return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats)


@cache
def _digest(folder: Path, stamps: tuple[tuple[str, int, int], ...]) -> str:
    return folder_digest(folder)
