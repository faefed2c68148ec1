"""ToolFlow's movie part: the simulated film database, and programs for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from harness.contracts import Session, ToolEnvironment
from harness.records import Problem, ToolSpec
from harness.sources import Source
from tasks.worlds.autotools import names
from tasks.worlds.autotools.attached import bound
from tasks.worlds.autotools.binder import Binder, Unbound
from tasks.worlds.autotools.recordings import Recordings

DOCUMENT = "tmdb_oas.json"
"""RestBench's description of the interface, in whose shape the world answers."""
ENTRIES = 2
"""Entries of a list that are taken one after the other before it begins anew."""
IDS = {"movie_id": "movie", "person_id": "person", "tv_id": "series"}
FILMS = ("popular", "now_playing", "upcoming", "top_rated", "latest")


class FilmWorld:
    """The film database, made with the first session.

    Args:
        made: makes it.
    """

    def __init__(self, made: Callable[[], ToolEnvironment]) -> None:
        self._made = made

    @cached_property
    def _world(self) -> ToolEnvironment:
        return self._made()

    async def open(self, problem: Problem, trial: int = 0) -> Session:
        """A session of the film database."""
        return await self._world.open(problem, trial)


class FilmBinder(Binder):
    """Binds paths of operations of the film database, "GET_movie_movie_id_credits"."""

    def __init__(self) -> None:
        super().__init__("films", Recordings({}, {}))

    def _wanted(self, tool: str, parameter: str) -> str:
        return IDS.get(parameter, "")

    def _places(self, tool: str, kind: str, query: str) -> Iterator[str]:
        field = _field(tool.removeprefix("GET_"), kind)
        if field == "id":
            yield ".id"
        elif field:
            yield from (f".{field}.{number}.id" for number in range(ENTRIES))

    def _words(self, tool: str, name: str, query: str, earlier: int, example: object) -> str:
        titles, people = names.titles(query), names.places(names.unquoted(query))
        found = (people or titles) if tool == "GET_search_person" else (titles or people)
        if not found:
            raise Unbound(f"the query names nothing for '{name}'")
        return found[earlier % len(found)]


def _field(operation: str, kind: str) -> str:
    """Where an operation's answer has ids of a kind: "id", a list, or "" where it has none."""
    noun = {"movie": "movie", "person": "person", "series": "tv"}[kind]
    if operation == f"{noun}_{noun}_id":
        return "id"
    lists = (f"search_{noun}", f"discover_{noun}", *(f"{noun}_{name}" for name in FILMS))
    alike = (f"{noun}_{noun}_id_similar", f"{noun}_{noun}_id_recommendations")
    if operation in (*lists, *alike):
        return "results"
    if kind == "person":
        return "cast" if operation in ("movie_movie_id_credits", "tv_tv_id_credits") else ""
    return "cast" if operation == f"person_person_id_{noun}_credits" else ""


def film_world(
    source: Source, problems: Sequence[Problem], tools: Mapping[str, ToolSpec]
) -> tuple[ToolEnvironment | None, tuple[Problem, ...]]:
    """The film database and the problems with programs; none where its interface is not described.

    Args:
        source: where the description of the interface is.
        problems: those of the part.
        tools: every tool that the part knows.
    """
    from tasks.restbench import DATA

    if source.path(f"{DATA.folder}/{DOCUMENT}") is None:
        return None, tuple(problems)

    def made() -> ToolEnvironment:
        from tasks.worlds.tmdb import tmdb_world

        return tmdb_world(DATA.json(source, DOCUMENT), DOCUMENT)

    binder = FilmBinder()
    return FilmWorld(made), tuple(bound(problem, binder, tools) for problem in problems)
