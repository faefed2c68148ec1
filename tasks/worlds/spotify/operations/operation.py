"""What an operation is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tasks.worlds.spotify.room import Room

Arguments: TypeAlias = Mapping[str, Any]
Operation: TypeAlias = Callable[[Room, Arguments], Any]
"""Facts to be told, or None where the answer has no body. Raises HttpError."""
