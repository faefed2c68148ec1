"""A depth-first search over what a model could do, in a world that remembers what was done.

The order of the search is that of ToolBench's DFS without filter (Qin et al., "ToolLLM", ICLR
2024; `DFS_woFilter_w2`), which Divide-Then-Aggregate uses as well: a node is asked for children one
by one and each is gone into before the next; an answer ends the search; giving up goes back two
levels, a branch that grew too deep one; from the second child on, the model is told what its
siblings did, and those further down are not told.

Ours is what a world that remembers asks for: a branch is gone on with in a world opened anew, in
which the calls that lead to it are carried out again, so that no branch sees what another has
written. What is carried out again is not entered in the trajectory a second time. ToolBench's tools
only read, and its branches share one world.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.contracts import ChatModel, Session
from harness.errors import TooLong
from harness.formats.toolcalls.form import without_thoughts
from harness.loop import together
from harness.play.sessions import close
from harness.play.story import Story, opening
from harness.records import (
    Completion,
    End,
    Message,
    Problem,
    ToolCall,
    ToolSpec,
    Trajectory,
)
from harness.workspace import working, workspace
from models.agents.parallel import at_once

ANSWERS, GIVES_UP = "give_answer", "give_up_and_restart"
FINISH = ToolSpec(
    "Finish",
    "Ends the work: with the answer, or by giving up this line of attack so that another is tried.",
    {
        "type": "object",
        "properties": {
            "return_type": {"type": "string", "enum": [ANSWERS, GIVES_UP]},
            "final_answer": {"type": "string", "description": f"with {ANSWERS}: the answer"},
        },
        "required": ["return_type"],
    },
)
"""How ToolBench's agents end. It is no call of the trajectory: it is how that ended."""
MISUSED = f'Finish wants return_type "{ANSWERS}" with a final_answer, or "{GIVES_UP}".'
TRIED = """\
From here the following was tried already, and did not lead to an answer:
{tried}
Do something else this time."""
GIVEN_UP = "This line of attack was given up."
BACK = "Back to where {turns} of the turns of this branch had been taken."
DEEPEST = 500
"""Depth that a tree may have at most: each level is one of the stack as well."""
_LEVELS = 2
"""How far giving up goes back (`prune_back_length`)."""


@dataclass(frozen=True)
class Way:
    """How a search goes.

    Attributes:
        model: is asked for the children.
        rules: what it is told first.
        beam: children that a node may have.
        queries: turns of the model in all.
        deepest: depth at which a branch ends.
        deepens: by how much a turn makes it deeper.
        longest: characters that are read of what a call gave.
        diversity: whether a child is told what its siblings did.
        concurrent: whether the calls of a turn are carried out at the same time.
        refused: which calls of a turn are not carried out, by place, and what is told of each.
    """

    model: ChatModel
    rules: str
    beam: int
    queries: int
    deepest: int
    deepens: Callable[[Completion], int]
    longest: int
    diversity: bool = True
    concurrent: bool = False
    refused: Callable[[Sequence[ToolCall]], Mapping[int, str]] = lambda calls: {}


async def searched(problem: Problem, session: Session, way: Way) -> Trajectory:
    """One attempt; of a conversation each turn is searched from where the last one ended.

    It ends "finished" with the first answer: that of `Finish`, or a text without a call. Without an
    answer it was "stopped" by its queries; or it "gave up" if a branch did, else was "stopped" by
    its depth if a branch was, else is "malformed": every branch ended in a turn that says nothing,
    or grew too deep with calls that cannot be read. The state is that of the branch that was gone
    into last, which is that of the answer.

    Raises:
        UserError: a branch was to be left, and there is but one session.
        InfrastructureError: the model or the world is not to be had.
    """
    search = _Search(way, Story(problem, session))
    try:
        return await search.run()
    except TooLong as error:
        return search.story.outgrown(error)
    finally:
        await search.leave()


@dataclass(frozen=True)
class _Step:
    """A turn of the model: as it is told on, and the calls that were carried out."""

    messages: tuple[Message, ...]
    done: tuple[ToolCall, ...]

    @property
    def garbled(self) -> bool:
        """Whether none of its calls could be read."""
        return all(call.problem for call in self.messages[0].calls)

    def told(self) -> str:
        """The calls and what they gave, as the next child is told of them; "" where it has none."""
        given = {m.call_id: m.content for m in self.messages if m.role == "tool"}
        deeds = [
            {"name": c.name, "arguments": dict(c.arguments), "gave": given.get(c.id, "")}
            for c in self.messages[0].calls
        ]
        return json.dumps(deeds, ensure_ascii=False) if deeds else ""


@dataclass
class _Node:
    """A place in the tree: what was said and done up to here."""

    path: tuple[_Step, ...] = ()
    depth: int = 0
    answer: str | None = None
    dead: End | None = None
    children: list[_Step] = field(default_factory=list)


class _OutOfQueries(Exception):
    """The model may not be asked any more."""


class _Search:
    """One attempt: the tree of the request that is searched now, and what came before it."""

    def __init__(self, way: Way, story: Story) -> None:
        self.way, self.story = way, story
        self.first = story.session
        self.before: list[tuple[ToolCall, ...] | None] = []
        """What led to the request that is searched now; None where a turn was listened to."""
        self.at: list[tuple[ToolCall, ...] | None] = []
        """What was done in the session that is open now."""
        self.view: list[Message] = []
        self.asked = 0
        self.ids: set[str] = set()
        self.dead: set[End] = set()

    async def run(self) -> Trajectory:
        """Searches turn by turn of the conversation."""
        answer = None
        while (said := await self.story.session.listen()) is not None:
            self.before = [*self.at, None]
            self.at = list(self.before)
            self.story.told(said)
            self.view.extend(said)
            self.dead = set()
            try:
                found = await self._below(_Node())
            except _OutOfQueries:
                return self.story.ended(
                    "stopped", why=f"no answer after {self.way.queries} turns of the model"
                )
            if isinstance(found, int):
                return self._unanswered()
            answer = found.answer
            if not self.story.session.executes:
                return self.story.ended(answer=answer or None)
            self.view.extend(_spoken(found.path))
        return self.story.ended(answer=answer)

    def _unanswered(self) -> Trajectory:
        if "gave up" in self.dead:
            return self.story.ended("gave up", why="every branch ended without an answer")
        if "stopped" in self.dead:
            return self.story.ended("stopped", why="every branch grew too deep")
        return self.story.ended("malformed", why="no branch ended in a turn that could be read")

    async def _below(self, node: _Node) -> _Node | int:
        """The node of an answer, or how many levels the search goes back."""
        if node.answer is not None:
            return node
        if node.dead is None and node.depth >= self.way.deepest:
            node.dead = "malformed" if node.path and node.path[-1].garbled else "stopped"
        if node.dead is not None:
            self.dead.add(node.dead)
            return _LEVELS if node.dead == "gave up" else 1
        for _ in range(self.way.beam):
            found = await self._below(await self._child(node))
            if isinstance(found, _Node):
                return found
            if found > 1:
                return found - 1
        return 1

    async def _child(self, node: _Node) -> _Node:
        """Asks the model for one more way on from a node, and carries it out."""
        if self.asked >= self.way.queries:
            raise _OutOfQueries
        self.asked += 1
        await self._go_to(node)
        hint = self._tried(node)
        self._note(node, hint)
        shown = [*self.view, *_spoken(node.path)]
        if hint:
            shown.append(Message("user", hint))
        with working(trial=workspace().trial * self.way.beam + len(node.children)):
            completion = await self.way.model.complete(
                opening(self.way.rules, shown), tools=self._tools()
            )
        completion = replace(completion, calls=self._identified(completion.calls))
        step, answer, dead = await self._carry_out(completion)
        node.children.append(step)
        if step.done:
            self.at.append(step.done)
        return _Node((*node.path, step), node.depth + self.way.deepens(completion), answer, dead)

    async def _carry_out(self, completion: Completion) -> tuple[_Step, str | None, End | None]:
        """Enters a turn and carries out its calls: the step, its answer, and how it ends if dead.

        Where nothing carries calls out, this turn is the whole attempt, unless it says nothing.
        """
        calls, answer, dead = _read(completion)
        executes = self.story.session.executes
        if not executes:  # nor is anybody told that Finish was misused
            calls = tuple(call for call in calls if call.name != FINISH.name)
            dead = dead or (None if calls or answer else "malformed")
        shown = completion.text
        if answer is not None and completion.calls:
            shown = f"{shown}\n\n{answer}" if shown else answer
        said = self.story.said(replace(completion, text=shown, calls=calls))
        if not executes:
            return _Step((said,), ()), None if dead else answer or shown, dead
        refused = {
            **{place: MISUSED for place, call in enumerate(calls) if call.name == FINISH.name},
            **self.way.refused(calls),
        }
        before = len(self.story.messages)
        if self.way.concurrent:
            await at_once(self.story, calls, refused)
        else:
            for place, call in enumerate(calls):
                await at_once(self.story, [call], {0: refused[place]} if place in refused else {})
        given = (self._cut(message) for message in self.story.messages[before:])
        step = _Step(
            (said, *given),
            tuple(c for place, c in enumerate(calls) if place not in refused and not c.problem),
        )
        if dead == "gave up":
            self.story.told([Message("system", GIVEN_UP)])
        return step, answer, dead

    def _cut(self, message: Message) -> Message:
        longest = self.way.longest
        if len(message.content) <= longest:
            return message
        return replace(message, content=message.content[:longest] + "...")

    def _identified(self, calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
        """The calls under ids that no other call of the attempt has, in whichever branch.

        Nine digits are an id that every server takes.
        """
        found = []
        for number, call in enumerate(calls):
            if not call.id or call.id in self.ids:
                call = replace(call, id=f"{self.asked:05}{number:04}")
            self.ids.add(call.id)
            found.append(call)
        return tuple(found)

    def _tools(self) -> list[ToolSpec]:
        tools = [tool for tool in self.story.session.tools if tool.name != FINISH.name]
        return [*tools, FINISH]

    def _tried(self, node: _Node) -> str:
        """What the children before have done, for the next one to do otherwise; "" if nothing."""
        tried = [told for step in node.children if (told := step.told())]
        return TRIED.format(tried="\n".join(tried)) if tried and self.way.diversity else ""

    def _note(self, node: _Node, hint: str) -> None:
        """Enters that the search went back, as a system message: nobody of the attempt said it."""
        if node.children:
            back = BACK.format(turns=len(node.path))
            self.story.told([Message("system", f"{back}\n{hint}" if hint else back)])

    async def _go_to(self, node: _Node) -> None:
        """Brings the world to where a node is: does again, from the start, what led there."""
        deeds = [*self.before, *(step.done for step in node.path if step.done)]
        if self.at == deeds:
            return
        fresh, left = await self.first.again(), self.story.session
        self.story.session = fresh  # from here on it is closed, however the attempt ends
        if left is not self.first:
            await close(left)
        for calls in deeds:
            if calls is None:
                await fresh.listen()
            elif self.way.concurrent:
                await together(fresh.call(call) for call in calls)
            else:
                for call in calls:
                    await fresh.call(call)
        self.at = deeds

    async def leave(self) -> None:
        """Closes the session that is open now, if it was opened here; the first one is not ours."""
        if self.story.session is not self.first:
            await close(self.story.session)


def _spoken(path: Iterable[_Step]) -> list[Message]:
    return [message for step in path for message in step.messages]


def _read(completion: Completion) -> tuple[tuple[ToolCall, ...], str | None, End | None]:
    """A turn's calls up to Finish, its answer, and how the branch ends if without one.

    A text without a call is an answer; ToolBench would ask on. A Finish that cannot be read stays
    among the calls, to be told so.
    """
    for place, call in enumerate(completion.calls):
        if call.name == FINISH.name:
            answer, kind = call.arguments.get("final_answer"), call.arguments.get("return_type")
            if kind == GIVES_UP:
                return completion.calls[:place], None, "gave up"
            if kind == ANSWERS and answer not in (None, ""):
                text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
                return completion.calls[:place], text, None
    if completion.calls:
        return completion.calls, None, None
    text = without_thoughts(completion.text).strip()
    return (), text or None, None if text else "malformed"
