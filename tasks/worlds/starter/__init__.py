"""The starter world: a small invented country, and the tasks that can be asked about it."""

from tasks.worlds.starter.generate import generate
from tasks.worlds.starter.world import Fact, World

__all__ = ["Fact", "World", "generate"]
