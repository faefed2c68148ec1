"""What is right about RestBench's requests in the simulated music service, and who says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import ProblemSet
from harness.loop import run
from harness.measures.attempt import Attempt
from harness.measures.tools.paths import path_subsequence
from harness.measures.tools.world import solved_in_world
from harness.play.programs import run_program_of
from harness.records import Problem, Setting, ToolCall, Trajectory
from harness.sources import Source
from tasks.restbench import BENCHMARK
from tasks.worlds.spotify.oracles import (
    DATA,
    FILE,
    ONLY_WHETHER,
    UNCHANGED,
    Finding,
    findings,
)
from tasks.worlds.spotify.programs import BEYOND_THE_PATH, FREE

READS = frozenset({16, 18, 20, 23, 24, 26, 29, 30, 55})
"""Requests that only want to know something: they have no writing operation in their path."""


NOTHING_LAST = frozenset({15, 21})
"""Requests whose gold path ends with a call for which there is nothing to do."""


@pytest.fixture
def loaded(data: Path) -> ProblemSet:
    (part,) = BENCHMARK.tasks["restbench/spotify"].load(Source(data), Setting())
    assert isinstance(part, ProblemSet)
    return part


@pytest.fixture
def oracles(data: Path) -> dict[int, Mapping[str, Any]]:
    entries = DATA.json(Source(data), FILE)["entries"]
    return {entry["index"]: entry for entry in entries}


def carried_out(part: ProblemSet, problem: Problem) -> Trajectory:
    if not problem.gold.program:
        return Trajectory(problem.id, answer="Done.", state=UNCHANGED)

    async def attempt() -> Trajectory:
        assert part.environment is not None
        session = await part.environment.open(problem)
        return await run_program_of(problem, session)

    return run(attempt())


def without_last_write(n: int, problem: Problem) -> Problem | None:
    """The program up to the last call that changes something; None where none does."""
    program = problem.gold.program
    writes = [k for k, call in enumerate(program) if not call.name.startswith("GET")]
    writes = writes[:-1] if n in NOTHING_LAST else writes
    return changed(problem, program[: writes[-1]]) if writes else None


def changed(problem: Problem, program: tuple[ToolCall, ...]) -> Problem:
    return replace(problem, gold=replace(problem.gold, program=program))


@pytest.mark.realdata
def test_every_program_runs_to_its_end_and_solves_its_request(loaded: ProblemSet) -> None:
    assert len(loaded.problems) == 57
    for n, problem in enumerate(loaded.problems):
        attempt = Attempt(problem, carried_out(loaded, problem))
        assert attempt.trajectory.end == "finished", attempt.trajectory.detail
        assert attempt.trajectory.state["world"] == "simulated"
        if n not in FREE:
            assert solved_in_world(attempt) == 1, n


@pytest.mark.realdata
def test_programs_follow_the_gold_paths_but_for_labels_that_lead_nowhere(
    loaded: ProblemSet,
) -> None:
    other = set()
    for n, problem in enumerate(loaded.problems):
        if tuple(call.name for call in problem.gold.program) != problem.gold.path:
            other.add(n)
        assert path_subsequence(Attempt(problem, carried_out(loaded, problem))) == 1
    assert other == set(BEYOND_THE_PATH)


@pytest.mark.realdata
def test_no_id_in_a_program_comes_from_anywhere_but_an_earlier_answer(loaded: ProblemSet) -> None:
    """Ids and URIs are references; what is written out comes from the request or the document."""
    plain = {"name", "q", "type", "limit", "volume_percent", "state", "public"}
    for problem in loaded.problems:
        for call in problem.gold.program:
            for name, value in call.arguments.items():
                texts = _texts(value)
                assert name in plain or all(text.startswith("$") for text in texts), (call, name)


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [str(value)]


@pytest.mark.realdata
def test_a_program_gives_the_same_bytes_every_time(loaded: ProblemSet) -> None:
    for problem in loaded.problems:
        once, again = (carried_out(loaded, problem) for _ in range(2))
        assert once == again
        told = [json.dumps(attempt.state, sort_keys=True) for attempt in (once, again)]
        assert told[0] == told[1]


@pytest.mark.realdata
def test_whoever_does_nothing_solves_nothing(loaded: ProblemSet) -> None:
    for n, problem in enumerate(loaded.problems):
        idle = carried_out(loaded, changed(problem, ()))
        assert solved_in_world(Attempt(problem, idle)) != 1, n


@pytest.mark.realdata
def test_a_program_without_its_last_write_solves_nothing(loaded: ProblemSet) -> None:
    dropped = 0
    for n, problem in enumerate(loaded.problems):
        short = without_last_write(n, problem)
        if n in FREE or short is None:
            continue
        attempt = carried_out(loaded, short)
        assert solved_in_world(Attempt(problem, attempt)) == 0, n
        dropped += 1
    assert dropped == 57 - len(FREE) - len(READS)


@pytest.mark.realdata
def test_an_agent_finds_the_program_nowhere(loaded: ProblemSet) -> None:
    for problem in loaded.problems:
        assert problem.gold.program
        assert "$1" not in json.dumps([problem.text, [tool.name for tool in problem.tools]])


@pytest.mark.realdata
def test_the_candidates_keep_only_what_they_allow(data: Path) -> None:
    (part,) = BENCHMARK.tasks["restbench/spotify"].load(Source(data), Setting(pool="candidates"))
    assert isinstance(part, ProblemSet)
    for problem in part.problems:
        offered = {tool.name for tool in problem.tools}
        assert all(call.name in offered for call in problem.gold.program)
        if not problem.gold.program:
            assert problem.gold.state is None
            assert not problem.gold.answers
    assert sum(bool(problem.gold.program) for problem in part.problems) > 50


# ---------------------------------------------------------------- the published oracles

WRONG: Mapping[int, tuple[int, Mapping[str, Any]]] = {
    3: (2, {"volume_percent": 61}),
    6: (3, {}),
    9: (4, {}),
    12: (2, {"playlist_id": "$1.items.1.id"}),
    15: (4, {"uris": ["$1.queue.1.uri"]}),
    32: (2, {}),
    35: (3, {"ids": ["$2.tracks.5.id"]}),
    38: (2, {"ids": ["$1.items.0.track.id"]}),
    41: (2, {"context_uri": "$1.items.0.uri"}),
    44: (1, {"volume_percent": 21}),
    47: (3, {"context_uri": "$2.items.1.uri"}),
    53: (2, {}),
}
"""A call of the program (from 1) and what is wrong in its arguments, where an id or a value that an
oracle asserts can be wrong; {} puts in the id of somebody else."""


@pytest.mark.realdata
def test_every_oracle_can_be_told_and_holds_for_the_right_program(
    loaded: ProblemSet, oracles: dict[int, Mapping[str, Any]]
) -> None:
    assert len(oracles) == 24
    told: list[Finding] = []
    for index, entry in oracles.items():
        found = findings(entry, carried_out(loaded, loaded.problems[index]))
        assert all(finding.holds for finding in found), found
        told += found
    kinds = [finding.kind for finding in told]
    assert {k: kinds.count(k) for k in kinds} == {
        "final_state": 16,
        "retrieval": 8,
        "no_mutation": 8,
    }


@pytest.mark.realdata
def test_a_final_state_fails_where_the_write_is_left_out(
    loaded: ProblemSet, oracles: dict[int, Mapping[str, Any]]
) -> None:
    failed = 0
    for index, entry in oracles.items():
        short = without_last_write(index, loaded.problems[index])
        if short is None:
            continue
        attempt = carried_out(loaded, short)
        (finding,) = findings(entry, attempt)
        assert finding.holds is False, finding
        failed += 1
    assert failed == 16


@pytest.mark.realdata
def test_a_final_state_fails_where_the_write_has_the_wrong_id(
    loaded: ProblemSet, oracles: dict[int, Mapping[str, Any]]
) -> None:
    final = {n for n, entry in oracles.items() if entry["oracles"][0]["kind"] == "final_state"}
    assert final == WRONG.keys() | ONLY_WHETHER.keys()
    others = {"PUT /me/following": _other_artist(loaded), "PUT /me/albums": _other_album(loaded)}
    for index, (number, arguments) in WRONG.items():
        program = list(loaded.problems[index].gold.program)
        call = program[number - 1]
        wrong = dict(arguments) if arguments else {"ids": others[call.name]}
        program[number - 1] = replace(call, arguments={**call.arguments, **wrong})
        attempt = carried_out(loaded, changed(loaded.problems[index], tuple(program)))
        assert attempt.end == "finished", attempt.detail
        assert not all(finding.holds for finding in findings(oracles[index], attempt)), index


def _other_artist(part: ProblemSet) -> str:
    return _searched(part, "Muse", "artist")


def _other_album(part: ProblemSet) -> str:
    return _searched(part, "Absolution", "album")


def _searched(part: ProblemSet, words: str, kind: str) -> str:
    program = (ToolCall("GET /search", {"q": words, "type": [kind]}),)
    attempt = carried_out(part, changed(part.problems[0], program))
    found: str = json.loads(attempt.messages[-1].content)[f"{kind}s"]["items"][0]["id"]
    return found


@pytest.mark.realdata
def test_a_retrieval_fails_without_the_call_and_a_read_that_writes_is_seen(
    loaded: ProblemSet, oracles: dict[int, Mapping[str, Any]]
) -> None:
    extra = ToolCall("PUT /me/player/volume", {"volume_percent": 1})
    told = 0
    for index, entry in oracles.items():
        if [oracle["kind"] for oracle in entry["oracles"]] != ["retrieval", "no_mutation"]:
            continue
        problem = loaded.problems[index]
        gold = replace(problem.gold, details={})
        bare = replace(problem, gold=gold)
        program = problem.gold.program
        without, _ = findings(entry, carried_out(loaded, changed(bare, (*program[:-1], extra))))
        assert without.holds is False, without
        right, kept = findings(entry, carried_out(loaded, changed(bare, (*program, extra))))
        assert (right.holds, kept.holds) == (True, False)
        told += 1
    assert told == 8


@pytest.mark.realdata
def test_what_has_no_counterpart_counts_neither_way(oracles: dict[int, Mapping[str, Any]]) -> None:
    idle = Trajectory("spotify-44", state=UNCHANGED)
    told: list[Finding] = []
    for asserted in ({"collection": "me.shows"}, {"collection": "me.albums", "contains": "al-9"}):
        oracle = {"kind": "final_state", "assertions": [asserted]}
        told += findings({**oracles[44], "oracles": [oracle]}, idle)
    assert [finding.holds for finding in told] == [None, None]
    assert ["me.shows" in told[0].why, "al-9" in told[1].why] == [True, True]


@pytest.mark.realdata
def test_an_oracle_that_asserts_only_whether_holds_for_the_wrong_song(
    loaded: ProblemSet, oracles: dict[int, Mapping[str, Any]]
) -> None:
    problem = loaded.problems[21]
    program = list(problem.gold.program)
    place = next(k for k, call in enumerate(program) if call.name.startswith("POST"))
    wrong = {**program[place].arguments, "uris": ["$3.items.1.uri"]}
    program[place] = replace(program[place], arguments=wrong)
    attempt = carried_out(loaded, changed(problem, tuple(program)))
    assert all(finding.holds for finding in findings(oracles[21], attempt))
    assert solved_in_world(Attempt(problem, attempt)) == 0
