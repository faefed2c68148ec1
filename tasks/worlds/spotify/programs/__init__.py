"""What is right about each request: a program, the state and the answer that it leads to."""

from tasks.worlds.spotify.programs.gold import (
    BEYOND_THE_PATH,
    FREE,
    Solution,
    solve,
    with_solutions,
)

__all__ = ["BEYOND_THE_PATH", "FREE", "Solution", "solve", "with_solutions"]
