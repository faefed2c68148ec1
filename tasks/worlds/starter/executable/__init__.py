"""The starter world, executable: functions over its facts, a session an attempt, and faults."""

from tasks.worlds.starter.executable.environment import StarterWorld, WorldSession
from tasks.worlds.starter.executable.faulty import KINDS, Faulty
from tasks.worlds.starter.executable.specs import core_specs, spec_of

__all__ = ["KINDS", "Faulty", "StarterWorld", "WorldSession", "core_specs", "spec_of"]
