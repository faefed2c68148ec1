"""Tables and figures of the board for papers."""

from leaderboard.export.writing import FORMATS, export

__all__ = ["FORMATS", "export"]
