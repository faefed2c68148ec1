"""Saying no in a line that is safe to print, whatever was submitted."""

from __future__ import annotations

from harness.errors import UserError
from leaderboard.submission import limits


class Refused(UserError):
    """Something of a submission that is not accepted.

    Attributes:
        reason: one line that says what and where: printable characters only, of bounded length.
    """

    def __init__(self, reason: str) -> None:
        self.reason = shown(reason, limits.MESSAGE)
        super().__init__(self.reason)


def shown(text: object, longest: int = limits.SHOWN) -> str:
    """A text as it may stand in a terminal: control characters escaped, the end cut off.

    Args:
        text: whatever was submitted.
        longest: characters that are left of it.
    """
    start = str(text)[: longest + 1]
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in start)
    return safe if len(safe) <= longest else f"{safe[: longest - 3]}..."
