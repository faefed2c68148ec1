"""An agent can call what it was offered, and nothing else."""

from __future__ import annotations

import json

from harness.contracts import Session
from harness.loop import run
from harness.play.offering import Offered
from harness.records import Gold, Message, Observation, Problem, ToolCall, ToolSpec

LOOK, MOVE, SING = map(ToolSpec, ("look", "move", "sing"))
PROBLEM = Problem("p", ((Message("user", "Go."),),), (LOOK, MOVE))


class World:
    """A session that carries everything out, and counts."""

    trial, executes = 3, True

    def __init__(self, tools: tuple[ToolSpec, ...] = (LOOK, MOVE, SING)) -> None:
        self.tools, self.made, self.closed = tools, [], False
        self.made: list[str]

    async def listen(self) -> tuple[Message, ...] | None:
        return PROBLEM.turns[0]

    async def call(self, call: ToolCall) -> Observation:
        self.made.append(call.name)
        return Observation("done")

    @property
    def state(self) -> list[str]:
        return self.made

    async def again(self) -> World:
        return World(self.tools)

    async def close(self) -> None:
        self.closed = True


def call(session: Session, name: str, **arguments: str) -> Observation:
    return run(session.call(ToolCall(name, arguments)))


def test_what_is_made_of_an_offer_can_be_kept_until_it_changes() -> None:
    world = World()
    session = Offered(world, (SING, LOOK), PROBLEM)
    first = session.tools
    assert session.tools is first
    world.tools = (LOOK,)
    assert [tool.name for tool in session.tools] == ["look"]
    assert session.tools is session.tools


def test_what_was_offered_is_there_in_that_order_and_can_be_called() -> None:
    world = World()
    session = Offered(world, (SING, LOOK), PROBLEM)
    assert [tool.name for tool in session.tools] == ["sing", "look"]
    assert (session.trial, session.executes) == (3, True)
    assert call(session, "sing") == Observation("done")
    assert session.state == ["sing"]
    assert run(session.listen()) == PROBLEM.turns[0]


def test_a_call_of_anything_else_fails_and_never_reaches_the_world() -> None:
    world = World()
    session = Offered(world, (SING,), PROBLEM)
    for name in ("move", "Sing", "fly", "", "x" * 1000, "\ud800"):
        seen = call(session, name)
        said = json.loads(seen.content)["error"]
        assert (seen.failed, said["status"], said["code"]) == (True, 404, "not_found")
        assert len(seen.content) < 200
    assert world.made == []


def test_a_session_anew_has_the_same_offer() -> None:
    async def work() -> tuple[Session, Observation, World]:
        world = World()
        session = Offered(world, (SING,), PROBLEM)
        await session.call(ToolCall("sing"))
        anew = await session.again()
        return anew, await anew.call(ToolCall("move")), world

    anew, refused, world = run(work())
    assert [tool.name for tool in anew.tools] == ["sing"]
    assert refused.failed
    assert (anew.state, world.made) == ([], ["sing"])


def test_closing_ends_the_session_within() -> None:
    world = World()
    run(Offered(world, (), PROBLEM).close())
    assert world.closed


def test_what_the_world_holds_back_is_not_there_yet() -> None:
    world = World((LOOK,))
    session = Offered(world, (SING, LOOK), PROBLEM)
    assert [tool.name for tool in session.tools] == ["look"]
    world.tools = (LOOK, SING)
    assert [tool.name for tool in session.tools] == ["sing", "look"]


def test_a_request_counts_as_the_endpoint_that_it_reaches() -> None:
    film, popular = ToolSpec("GET /movie/{movie_id}"), ToolSpec("GET /movie/popular")
    gold = Gold(path=("GET /movie/popular", "GET /person/{person_id}"))
    problem = Problem("p", (), (film, popular), gold)
    session = Offered(World((film, popular)), (film,), problem)
    assert not call(session, "GET /movie/550?language=en").failed
    assert not call(session, "GET", url="https://host/movie/550").failed
    assert call(session, "GET /movie/popular").failed
    assert call(session, "GET /person/7").failed
