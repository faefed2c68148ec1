"""What long computations may use and whom they tell, wherever in a pipeline they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.budget import Budget
    from harness.play.clock import Clock
    from harness.records import Setting
    from harness.shared import Shared

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Workspace:
    """Folders, limits and listeners; none of it changes a number.

    Attributes:
        cache: the folder that embeddings are kept in; None keeps them no longer than needed.
        memory: bytes that one search may hold at a time, whatever the size of the corpus.
        device: where vectors are searched: "cpu", "cuda", ...; None chooses.
        tell: called with what is being done ("encoding"), how much of it is done, and of how much.
        say: called with a sentence that a person should read: what was mended, what was given up.
        base: where relative paths in an expression start; a checkpoint's are inside its folder.
        shared: what stages of several models have in common; None shares nothing.
        task: name of the task that is being answered, and
        split: that of its split; a saved run needs them to find its part.
        setting: how the task is asked; answers are shared by those that are asked alike.
        trial: which attempt at a problem is made; completions that are drawn by chance are drawn
            anew for each.
        budget: what completions may cost; None sets no limit.
        clock: of the attempt that is made; None where nobody asks how long it takes.
    """

    cache: Path | None = None
    memory: int = 512 * MEGABYTE
    device: str | None = None
    tell: Callable[[str, int, int], None] = lambda doing, done, total: None
    say: Callable[[str], None] = lambda sentence: None
    base: Path = Path()
    shared: Shared | None = None
    task: str = ""
    split: str = ""
    setting: Setting | None = None
    trial: int = 0
    budget: Budget | None = None
    clock: Clock | None = None

    def path(self, written: str) -> Path:
        """The path that a person wrote, from `base` where it is relative, "~" for the home."""
        return self.base / Path(written).expanduser()


_NOTHING_SAID = Workspace()
_current: ContextVar[Workspace] = ContextVar("workspace", default=_NOTHING_SAID)


def workspace() -> Workspace:
    """The workspace of whatever runs now."""
    return _current.get()


@contextmanager
def working(**changes: Any) -> Iterator[Workspace]:
    """Runs a block of code in a workspace that differs in these fields."""
    token = _current.set(replace(_current.get(), **changes))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
