"""360REA: a leader and a crew that assess one another and keep what they learn.

Gao et al., "360REA: Towards A Reusable Experience Accumulation with 360 Degree Assessment for
Multi-Agent System" (arXiv 2404.05569, Findings of ACL 2024). The paper's are the roles, the order
of the work (plan, assembly line, meetings with self, peer and supervisor assessment in seven
grades, revision), local experience that the crew shares within a problem, global experience that
is kept between problems and summarised as a whole, and the numbers. The wording is ours. So are:

- each assessment goes to whom it is about. The released code sends all that peers say to everybody,
  and keeps what a member says of itself from it;
- tools: members may call them while they write their part, and are told what was called before. The
  paper's tasks have none;
- gathering global experience (`learn`): the released notebooks define it and never run it;
- a pool answers nothing that it has seen: see `REA360.seen`.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from itertools import count
from typing import ClassVar, Literal, get_args

from harness.contracts import ChatModel, Session
from harness.errors import TooLong, UserError
from harness.files import sha256_of
from harness.loop import together
from harness.play.story import Story
from harness.records import Completion, Image, Message, Problem, ToolCall, Trajectory
from harness.workspace import workspace
from models.agents.asked import require_chat_model
from models.agents.experience import Entry, Pool, Review, read_pool
from models.agents.roles import Roles, role_name

Seen = Literal["refuse", "mark"]
LEADER, SELF = "leader", "self"
SEEN = "the pool of experience has seen this problem"
"""In the detail of an attempt that is not to be scored as one that the pool did not see."""
GRADES = ("extremely poor", "very poor", "poor", "average", "good", "very good", "excellent")
"""From the worst to the best. How many there are, and the ends, are the paper's."""
LONGEST = 4_000
"""Characters of one assessment that are passed on."""

PLAN = """\
You lead a team. Plan how it is to serve the request: appoint at most {crew} members, each with a \
role of its own, and give each a part of the work. Write

Goals: what the result must achieve
Guidance: what everybody should mind
Tasks:
NAME OF THE ROLE: its part, on one line
NAME OF ANOTHER ROLE: its part"""
REPLAN = "No tasks could be read from that. Write the plan again, in the form that was asked for."
PART = """\
You are the {role} of a team. Do your part of the work, building on what was done before you. \
Reply with your contribution and nothing else."""
RESULT = """\
You lead a team. Make one result of what its members have contributed. Reply with the result \
itself, in the form that the request asks for, and nothing else."""
ASSESS = """\
You are the {role} of a team, in the meeting after its work. Assess {whom}. Grades are: {grades}. \
For each write, at the start of a line,

NAME: GRADE. What was good, what was not, what to do about it.

{names}"""
LOCAL = """\
You are the {role} of a team. From what is said of your contribution and from the team's earlier \
notes, note what you and the others should do in the next version: a few short points."""
RECALL = """\
You are the {role} of a team. From the experience of earlier work, write down what applies to this \
request and to your role: {number} short points."""
GUIDE = """\
You lead a team whose work was reviewed. Tell its members what to look at when they draw lessons \
from it: a few sentences."""
LEARN = """\
You are the {role} of a team whose work was reviewed. Write down what you learned for other \
requests of this kind, not for this one: what went well, what did not, and what you should do next \
time. Name no facts of this request."""

_TASKS = re.compile(r"^[#* \t]*Tasks[* \t]*+(?::[* \t]*+)?$", re.MULTILINE | re.IGNORECASE)
_TASK = re.compile(
    r"^[ \t]*+(?:[-*]|\d+[.)])?[ \t*]*+(?P<role>[^:\n]{1,80}):[* \t]*(?P<task>\S[^\n]*)$",
    re.MULTILINE,
)


@dataclass(eq=False)
class REA360:
    """A leader that plans and concludes, and a crew that works, assesses itself and revises.

    It solves problems with and without tools. Where calls are not carried out, the attempt is over
    with the first turn in which a member calls something.

    Attributes:
        model: a chat model; it speaks for everybody.
        crew: members at most. The paper's tasks: stories 4, travel plans 5, logic grids 2.
        rounds: of assessment and revision. Stories and travel plans 2, logic grids 1.
        experience: path of a pool of global experience; none by default. Results show only its
            name; its SHA-256 is its identity.
        seen: what becomes of a problem that the pool has seen: "refuse" it with an error, before
            anything is asked; or "mark" the attempt's `detail` with `SEEN`, to show what the leak
            is worth.
        self_assessment: whether everybody assesses their own work.
        peers: whether members assess one another.
        supervisor: whether the leader assesses the members.
        local: whether members note what they learn within a problem, and share it.
        actions: turns with calls of a member each time it works, after which the attempt is
            stopped.
        misreadings: of the plan, before the attempt counts as malformed.

    Raises:
        UserError: `model` is no chat model, a setting makes no sense, or there is no such pool.
    """

    model: ChatModel
    _: KW_ONLY
    crew: int = 4
    rounds: int = 2
    experience: str | None = None
    seen: Seen = "refuse"
    self_assessment: bool = True
    peers: bool = True
    supervisor: bool = True
    local: bool = True
    actions: int = 8
    misreadings: int = 3

    version: ClassVar[str] = "1"
    needs_world: ClassVar[bool] = True
    resolved: ClassVar[tuple[str, ...]] = ("experience",)

    def __post_init__(self) -> None:
        require_chat_model("rea360", self.model)
        if self.crew < 1 or self.actions < 1 or min(self.rounds, self.misreadings) < 0:
            raise UserError(
                "rea360: crew and actions are 1 at least, rounds and misreadings are not negative"
            )
        if self.seen not in get_args(Seen):
            raise UserError(f"rea360 with seen='{self.seen}': it is refuse or mark")
        self._pool, self._contents = Pool(), dict[str, str]()
        if self.experience is not None:
            path = workspace().path(self.experience)
            self._pool = read_pool(path)
            self._contents = {"experience": sha256_of(path)}
            self.experience = path.name

    @property
    def contents(self) -> Mapping[str, str]:
        """The SHA-256 of the pool."""
        return self._contents

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt at all turns of the problem; the last result is the answer.

        Raises:
            UserError: the pool has seen the problem, and `seen` does not say that this is fine.
            InfrastructureError: something outside the agent failed.
        """
        attempt = self._attempt(problem, session)
        try:
            return await attempt.run()
        except TooLong as error:
            return attempt.story.outgrown(error)

    async def learn(
        self, problem: Problem, session: Session, review: Review
    ) -> tuple[Trajectory, Entry]:
        """One attempt at a training problem, and what the team learns from its review.

        Args:
            problem: what is asked; with gold, where the review wants it.
            session: the attempt's own copy of the world.
            review: says how good the attempt is.

        Raises:
            InfrastructureError: something outside the agent failed.
        """
        attempt = self._attempt(replace(problem, gold=type(problem.gold)()), session)
        made = await attempt.run()
        return await attempt.learned(await review(problem, made))

    def _attempt(self, problem: Problem, session: Session) -> _Attempt:
        known = self._pool.saw(problem)
        if known is not None and self.seen == "refuse":
            raise UserError(
                f"the pool of experience {self.experience} was built from problem '{problem.id}' "
                f"(its entry '{known.id or known.task[:40]}'): attempt only problems that it has "
                'not seen, or show what the leak is worth with seen="mark"'
            )
        return _Attempt(self, problem, session, self._pool, SEEN if known is not None else "")


@dataclass
class _Member:
    """A member of the crew, and what it has before it."""

    role: str
    task: str
    recalled: str = ""
    part: str = ""
    feedback: str = ""
    notes: str = ""


@dataclass
class _Work:
    """One request while the team works at it."""

    request: str
    images: tuple[Image, ...]
    plan: str = ""
    crew: list[_Member] = field(default_factory=list)
    feedback: str = ""
    result: str = ""

    def told(self, **more: str) -> Message:
        """The request and whatever else somebody is to know, as a message."""
        parts = {"request": self.request, "plan": self.plan, **more}
        shown = [f"{name.replace('_', ' ').capitalize()}:\n{t}" for name, t in parts.items() if t]
        return Message("user", "\n\n".join(shown), images=self.images)

    def parts(self, members: Iterable[_Member]) -> str:
        """What these members have contributed."""
        return "\n\n".join(f"{m.role}:\n{m.part}" for m in members if m.part)


class _Over(Exception):
    """The attempt is over before there is a result."""

    def __init__(self, made: Trajectory) -> None:
        self.made = made


class _Attempt:
    """One attempt: the team, and what it has said so far."""

    def __init__(
        self, agent: REA360, problem: Problem, session: Session, pool: Pool, mark: str
    ) -> None:
        self.agent, self.problem, self.session, self.pool = agent, problem, session, pool
        self.story = Story(problem, session)
        self.roles = Roles(agent.model, self.story)
        self.remarks = [mark] if mark else []
        self.unread = 0
        self.deeds: list[str] = []
        self.work = _Work("", ())
        self.made = Trajectory(problem.id)

    async def run(self) -> Trajectory:
        answer, before = None, list[str]()
        try:
            while (said := await self.session.listen()) is not None:
                self.story.told(said)
                before.extend(m.content for m in said)
                self.work = _Work("\n".join(before), tuple(i for m in said for i in m.images))
                await self._serve()
                answer = self.work.result
                before.append(f"You answered: {answer}")
        except _Over as over:
            self.made = over.made
        else:
            self.made = self.story.ended(answer=answer, why=self._why())
        return self.made

    async def _serve(self) -> None:
        """Plan, assembly line, and rounds of assessment and revision."""
        recalled = await self._recalled_by_leader()
        await self._plan(recalled)
        await self._recalled_by_crew()
        await self._line()
        await self._conclude()
        for _ in range(self.agent.rounds):
            await self._meet()
            if self.agent.local:
                await self._note()
            await self._line()
            await self._conclude()

    def _why(self, why: str = "") -> str:
        unread = f"{self.unread} assessments could not be read" if self.unread else ""
        return "; ".join(filter(None, (*self.remarks, why, unread)))

    # Global experience

    async def _recalled_by_leader(self) -> str:
        if not self.pool.leaders:
            return ""
        told = self.work.told(experience="\n\n".join(self.pool.leaders))
        rules = RECALL.format(role=LEADER, number="at most ten")
        return await self.roles.turn(LEADER, [Message("system", rules), told])

    async def _recalled_by_crew(self) -> None:
        if not self.pool.members:
            return
        experience = "\n\n".join(self.pool.members)
        asked = {
            member.role: [
                Message("system", RECALL.format(role=member.role, number="three to ten")),
                self.work.told(your_part=member.task, experience=experience),
            ]
            for member in self.work.crew
        }
        for member, text in zip(self.work.crew, await self._all(asked), strict=True):
            member.recalled = text

    # Work

    async def _plan(self, recalled: str) -> None:
        """The leader appoints the crew."""
        rules = Message("system", PLAN.format(crew=self.agent.crew))
        told = [rules, self.work.told(experience=recalled)]
        for _ in range(self.agent.misreadings + 1):
            text = await self.roles.turn(LEADER, told)
            common, crew = read_plan(text)
            if crew:
                break
            told += [Message("assistant", text), Message("user", REPLAN)]
        else:
            why = self._why("no tasks could be read from the leader's plan")
            raise _Over(self.story.ended("malformed", why=why))
        left_out = len(crew) - self.agent.crew
        if left_out > 0:
            self.remarks.append(f"{left_out} members too many were left out")
        self.work.plan = common
        self.work.crew = [_Member(*item) for item in list(crew.items())[: self.agent.crew]]

    async def _line(self) -> None:
        """Each member in turn does its part, knowing what those before it did."""
        crew = self.work.crew
        notes = "\n\n".join(f"{m.role}:\n{m.notes}" for m in crew if m.notes)
        for number, member in enumerate(crew):
            told = self.work.told(
                your_part=member.task,
                experience=member.recalled,
                contributions_before_yours=self.work.parts(crew[:number]),
                your_last_version=member.part,
                what_is_said_of_it=member.feedback,
                notes_of_the_team=notes,
                calls_made_already=self._called(),
            )
            rules = Message("system", PART.format(role=member.role))
            member.part = await self._act(member.role, [rules, told])

    def _called(self) -> str:
        return "\n".join(self.deeds)

    async def _act(self, role: str, told: list[Message]) -> str:
        """A member's contribution, with whatever it calls on the way."""
        for _ in range(self.agent.actions):
            completion = await self.roles.asked(told, self.session.tools)
            calls = self._numbered(completion)
            text = self.roles.said(role, completion, calls)
            if not calls:
                return text
            if not self.session.executes:
                raise _Over(replace(self.story.ended(answer="", why=self._why()), answer=None))
            told.append(Message("assistant", text, calls))
            for call in calls:
                seen = await self.story.call(call)
                told.append(Message("tool", seen.content, call_id=call.id, failed=seen.failed))
                shown = json.dumps(dict(call.arguments), ensure_ascii=False)
                self.deeds.append(f"{call.name} {shown} gave {seen.content}")
        why = f"the {role} came to no end in {self.agent.actions} turns"
        raise _Over(self.story.ended("stopped", why=self._why(why)))

    def _numbered(self, completion: Completion) -> tuple[ToolCall, ...]:
        """The calls of a turn under ids of their own: each member's conversation begins anew."""
        before = len(self.deeds)
        return tuple(
            replace(call, id=f"call_{before + number}")
            for number, call in enumerate(completion.calls, 1)
        )

    async def _conclude(self) -> None:
        """The leader makes one result of all parts."""
        told = self.work.told(
            contributions=self.work.parts(self.work.crew),
            your_last_version=self.work.result,
            what_you_said_of_it=self.work.feedback,
            calls_made=self._called(),
        )
        text = await self.roles.turn(LEADER, [Message("system", RESULT), told])
        self.work.result = text.strip()

    # Assessment

    async def _meet(self) -> None:
        """Everybody assesses; what is said of somebody reaches that one, and nobody else."""
        agent, crew = self.agent, self.work.crew
        asked, whom = dict[str, list[Message]](), dict[str, list[str]]()
        for assessor in (*(member.role for member in crew), LEADER):
            others = [m.role for m in crew if m.role != assessor]
            wanted = agent.supervisor if assessor == LEADER else agent.peers
            names = [SELF] * agent.self_assessment + others * wanted
            if names:
                whom[assessor] = names
                asked[assessor] = self._assessing(assessor, names)
        said = dict(zip(asked, await self._all(asked), strict=True))
        heard: dict[str, list[str]] = {name: [] for name in (*(m.role for m in crew), LEADER)}
        for assessor, text in said.items():
            found = read_assessments(text, whom[assessor])
            self.unread += not found
            for name, words in found.items():
                own = name == SELF
                by = "You yourself" if own else f"The {assessor}"
                heard[assessor if own else name].append(f"{by}: {words}")
        for member in crew:
            member.feedback = "\n".join(heard[member.role])
        self.work.feedback = "\n".join(heard[LEADER])

    def _assessing(self, assessor: str, names: Sequence[str]) -> list[Message]:
        rules = ASSESS.format(
            role=assessor,
            whom="what each of these has done",
            grades=", ".join(GRADES),
            names=f"The names: {', '.join(names)}." + f" {SELF} is you." * (SELF in names),
        )
        told = self.work.told(
            contributions=self.work.parts(self.work.crew), result=self.work.result
        )
        return [Message("system", rules), told]

    async def _note(self) -> None:
        """Each member notes what it learns within this problem."""
        notes = "\n\n".join(f"{m.role}:\n{m.notes}" for m in self.work.crew if m.notes)
        asked = {
            member.role: [
                Message("system", LOCAL.format(role=member.role)),
                self.work.told(
                    your_contribution=member.part,
                    what_is_said_of_it=member.feedback,
                    earlier_notes_of_the_team=notes,
                ),
            ]
            for member in self.work.crew
        }
        for member, text in zip(self.work.crew, await self._all(asked), strict=True):
            member.notes = text

    async def _all(self, asked: Mapping[str, list[Message]]) -> list[str]:
        """What everybody says at once, entered in the order in which they were asked."""
        said = await together(self.roles.asked(messages) for messages in asked.values())
        return [self.roles.said(role, turn) for role, turn in zip(asked, said, strict=True)]

    # What is kept for other problems

    async def learned(self, review: str) -> tuple[Trajectory, Entry]:
        """What everybody learns from a review of the result."""
        work = self.work
        about = {"result": work.result, "review": review}
        rules = Message("system", GUIDE)
        guidance = await self.roles.turn(LEADER, [rules, work.told(**about)])
        asked = {
            role: [
                Message("system", LEARN.format(role=role)),
                work.told(**about, your_contribution=part, guidance=guidance),
            ]
            for role, part in [(LEADER, ""), *((m.role, m.part) for m in work.crew)]
        }
        leader, *members = await self._all(asked)
        entry = Entry(self.problem.text, self.problem.id, leader, tuple(members))
        whole = self.story.ended(self.made.end, "", self.made.detail)
        return replace(whole, answer=self.made.answer), entry


def read_plan(text: str) -> tuple[str, dict[str, str]]:
    """A leader's plan: what is said to all, and the part of each role, in order.

    There is no role where none could be read. Names that the meeting needs for itself, and those
    that are there twice, get a number.
    """
    start = _TASKS.search(text)
    if start is None:
        return text.strip(), {}
    crew: dict[str, str] = {}
    taken = {LEADER, SELF}
    numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(2))
    for match in _TASK.finditer(text, start.end()):
        name = role = role_name(match["role"])
        if not role:
            continue
        while name.casefold() in taken:
            name = f"{role} {next(numbers[role.casefold()])}"
        taken.add(name.casefold())
        crew[name] = match["task"].strip()
    return text[: start.start()].strip(), crew


def read_assessments(text: str, names: Sequence[str]) -> dict[str, str]:
    """What is said of each of these; of whom nothing can be read, there is nothing.

    What stands behind a name at the start of a line belongs to it, up to the next name. Cases that
    only the pattern takes for the same, as of the Turkish "İ", are told by the name that matched.
    """
    listed = sorted(names, key=len, reverse=True)
    either = "|".join(f"({re.escape(name)})" for name in listed)
    heads = list(re.finditer(rf"^[ \t>#*\-\d.)]*(?:{either})[* \t]*:", text, re.M | re.I))
    own = {name.casefold(): name for name in names}
    found: dict[str, str] = {}
    for head, after in zip(heads, [*heads, None][1:], strict=True):
        words = text[head.end() : after.start() if after else None].strip(" \n\t*")
        if words and head.lastindex:
            matched = listed[head.lastindex - 1]
            name = own.get(head[head.lastindex].casefold(), matched)
            found.setdefault(name, words[:LONGEST])
    return found
