"""Fixtures of the leaderboard's tests."""

from __future__ import annotations

import pytest
from board_toys import toy_board

from leaderboard.board.records import Board


@pytest.fixture(scope="session")
def toys() -> Board:
    """The board that is written out by hand."""
    return toy_board()
