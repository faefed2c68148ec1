"""The worlds of AutoTools' food, music, weather and game tools, over their recorded responses."""

from tasks.worlds.autotools.environment import AutoToolsWorld
from tasks.worlds.autotools.fidelity import FIDELITY

__all__ = ["FIDELITY", "AutoToolsWorld"]
