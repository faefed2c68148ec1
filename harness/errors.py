"""Errors that people read: what was wrong, where, and what to do next."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

USERS = "_assay_"
"""How the names of the modules begin that files of users are executed as."""


class AssayError(Exception):
    """Base of every error that is shown as one line, without a traceback."""

    exit_code = 2


class UserError(AssayError):
    """The user's mistake: wrong name, broken file, impossible setting (exit code 2)."""


class TooLong(UserError):
    """A conversation outgrew what a model reads. Ends an attempt; anywhere else a mistake."""


class MissingData(UserError):
    """A task's data is not here and could not be fetched. A suite goes on without the task."""


class NotAsked(MissingData):
    """A task lacks what a setting asks for, such as instructions. Reported, never skipped."""


class MissingExtra(UserError):
    """An optional dependency is not installed. The message carries the install command."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an extra: pip install 'assay-harness[{extra}]'")


class InfrastructureError(AssayError):
    """Something outside the model failed (network, quota). Never an answer; retried on resume."""

    exit_code = 1


def unknown(kind: str, name: str, known: Iterable[str], hint: str = "") -> UserError:
    """An error for a name that is not registered, with the closest registered names."""
    close = get_close_matches(name, list(dict.fromkeys(known)), n=3, cutoff=0.5)
    guess = f" Did you mean {' or '.join(close)}?" if close else ""
    return UserError(f"unknown {kind} '{name}'.{guess}{' ' + hint if hint else ''}")


def own_line(error: BaseException) -> tuple[Path, int] | None:
    """The file of a user's and its line in which an exception was on its way; the innermost."""
    found, trace = None, error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if str(frame.f_globals.get("__name__")).startswith(USERS):
            found = Path(frame.f_code.co_filename), trace.tb_lineno
        trace = trace.tb_next
    return found


def whence(error: BaseException) -> str:
    """The same in words, as " (mine.py, line 3)"; "" where no file of a user's took part."""
    found = own_line(error)
    return f" ({found[0].name}, line {found[1]})" if found else ""


@contextmanager
def blaming(culprit: str) -> Iterator[None]:
    """Turns whatever a plug-in raises into one line that names the plug-in.

    What is said already passes, and so does what is nobody's fault (no memory, an interruption).
    A plug-in that ends the program has failed: nothing would say that its work was not done.
    """
    try:
        yield
    except (AssayError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        raise UserError(f"{culprit}: {type(error).__name__}: {error}{whence(error)}") from error


@contextmanager
def plainly() -> Iterator[None]:
    """Ends a script with an error's message and exit code in the place of a traceback."""
    try:
        yield
    except AssayError as error:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: run the same command again\n")
        raise SystemExit(130) from None
