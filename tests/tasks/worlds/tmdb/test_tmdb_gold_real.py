"""RestBench's gold paths and the third-party oracles in the simulated film database."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest

from harness.contracts import ProblemSet
from harness.loop import run
from harness.measures.attempt import Attempt
from harness.measures.tools.paths import path_subsequence
from harness.measures.tools.world import solved_in_world
from harness.play.programs import run_program_of
from harness.records import Gold, Problem, Setting, ToolCall, Trajectory
from harness.sources import Source
from tasks.restbench import BENCHMARK, RestBenchTask
from tasks.toolflow import BENCHMARK as TOOLFLOW
from tasks.worlds.rest import RestWorld
from tasks.worlds.tmdb import tmdb_world
from tasks.worlds.tmdb.generate import generate
from tasks.worlds.tmdb.gold import GoldProgram, gold_programs
from tasks.worlds.tmdb.gold.facts import Facts
from tasks.worlds.tmdb.service import FilmDatabase
from tasks.worlds.tmdb.shapes import examples

pytestmark = pytest.mark.realdata

UNTOLD = {53: "no founding date", 88: "one search", 92: "one search", 97: "no birthdays"}
"""Paths that run to the end and cannot tell what was asked."""
OF_NO_QUERY = {"who-starred": 29, "movie-recommendations": 7}
"""Oracles whose digest is that of no query; the query that asks the same."""


def document(data: Path) -> Any:
    return json.loads((data / "tooluse/restbench/tmdb_oas.json").read_bytes())


def problems(data: Path) -> tuple[Problem, ...]:
    task = cast("RestBenchTask", BENCHMARK.tasks["restbench/tmdb"])
    (split,) = task.load(Source(data), Setting())
    return tuple(split.problems)


def world_and_programs(data: Path, seed: int) -> tuple[RestWorld, dict[int, GoldProgram]]:
    told, store = document(data), generate(seed)
    world = tmdb_world(told, seed=seed)
    service = FilmDatabase(store, examples(told, "tmdb_oas.json"))
    paths = {number: problem.gold.path for number, problem in enumerate(problems(data))}
    return world, gold_programs(paths, world.router, service, Facts(store))


def carried_out(world: RestWorld, problem: Problem, program: GoldProgram) -> Trajectory:
    details = {"answer": program.answer} if program.answer else {}
    given = Problem(problem.id, problem.turns, problem.tools, Gold(program=program.calls, details=details))  # fmt: skip  # noqa: E501

    async def solve() -> Trajectory:
        return await run_program_of(given, await world.open(given))

    return run(solve())


@pytest.mark.parametrize("seed", [1, 2])
def test_all_gold_paths_run_to_the_end_and_come_to_the_right_answer(data: Path, seed: int) -> None:
    world, programs = world_and_programs(data, seed)
    for number, problem in enumerate(problems(data)):
        program = programs[number]
        assert tuple(call.name for call in program.calls) == problem.gold.path
        trajectory = carried_out(world, problem, program)
        assert trajectory.end == "finished", (number, trajectory)
        if program.answer:
            assert trajectory.answer == program.said[0]
        if number in UNTOLD:
            assert not program.said
        elif program.all:
            assert set(program.said) == set(program.accepted), number
        else:
            assert program.said, number
            assert set(program.said) <= set(program.accepted), number


def test_programs_give_the_same_bytes_again_and_others_in_another_world(data: Path) -> None:
    def all_of(seed: int) -> list[Trajectory]:
        world, programs = world_and_programs(data, seed)
        asked = enumerate(problems(data))
        return [carried_out(world, problem, programs[number]) for number, problem in asked]

    first = all_of(1)
    generate.cache_clear()
    assert all_of(1) == first
    assert all(one != other for one, other in zip(first, all_of(2), strict=True))


def test_the_oracles_of_retrieval_hold(data: Path) -> None:
    _, programs = world_and_programs(data, 1)
    path = data / "tooluse/restbench_oracles/restbench_tmdb.oracles.json"
    digests = {
        f"sha256:{sha256(row['query'].encode()).hexdigest()[:16]}": number
        for number, row in enumerate(
            json.loads((data / "tooluse/restbench/tmdb.json").read_bytes())
        )
    }
    held, store = 0, generate(1)
    for entry in json.loads(path.read_bytes())["entries"]:
        number = digests.get(entry["query_digest"], OF_NO_QUERY.get(entry["task_id"], -1))
        said = {value.lstrip("/") for value in programs[number].said}
        if number == 78:  # which film is better is asked, its rating is wanted
            said = {str(film.rating) for film in store.films.values() if film.title in said}
        if number == 96:  # whether both play is asked, their names are wanted
            film = Facts(store).film("We Married as Job")
            said = {", ".join(one.name for one in Facts(store).people(film, "Actor")[:2])}
        (wanted,) = [
            assertion["equals"]
            for oracle in entry["oracles"]
            for assertion in oracle.get("retrieval_assertions", ())
        ]
        assert str(wanted) in said, entry["task_id"]
        held += 1
    assert held == 34


def test_answers_have_every_field_of_the_examples_and_its_type(data: Path) -> None:
    told, store = document(data), generate(1)
    service = FilmDatabase(store, examples(told, "tmdb_oas.json"))
    facts = Facts(store)
    series = facts.series("The Mandalorian").id
    lead = facts.lead(facts.film("The Dark Knight")).id
    # Brad Pitt's kind of credits: somebody who plays in films and series, and directs.
    both = facts.person("Clint Eastwood").id
    cast = next(one.id for one in store.credits.values() if one.medium == "tv" and not one.episode)
    arguments = {
        "movie_id": facts.film("Titanic").id,
        "tv_id": series,
        "season_number": 1,
        "episode_number": 1,
        "company_id": facts.company("Lucasfilm").id,
        "network_id": facts.network("HBO").id,
        "collection_id": facts.parts("Star Wars Collection")[0].collection,
        "credit_id": cast,
        "review_id": next(iter(store.reviews)),
        "media_type": "movie",
        "time_window": "day",
        "query": "the",
    }
    people = {"GET /person/{person_id}/movie_credits": both}
    people["GET /person/{person_id}/tv_credits"] = facts.person("Vince Gilligan").id
    lacking = []
    for operation, example in examples(told, "tmdb_oas.json").items():
        person = people.get(operation, lead)
        answer = service.answer(operation, arguments | {"person_id": person})
        lacking += [f"{operation} {place}" for place in _lacking(answer, example)]
    assert lacking == []


def _lacking(value: Any, example: Any, place: str = "") -> list[str]:
    """Where a field, or an entry's, is missing or of another type; null may stand for anything."""
    if value is None or example is None:
        return []
    if isinstance(example, dict) and isinstance(value, dict):
        absent = [f"{place}.{key}" for key in example if key not in value]
        shared = [key for key in example if key in value]
        return absent + [p for k in shared for p in _lacking(value[k], example[k], f"{place}.{k}")]
    if isinstance(example, list) and isinstance(value, list):
        if not example or not value:
            return []
        # Entries of one list may be of several kinds: one of the example's must fit.
        fits = [_lacking(value[0], one, f"{place}[]") for one in example]
        return min(fits, key=len)
    numbers = isinstance(value, int | float) and isinstance(example, int | float)
    return [] if numbers or type(value) is type(example) else [f"{place}: {type(value).__name__}"]


@pytest.mark.parametrize("part", ["v0-movie", "eval-tmdb"])
def test_toolflows_functions_stand_for_the_same_operations(data: Path, part: str) -> None:
    (split,) = TOOLFLOW.tasks[f"toolflow/{part}"].load(Source(data), Setting())
    assert isinstance(split, ProblemSet)
    world = tmdb_world(document(data))
    tools = {tool.name for problem in split.problems for tool in problem.tools}
    assert {world.router.name_of(tool) for tool in tools} == set(world.router.operations)

    async def compare() -> list[int]:
        session = await world.open(split.problems[0])
        budgets = []
        for title in ("Land of Bad", "Godzilla vs. Kong"):
            found = await session.call(ToolCall("GET_search_movie", {"query": title}))
            id = str(json.loads(found.content)["results"][0]["id"])  # documented as a text
            page = await session.call(ToolCall("GET_movie_movie_id", {"movie_id": id}))
            budgets.append(json.loads(page.content)["budget"])
        return budgets

    assert run(compare()) == [19_000_000, 200_000_000]  # tasks/worlds/tmdb/known/films.py


def test_programs_solve_their_problems_and_a_wrong_answer_does_not(data: Path) -> None:
    world, programs = world_and_programs(data, 1)
    judged = 0
    for number, problem in enumerate(problems(data)):
        program = programs[number]
        if not program.answer or not program.answers:
            continue
        gold = replace(problem.gold, program=program.calls, answers=program.answers)
        attempt = Attempt(replace(problem, gold=gold), carried_out(world, problem, program))
        assert solved_in_world(attempt) == path_subsequence(attempt) == 1.0, problem.id
        wrong = replace(attempt.trajectory, answer="It is not known.")
        assert solved_in_world(replace(attempt, trajectory=wrong)) == 0.0
        judged += 1
    assert judged > 70
    # "When is the movie Titanic released?"
    assert {"1997-11-18", "November 18, 1997"} <= set(programs[32].answers)
    # "When are the release dates for the movies of the collection The Hobbit?"
    assert programs[36].answers == ()
    # "Avatar versus Avatar: The Way of Water, which has a higher rating": whoever names the wrong
    # film names the right one too.
    assert programs[78].accepted == ("Avatar",)
    assert programs[78].answers == ()
