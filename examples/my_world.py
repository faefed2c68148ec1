"""The smallest world: a house of lamps, three errands in it, and what is right about each.

assay run -m oracle random -t examples/my_world.py:House
"""

import json

from harness import Gold, Message, Observation, Problem, ProblemSet, TaskCard, ToolCall, ToolSpec
from harness.play.sessions import Told

LAMPS = {"kitchen": "on", "cellar": "off", "attic": "on"}
ROOM = {"room": {"type": "string", "enum": list(LAMPS)}}


def tool(name, description, parameters):
    """A tool that needs all of its parameters."""
    needed = {"type": "object", "required": list(parameters), "properties": parameters}
    return ToolSpec(name, description, needed)


TOOLS = (
    tool("look", "Tells whether a lamp is on or off.", ROOM),
    tool("switch", "Switches a lamp.", ROOM | {"to": {"type": "string", "enum": ["on", "off"]}}),
)


def errand(id, request, *program, answers=(), **changed):
    """A problem: the calls that solve it, the right answers, and the lamps that are changed."""
    told = {"answer": "$1.lamp"}  # the program ends with what its first call gave as "lamp"
    right = {"answers": answers, "state": LAMPS | changed, "program": program, "details": told}
    return Problem(id, ((Message("user", request),),), TOOLS, Gold("solved_in_world", **right))


LOOK = ToolCall("look", {"room": "attic"})
DARK = ToolCall("switch", {"room": "kitchen", "to": "off"})
LIT = ToolCall("switch", {"room": "cellar", "to": "on"})
PROBLEMS = (
    errand("see", "Is the attic lamp on or off?", LOOK, answers=("on",)),
    errand("dark", "Kitchen lamp off, please.", DARK, kitchen="off"),
    errand("swap", "Cellar on, kitchen off.", LIT, DARK, cellar="on", kitchen="off"),
)


class Lamps(Told):
    """One attempt, with lamps of its own."""

    executes, state = True, None

    def __init__(self, problem, trial):
        super().__init__(problem, trial)
        self.state = dict(LAMPS)

    async def call(self, call):
        """What the house answers; a mistake of the agent is an observation that failed."""
        room, to = (call.arguments.get(name) for name in ("room", "to"))
        wanted = {"look": [None], "switch": ["on", "off"]}.get(call.name, [])
        if room not in list(LAMPS) or to not in wanted:
            return Observation(json.dumps({"error": "no such tool, room or light"}), failed=True)
        self.state[room] = to or self.state[room]
        return Observation(json.dumps({"room": room, "lamp": self.state[room]}))

    async def again(self):
        """The same house from the start."""
        return Lamps(self._problem, self.trial)


class House:
    """A task and its world."""

    card = TaskCard("house", "House", "Lamps.", "1", "tool_use", "solved_in_world", runs="world")
    measures = ("solved_in_world",)

    def load(self, source, setting):
        """The problems, as one split, with the world in which their calls are carried out."""
        return (ProblemSet("test", PROBLEMS, environment=self),)

    async def open(self, problem, trial=0):
        """A session for one attempt: a house in which nothing was touched."""
        return Lamps(problem, trial)
