"""Python files that a user names by path."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from harness.errors import USERS, UserError, own_line
from harness.loading.factory import first_line


@dataclass(frozen=True)
class Plugin:
    """A user's Python file, executed once.

    Attributes:
        path: as the user wrote it.
        module: what the file defines, under a private module name.
        digest: SHA-256 of the file's bytes, the very bytes that were executed.
    """

    path: str
    module: ModuleType
    digest: str

    def get(self, name: str) -> object:
        """What the file calls `name`. Raises `UserError` with the closest names it has."""
        if not hasattr(self.module, name):
            own = list(self._own())
            close = get_close_matches(name, own, n=1, cutoff=0.5)
            guess = f"did you mean {close[0]}? " if close else ""
            raise UserError(
                f"{self.path} has no '{name}': {guess}it defines {', '.join(own) or 'nothing'}"
            )
        return getattr(self.module, name)

    def only(self, wanted: Callable[[object], bool], kind: str, needs: str) -> str:
        """The name of the one thing in the file that is wanted.

        Args:
            wanted: whether something is what is looked for.
            kind: what that is called.
            needs: how one is recognised, for the message where there is none.

        Raises:
            UserError: there is none, or there are several.
        """
        found = [name for name, value in self._own().items() if wanted(value)]
        if len(found) == 1:
            return found[0]
        if found:
            choices = " or ".join(f"{self.path}:{name}" for name in found)
            raise UserError(f"{self.path} has {len(found)} {kind}s: name one, {choices}")
        raise UserError(f"{self.path} has no {kind}: {needs}")

    def _own(self) -> dict[str, object]:
        """What was defined in the file, not imported into it."""
        name = self.module.__name__
        return {
            key: value
            for key, value in vars(self.module).items()
            if not key.startswith("_")
            and (getattr(value, "__module__", None) == name or type(value).__module__ == name)
        }


def load_plugin(path: str, base: Path | None = None) -> Plugin:
    """Executes a Python file. `sys.path` is left alone, so it may import only what is installed.

    Args:
        path: of the file, relative to `base` (the current directory).
        base: the folder that relative paths start from.

    Raises:
        UserError: there is no such file, or it does not execute; the message holds the line.
    """
    file = (base or Path()) / Path(path).expanduser()
    try:
        source = file.read_bytes()
    except (OSError, ValueError) as error:
        near = sorted(p.name for p in file.parent.glob("*.py")) if file.parent.is_dir() else []
        here = f"; that folder has {', '.join(near[:8])}" if near else ""
        reason = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise UserError(f"{path}: {reason}{here}") from None
    digest = sha256(source).hexdigest()
    name = f"{USERS}{sha256(f'{file.resolve()}:{digest}'.encode()).hexdigest()[:16]}"
    if name not in sys.modules:
        _execute(name, file, source, path)
    return Plugin(path, sys.modules[name], digest)


def _execute(name: str, file: Path, source: bytes, shown: str) -> None:
    module = ModuleType(name)
    module.__file__ = str(file.resolve())
    # Dataclasses and pickle look a class's module up by name while the file is still executing.
    sys.modules[name] = module
    try:
        # A file that its user named, run like any import; these very bytes are what was hashed.
        exec(compile(source, module.__file__, "exec"), module.__dict__)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, SyntaxError) and error.filename == module.__file__:
            raise UserError(f"{shown}, line {error.lineno}: {error.msg}") from error
        if isinstance(error, KeyboardInterrupt):
            raise
        found = own_line(error)
        where = f", line {found[1]}" if found else ""
        what = f"{type(error).__name__}: {first_line(str(error))}"
        raise UserError(f"{shown}{where}: {what}") from error
