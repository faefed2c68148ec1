"""The starter world, executable: functions over its facts, and a session an attempt."""

from tasks.worlds.starter.executable.environment import StarterWorld, WorldSession
from tasks.worlds.starter.executable.specs import core_specs, spec_of

__all__ = ["StarterWorld", "WorldSession", "core_specs", "spec_of"]
