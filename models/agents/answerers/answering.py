"""What answerers have in common: a question at a time, searches, turns that are read, a reply.

An attempt is told so: what the model says in its roles stands as `models.agents.roles` has it, a
search is a call of the tool `search` in a message of its own, and what the user is told in the end
is the last message of a turn. That reply ends with "[Sources: id, id]" where the answerer knows
which passages it rests on.

In a conversation, a question is what the user says last; what was said before it, the agent's
replies included, is told in front of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, ClassVar, TypeVar

from harness.contracts import ChatModel, Session
from harness.errors import TooLong, UserError
from harness.formats.toolcalls.form import without_thoughts
from harness.play.story import Story, opening
from harness.records import Completion, Message, Problem, ToolCall, Trajectory
from models.agents.answerers.passages import Context, Passage, read_results
from models.agents.asked import require_chat_model
from models.agents.roles import Roles

T = TypeVar("T")
SEARCH = "search"
"""The tool by which passages are found."""
LONGEST_QUERY = 4_000
"""Characters of a query: the last ones, where the question stands behind what was generated."""
REWORD = "That could not be read: {problem}. Write it again in the form that was asked for."


class Unreadable(Exception):
    """A turn of the model is not what was asked for. The message says why."""


@dataclass(frozen=True)
class Asked:
    """A question.

    Attributes:
        question: what the user says last.
        before: what was said before that, a line each; "" where nothing was.
        system: what the problem tells first.
    """

    question: str
    before: str = ""
    system: str = ""

    def prompt(self, rules: str, *parts: str) -> list[Message]:
        """A conversation that begins: the rules, then what was said before and the parts."""
        first = [f"Said so far:\n{self.before}"] if self.before else []
        told = [Message("system", self.system)] if self.system else []
        return opening(rules, [*told, Message("user", "\n\n".join([*first, *parts]))])


@dataclass(frozen=True)
class Reply:
    """An answer, and the ids of the passages that it is known to rest on."""

    answer: str
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        named = [id for id in dict.fromkeys(self.sources) if id.strip() and "," not in id]
        return f"{self.answer}\n[Sources: {', '.join(named)}]" if named else self.answer


@dataclass(eq=False)
class Answerer(ABC):
    """An agent that answers questions with what `search` finds.

    Attributes:
        model: a chat model; it speaks for all roles.
        longest: characters of a passage that a reader is shown; see `passages.Context`.
        context: characters of all passages of a prompt; likewise.
        misreadings: of one turn, after which the attempt is malformed; the model is told each time.

    Raises:
        UserError: `model` is no chat model, or a setting makes no sense.
    """

    model: ChatModel
    _: KW_ONLY
    longest: int = 2_000
    context: int = 24_000
    misreadings: int = 2

    version: ClassVar[str] = "1"
    needs_world: ClassVar[bool] = True
    name: ClassVar[str] = ""
    at_least_one: ClassVar[tuple[str, ...]] = ()
    """Settings that are numbers of 1 at least."""

    def __post_init__(self) -> None:
        require_chat_model(self.name, self.model)
        for setting in (*self.at_least_one, "longest", "context"):
            if getattr(self, setting) < 1:
                raise UserError(
                    f"{self.name} with {setting}={getattr(self, setting)}: it is 1 at least"
                )
        if self.misreadings < 0:
            raise UserError(f"{self.name}: misreadings are not negative")

    @property
    def searches(self) -> bool:
        """Whether it searches at all, as it is set."""
        return True

    @abstractmethod
    async def reply(self, attempt: Attempt, asked: Asked) -> Reply:
        """Answers a question.

        Raises:
            Unreadable: the model's turns could not be read.
            Stopped: it came to a limit.
        """

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt at all turns of the problem; the last answer is the answer.

        Raises:
            UserError: it searches, and there is no tool `search`.
            InfrastructureError: the model or the search failed.
        """
        if self.searches:
            wants_search(self.name, problem, session)
        return await Attempt(self, problem, session).run()


class Stopped(Exception):
    """A limit of the agent's own. The message says which."""


class _Unsearched(Exception):
    """Nothing carries a search out: the attempt is over with it."""


def wants_search(name: str, problem: Problem, session: Session) -> None:
    """Raises `UserError` where a session has no tool `search`."""
    tools = [tool.name for tool in session.tools]
    if SEARCH not in tools:
        there = f"there are: {', '.join(tools[:5])}" if tools else "there is none at all"
        raise UserError(
            f"{name} answers by searching, and problem '{problem.id[:60]}' has no tool '{SEARCH}' "
            f"({there}): take a task whose world can be searched, or closed-book"
        )


class Attempt:
    """One attempt: what was said, and what was not shown."""

    def __init__(self, agent: Answerer, problem: Problem, session: Session) -> None:
        self.agent, self._session = agent, session
        self.story = Story(problem, session)
        self.roles = Roles(agent.model, self.story)
        self.context = Context(agent.longest, agent.context)
        self._searches = self._unread = 0
        self._notes: list[str] = []

    async def run(self) -> Trajectory:
        """The attempt from its first turn on."""
        try:
            made = await self._told()
        except TooLong as error:
            made = self.story.outgrown(error)
        except Stopped as limit:
            made = self.story.ended("stopped", why=str(limit))
        except Unreadable as problem:
            made = self.story.ended("malformed", why=str(problem))
        except _Unsearched:
            made = replace(self.story.ended(answer=""), answer=None)
        unread = (f"{self._unread} searches gave nothing to read",) if self._unread else ()
        notes = (made.detail, *dict.fromkeys(self._notes), *unread, *self.context.notes)
        return replace(made, detail="; ".join(filter(None, notes)))

    async def _told(self) -> Trajectory:
        said, answer = list[Message](), ""
        while (turn := await self._session.listen()) is not None:
            self.story.told(turn)
            said.extend(turn)
            reply = await self.agent.reply(self, question(said))
            answer = reply.answer
            self.story.told([Message("assistant", str(reply))])
            said.append(Message("assistant", answer))
        return self.story.ended(answer=answer)

    def note(self, text: str) -> None:
        """Enters what a person should know of the attempt, once."""
        self._notes.append(text)

    async def search(self, query: str, k: int) -> tuple[Passage, ...]:
        """What a search gives, best first, k passages at most.

        A search that the world refuses gives nothing, and so does one whose reply cannot be read;
        they are counted.

        Raises:
            InfrastructureError: the search failed.
            UserError: it gives less than k at most.
        """
        self._searches += 1
        asked = " ".join(query.split())
        if len(asked) > LONGEST_QUERY:
            self.note(f"queries cut to their last {LONGEST_QUERY:,} characters")
        arguments: dict[str, object] = {"query": asked[-LONGEST_QUERY:]}
        if (limits := self._parameter("k")) is not None:
            most = limits.get("maximum")
            if isinstance(most, int) and k > most:
                raise UserError(f"{self.agent.name} with k={k}: search gives {most} at most")
            arguments["k"] = k
        call = ToolCall(SEARCH, arguments, f"search_{self._searches}")
        self.story.told([Message("assistant", calls=(call,))])
        if not self._session.executes:
            raise _Unsearched
        found = await self.story.call(call)
        passages = None if found.failed else read_results(found.content)
        self._unread += passages is None
        return (passages or ())[:k]

    def _parameter(self, name: str) -> Mapping[str, Any] | None:
        """What the search documents of a parameter; None where it has no such one."""
        tool = next((tool for tool in self._session.tools if tool.name == SEARCH), None)
        properties = tool.parameters.get("properties") if tool else None
        if not isinstance(properties, Mapping) or name not in properties:
            return None
        return properties[name] if isinstance(properties[name], Mapping) else {}

    async def asked(
        self,
        messages: Sequence[Message],
        temperature: float | None = None,
        model: ChatModel | None = None,
    ) -> Completion:
        """A turn of a model as it stands; nothing is entered yet."""
        model = model or self.agent.model
        if temperature is None:
            return await model.complete(messages)
        return await model.complete(messages, temperature=temperature)

    async def turn(
        self,
        role: str,
        messages: Sequence[Message],
        read: Callable[[str], T],
        *,
        temperature: float | None = None,
        thoughts: bool = False,
        model: ChatModel | None = None,
    ) -> T:
        """A turn of a role, entered and read; asked for again where it cannot be read.

        Args:
            role: by which it is entered.
            messages: what the role sees.
            read: reads a turn; raises `Unreadable`.
            temperature: None leaves it to the model.
            thoughts: whether what the model thought first is for `read` to see.
            model: that speaks; None takes the answerer's.

        Raises:
            Unreadable: it could not be read more often than the agent puts up with.
        """
        told, misread = list(messages), 0
        while True:
            completion = await self.asked(told, temperature, model)
            text = completion.text if thoughts else without_thoughts(completion.text)
            self.roles.said(role, replace(completion, text=text))
            try:
                return read(text)
            except Unreadable as problem:
                misread += 1
                if misread > self.agent.misreadings:
                    raise Unreadable(f"{role}: {problem}") from None
                reword = REWORD.format(problem=problem)
                told += [Message("assistant", text), Message("user", reword)]


def question(said: Sequence[Message]) -> Asked:
    """What is asked by all that was said."""
    spoken = [message for message in said if message.role != "system"]
    system = "\n\n".join(message.content for message in said if message.role == "system")
    before = "\n".join(f"{m.role}: {m.content}" for m in spoken[:-1])
    return Asked(spoken[-1].content if spoken else "", before, system)


def ids(passages: Iterable[Passage]) -> tuple[str, ...]:
    """The ids of passages, each once."""
    return tuple(dict.fromkeys(passage.id for passage in passages))
