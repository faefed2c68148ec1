"""What each operation does: a function of the session's room and of the checked arguments."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.worlds.spotify.operations import browsing, library, playing, playlists
from tasks.worlds.spotify.operations.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    **browsing.OPERATIONS,
    **library.OPERATIONS,
    **playlists.OPERATIONS,
    **playing.OPERATIONS,
}
"""By the operation's name. What they return is facts; `shape` gives them the document's form."""
