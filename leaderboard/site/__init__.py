"""The static site: `build` writes a board as a folder of files, `serve` shows one locally."""

from leaderboard.site.building import Built, build
from leaderboard.site.serving import serve

__all__ = ["Built", "build", "serve"]
