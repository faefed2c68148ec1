"""Experience that a team of agents gathers from training problems and keeps for others.

A pool is a file of JSON lines, one problem each:

    {"task": "...", "hash": "...", "id": "train/3", "leader": "...", "members": ["...", "..."]}

`task` is what the user said, `hash` the SHA-256 of its words, `leader` and `members` what these
learned. The pools that 360REA released, {"experience": [{"task", "Leader", "Member"}]}, are read
too. A pool knows which problems it has seen, so that nobody scores it on these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from harness.contracts import Judge, ProblemSet, Session
from harness.errors import UserError
from harness.formats import strict_json
from harness.measures.attempt import Attempt
from harness.play.sessions import Told, close
from harness.records import Problem, Trajectory, Usage

MOST = 0.6
"""Share of a problem's words: one that says more of them, sentence by sentence, is the same.

So ten questions show that they hold five that were seen, and a problem that was put in another form
shows what it is. Requests that differ in a name share no sentence that holds it, and pass as long
as the sentences that they do share are not most of both: so do all of the starter tasks, and all
but a few of the logic grid puzzles, whose first sentences are always the same.
"""
SHORTEST = 4
"""Words of a sentence that tells something."""
_WORD = re.compile(r"\w+")
_NUMBERING = re.compile(r"^[ \t]*\d{1,3}[.)](?=\s)", re.MULTILINE)
_SENTENCE = re.compile(r"[.?!;](?=\s|\Z)|:(?!\d)|\n")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one problem taught.

    Attributes:
        task: what the user said.
        id: of the problem; "" where it is not known.
        leader: what the leader learned.
        members: what each member of the crew learned.
    """

    task: str
    id: str = ""
    leader: str = ""
    members: tuple[str, ...] = ()


class Pool:
    """The experience of a team.

    Args:
        entries: what each problem taught.
    """

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.entries = tuple(entries)

    @property
    def leaders(self) -> tuple[str, ...]:
        """What leaders learned."""
        return tuple(entry.leader for entry in self.entries if entry.leader)

    @property
    def members(self) -> tuple[str, ...]:
        """What members learned."""
        return tuple(text for entry in self.entries for text in entry.members if text)

    def saw(self, problem: Problem) -> Entry | None:
        """The entry that this problem has gone into, worded like this or not; None if none has."""
        text = words(problem.text)
        for known, sentences, entry in self._known:
            said = sum(s.count(" ") - 1 for s in sentences if s in text)
            whole = sum(s.count(" ") - 1 for s in sentences)
            if known == text or said > MOST * whole:
                return entry
        return None

    @cached_property
    def _known(self) -> list[tuple[str, list[str], Entry]]:
        return [(words(e.task), _sentences(e.task), e) for e in self.entries]


def words(text: str) -> str:
    """The words of a text with a blank around each, whatever stands between them and their case.

    What numbers the entries of a list is no word.
    """
    return f" {' '.join(_WORD.findall(_NUMBERING.sub(' ', text).casefold()))} "


def content_hash(text: str) -> str:
    """SHA-256 of the words of a text."""
    return sha256(words(text).encode(errors="replace")).hexdigest()


def _sentences(text: str) -> list[str]:
    found = (words(part) for part in _SENTENCE.split(text))
    return [part for part in found if part.count(" ") > SHORTEST]


def read_pool(path: Path) -> Pool:
    """The pool of a file.

    Raises:
        UserError: there is none, or a part of it cannot be read; the message says where.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"no pool of experience at {path}: gather one from training problems ({error})"
        ) from error
    return Pool(tuple(_entries(text, path)))


def _entries(text: str, path: Path) -> Iterator[Entry]:
    released = _released(text)
    if released is not None:
        for number, found in enumerate(released):
            entry = _entry(found, f"{path}, entry {number}", ("task", "Leader", "Member"))
            if entry.task or entry.leader or entry.members:
                yield entry
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        try:
            found = strict_json.loads(line)
        except strict_json.Refused as error:
            raise UserError(f"{place}: {error}") from error
        entry = _entry(found, place, ("task", "leader", "members"))
        if found.get("hash") != content_hash(entry.task):
            raise UserError(f"{place}: the hash is not that of the task: one of them was changed")
        yield entry


def _released(text: str) -> list[Any] | None:
    """The entries of a pool that 360REA released; None where it is none of them."""
    try:
        whole = strict_json.loads(text)
    except strict_json.Refused:
        return None
    found = whole.get("experience") if isinstance(whole, dict) else None
    return found if isinstance(found, list) else None


def _entry(found: Any, place: str, names: tuple[str, str, str]) -> Entry:
    if not isinstance(found, dict):
        raise UserError(f"{place}: an object with {', '.join(names)} is wanted")
    empties: tuple[Any, ...] = ("", "", [])
    task, leader, members = (
        found.get(name, empty) for name, empty in zip(names, empties, strict=True)
    )
    texts = [task, leader, found.get("id", "")]
    if not isinstance(members, list) or not all(isinstance(t, str) for t in [*texts, *members]):
        raise UserError(f"{place}: {names[0]} and {names[1]} are texts, {names[2]} a list of them")
    return Entry(task, found.get("id", ""), leader, tuple(members))


Review = Callable[[Problem, Trajectory], Awaitable[str]]
"""What somebody who may know what is right says of an attempt, in words."""


class Learner(Protocol):
    """An agent that learns from an attempt."""

    async def learn(
        self, problem: Problem, session: Session, review: Review
    ) -> tuple[Trajectory, Entry]:
        """One attempt, and what it taught."""
        ...


async def gather(learner: Learner, part: ProblemSet, review: Review, path: Path) -> Usage:
    """Lets an agent attempt training problems, and writes what they taught into a pool.

    Problems that the pool has seen are left out, so that it goes on where it was interrupted. An
    entry is written as soon as there is one.

    Args:
        learner: makes the attempts.
        part: training problems; those that the pool is to be scored on must not be among them.
        review: says how good an attempt is.
        path: of the pool, JSON lines.

    Returns:
        What the attempts and the learning cost.

    Raises:
        UserError: the file is there and is no pool.
        InfrastructureError: something outside the agent failed.
    """
    pool = read_pool(path) if path.exists() else Pool()
    seen = {content_hash(entry.task) for entry in pool.entries}
    cost = Usage()
    for problem in part.problems:
        if content_hash(problem.text) in seen:
            continue
        session = await part.environment.open(problem) if part.environment else Told(problem)
        try:
            made, entry = await learner.learn(problem, session, review)
        finally:
            await close(session)
        cost = cost + (made.usage or Usage())
        seen.add(content_hash(problem.text))
        line = json.dumps({**asdict(entry), "hash": content_hash(entry.task)})
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    return cost


def by_measure(measure: Callable[[Attempt], float], name: str) -> Review:
    """A review that tells the value of a measure."""

    async def review(problem: Problem, trajectory: Trajectory) -> str:
        return f"{name}: {measure(Attempt(problem, trajectory)):.3g}"

    return review


def by_judge(judge: Judge) -> Review:
    """A review in a judge's words."""

    async def review(problem: Problem, trajectory: Trajectory) -> str:
        said = await judge.judge(problem, trajectory)
        judgements = said if isinstance(said, tuple) else (said,)
        return "\n".join(f"{j.question}: {j.label}. {j.reason}".strip() for j in judgements)

    return review
