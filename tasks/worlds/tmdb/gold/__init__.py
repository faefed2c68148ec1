"""Gold programs for RestBench's queries in the simulated world, and their right answers."""

from tasks.worlds.tmdb.gold.programs import GoldProgram, gold_programs

__all__ = ["GoldProgram", "gold_programs"]
