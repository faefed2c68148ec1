"""Agents are asked, resumed, scored and scored again like any model."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from toy import ToyTask
from toy_tools import PROBLEMS, Scripted, ToolToy, attempt, problem
from toy_world import InRooms, Rooms

from harness import compare, evaluate, score
from harness.contracts import ProblemSet, Session, Unreadable
from harness.errors import NotAsked, UserError
from harness.flows.tool_use import ToolUseFlow
from harness.formats.trajectories import read_trajectories, write_trajectories
from harness.play.story import Story
from harness.records import Expected, Gold, Judgement, Problem, Setting, ToolCall, Trajectory
from harness.store import find_results, read_result

SCRIPT = {"one": ["search"], "two": ["search", "search"], "three": []}
"""Path recall by hand: 1/1, 1/2 (search of search and cast), 0/1."""


def run(agent: object, out: Path | None = None, **setting: object) -> dict[str, float]:
    [result] = evaluate(agent, ToolToy(), out=out, cache=False, **setting).results  # type: ignore[arg-type]
    return {name: value.value for name, value in result.measures.items()}


def test_an_agent_is_scored_by_what_it_called() -> None:
    values = run(Scripted(SCRIPT))
    assert values["path_recall"] == pytest.approx(0.5)
    assert values["path_set_all"] == pytest.approx(1 / 3)
    assert values["pass^1"] == pytest.approx(1 / 3)


def test_an_agent_does_not_see_what_is_right() -> None:
    agent = Scripted(SCRIPT)
    run(agent)
    assert [seen.gold for seen in agent._seen] == [Gold()] * 3
    assert [seen.id for seen in agent._seen] == [p.id for p in PROBLEMS]


def test_trials_are_asked_one_by_one() -> None:
    agent = Scripted(SCRIPT)
    run(agent, trials=3)
    assert len(agent._seen) == 9


def test_a_result_is_recomputed_from_its_trajectories_bit_for_bit(tmp_path: Path) -> None:
    run(Scripted(SCRIPT), tmp_path)
    [folder] = find_results(tmp_path)
    stored = read_result(folder.path)
    assert folder.predictions.name == "trajectories.jsonl.gz"
    again = score(ToolToy(), folder.path)
    assert again == stored
    lines = gzip.decompress(folder.predictions.read_bytes()).decode().splitlines()
    assert [json.loads(line)["problem"] for line in lines] == ["one", "two", "three"]


def test_what_is_there_is_reused_and_what_failed_is_asked_again(tmp_path: Path) -> None:
    broken, mended = Scripted(SCRIPT), Scripted(SCRIPT)
    broken._down.add("two")
    [result] = evaluate(broken, ToolToy(), out=tmp_path, cache=False).results
    assert (result.status, result.errors) == ("incomplete", {"two": "the network is down"})
    [result] = evaluate(mended, ToolToy(), out=tmp_path, cache=False).results
    assert result.status == "complete"
    assert [seen.id for seen in mended._seen] == ["two"]
    assert run(mended, tmp_path) == run(Scripted(SCRIPT))
    assert [seen.id for seen in mended._seen] == ["two"]  # by then everything is there


def test_a_damaged_file_is_asked_for_again(tmp_path: Path) -> None:
    run(Scripted(SCRIPT), tmp_path)
    [folder] = find_results(tmp_path)
    folder.predictions.write_bytes(folder.predictions.read_bytes()[:-12])
    agent = Scripted(SCRIPT)
    run(agent, tmp_path)
    assert len(agent._seen) == 3


def test_trajectories_of_a_file_are_scored_and_bad_lines_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    write_trajectories(path, [attempt("one", "search"), attempt("two", "search", "cast")])
    path.write_bytes(b'{"problem": 3\n' + path.read_bytes() + b'{"problem": "nobody"}\n')
    told: list[Unreadable | int] = []
    result = score(ToolToy(), path, tell=told.append)
    assert result.measures["path_set_all"].value == pytest.approx(2 / 3)
    assert result.missing == ["three"]
    bad = [found for found in told if isinstance(found, Unreadable)]
    assert bad[0].place == "line 1"
    assert "nobody" in bad[1].place
    assert result.notes["entries that cannot be used"] == 2


def test_the_verdict_on_every_attempt_is_written_down(tmp_path: Path) -> None:
    asked = replace(PROBLEMS[0], gold=Gold("ast", calls=(Expected("search"),), rules="json"))
    task = ToolToy((ProblemSet("test", (asked, PROBLEMS[1])),), measures=("success", "steps"))
    attempts = [attempt("one", "cast"), attempt("two", "search", "cast", trial=1)]
    score(task, attempts, items=tmp_path / "items.jsonl")
    first, second = map(json.loads, (tmp_path / "items.jsonl").read_text().splitlines())
    assert first["values"] == {"success": 0.0, "steps": 1.0}
    assert [error["fault"] for error in first["errors"]] == ["wrong tool"]
    assert second == {
        "problem": "two",
        "trial": 1,
        "end": "finished",
        "values": {"success": 1.0, "steps": 2.0},
    }
    with pytest.raises(UserError, match="leave out --items"):
        score(ToyTask(), {"q1": ["d1"]}, items=tmp_path / "more.jsonl")


def test_a_file_of_nothing_but_strangers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    write_trajectories(path, [attempt("nobody", "search")])
    with pytest.raises(UserError, match=r"none of the 1 entries can be used.*'one'"):
        score(ToolToy(), path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_bytes(b"")
    with pytest.raises(UserError, match="holds no predictions"):
        score(ToolToy(), path)


def test_problems_of_several_sets_go_by_split_and_by_their_own_id_where_it_is_unique() -> None:
    sets = (ProblemSet("a", PROBLEMS[:2]), ProblemSet("b", (PROBLEMS[2], problem("one", "cast"))))
    flow = ToolUseFlow(sets, Setting(), 0)
    assert flow.keys == ("a/one", "a/two", "b/three", "b/one")
    scored = flow.score_all([attempt("three", "cast"), attempt("b/one", "cast")], ["path_set_all"])
    assert scored.scores.values["path_set_all"].tolist() == [0, 0, 1, 1]
    with pytest.raises(UserError):  # which of the two is meant?
        flow.score_all([attempt("one", "cast")], ["path_set_all"])


def test_the_data_hash_knows_everything_about_a_problem() -> None:
    def hashed(*problems: object) -> str:
        return ToolUseFlow((ProblemSet("s", problems),), Setting(), 0).data_hash  # type: ignore[arg-type]

    first = PROBLEMS[1]
    others = [
        replace(first, id="x"),
        replace(first, turns=()),
        replace(first, tools=first.tools[:1]),
        replace(first, tools=(replace(first.tools[0], description="x"), *first.tools[1:])),
        replace(first, gold=replace(first.gold, path=("cast",))),
        replace(first, gold=replace(first.gold, success="success")),
        replace(first, labels={}),
    ]
    assert len({hashed(first), *map(hashed, others)}) == len(others) + 1
    assert hashed(first) == hashed(replace(first, tools=tuple(first.tools)))


def test_results_say_what_became_of_the_attempts() -> None:
    flow = ToolUseFlow((ProblemSet("s", PROBLEMS),), Setting(), 0)
    scored = flow.score_all(
        [attempt("one", "search"), Trajectory("two", end="malformed", detail="no JSON")],
        ["path_set_all"],
    )
    assert (scored.counts.queries, scored.counts.answered, scored.counts.missing) == (3, 2, 1)
    assert scored.malformed == {"two": "no JSON"}
    assert scored.breakdown["plan length"]["2"] == {"path_set_all": 0.0}
    assert scored.breakdown["plan length"]["1"] == {"path_set_all": 0.5}


def test_only_agents_are_asked() -> None:
    with pytest.raises(UserError, match="no agent"):
        evaluate("bm25", ToolToy(), cache=False)


def test_measures_of_rankings_are_refused() -> None:
    with pytest.raises(UserError, match="nDCG@10 measures rankings"):
        evaluate(Scripted(SCRIPT), ToolToy(), measures="nDCG@10", cache=False)


def test_problems_have_no_instructions() -> None:
    with pytest.raises(NotAsked):
        ToolUseFlow((ProblemSet("s", PROBLEMS),), Setting(instruction="yes"), 0)


def test_agents_are_compared_problem_by_problem(tmp_path: Path) -> None:
    run(Scripted(SCRIPT), tmp_path / "a")
    run(Scripted({p.id: list(p.gold.path) for p in PROBLEMS}), tmp_path / "b")
    [difference] = compare(tmp_path / "a", tmp_path / "b").differences
    assert (difference.measure, difference.wins, difference.losses) == ("path_recall", 2, 0)
    assert difference.difference == pytest.approx(0.5)


def test_results_of_two_judges_are_not_compared_and_other_tasks_are(tmp_path: Path) -> None:
    run(Scripted(SCRIPT), tmp_path / "a")
    run(Scripted({"one": []}), tmp_path / "b")
    [folder] = find_results(tmp_path / "b")
    marker = folder.path / "result.json"
    written = marker.read_text("utf-8")
    marker.write_text(written.replace('"task_version": "1"', '"task_version": "1, judged by x"'))
    with pytest.raises(UserError, match="toy-tools: one is of version 1, the other of 1, judged"):
        compare(tmp_path / "a", tmp_path / "b")
    marker.write_text(written)
    assert compare(tmp_path / "a", tmp_path / "b").differences


def test_of_amounts_nobody_says_which_is_better(tmp_path: Path) -> None:
    run(Scripted(SCRIPT), tmp_path / "a", measures="steps")
    run(Scripted({p.id: ["search"] * 3 for p in PROBLEMS}), tmp_path / "b", measures="steps")
    with pytest.raises(UserError, match="share no value of path_recall; choose with --measure"):
        compare(tmp_path / "a", tmp_path / "b")
    [found] = compare(tmp_path / "a", tmp_path / "b", measure="steps").differences
    # Steps by hand: 1, 2 and 0 against 3 each.
    assert (found.first, found.second, found.difference) == (1.0, 3.0, 2.0)
    assert replace(found, p_holm=0.01).verdict == "higher"
    assert replace(found, p_holm=0.01, difference=-2.0).verdict == "lower"
    assert found.verdict == "not told apart"


def judged(key: str, *labels: str) -> Trajectory:
    said = tuple(Judgement("j", label, repeat=n) for n, label in enumerate(labels))
    return replace(attempt(key, "search"), judgements=said)


def test_what_waits_for_a_judge_is_told_and_a_part_is_no_whole() -> None:
    card = replace(ToolToy().card, main_measure="SoPR")
    task = ToolToy(card=card, measures=("SoPR", "steps"))
    result = score(task, [attempt(p.id, "search") for p in PROBLEMS])
    assert (result.undefined, list(result.measures)) == (["SoPR"], ["steps"])
    assert result.task_version == "1"
    first = [judged("one", "Solved", "Unsure"), attempt("two"), attempt("three")]
    some = score(task, first)
    # One of three has been judged: its mean of 1 and .5 is not the task's.
    assert (some.main.value, some.main.n, some.partial) == (0.75, 1, True)
    assert some.task_version == "1, judged by j"
    whole = score(task, [judged(p.id, "Solved", "Unsolved") for p in PROBLEMS])
    assert (whole.main.value, whole.main.n, whole.partial) == (0.5, 3, False)
    # Every repeat's mean over problems: 1 and 0, which deviate by .5.
    assert whole.deviations["SoPR"] == 0.5


class Worldly(Scripted):
    """Wants to be told what its calls give."""

    needs_world = True


def test_who_wants_a_world_is_asked_only_where_there_is_one_or_one_turn_is_enough() -> None:
    agent = Worldly(SCRIPT)
    (missing,) = evaluate(agent, ToolToy(), cache=False).missing
    assert "nothing here answers its calls" in missing.reason
    assert not missing.data
    single = ToolToy((ProblemSet("test", PROBLEMS, single=True),))
    assert evaluate(agent, single, cache=False).complete
    world = ToolToy((ProblemSet("test", PROBLEMS, environment=Rooms()),))
    assert evaluate(agent, world, cache=False).complete


def test_a_suite_goes_on_without_the_tasks_that_have_no_world() -> None:
    card = replace(ToolToy().card, name="toy/world")
    world = ToolToy((ProblemSet("test", PROBLEMS, environment=Rooms()),), card)
    report = evaluate(Worldly(SCRIPT), [ToolToy(), world], cache=False)
    assert [missing.task for missing in report.missing] == [ToolToy().card.name]
    assert [result.task for result in report.results] == ["toy/world"]
    assert not report.complete


def test_every_attempt_has_a_world_of_its_own_which_is_closed_behind_it(tmp_path: Path) -> None:
    opened: list[InRooms] = []

    class Watched(Rooms):
        async def open(self, problem: Problem, trial: int = 0) -> InRooms:
            opened.append(await super().open(problem, trial))
            return opened[-1]

    class Mover:
        version = "1"

        async def solve(self, problem: Problem, session: Session) -> Trajectory:
            story = Story(problem, session)
            await story.call(ToolCall("move", {"thing": "hat", "to": problem.id}))
            return story.ended(answer="done")

    task = ToolToy((ProblemSet("test", PROBLEMS, environment=Watched()),), measures=("finished",))
    evaluate(Mover(), task, out=tmp_path, trials=2, cache=False)
    assert len(opened) == 6
    assert all(session.closed for session in opened)
    [folder] = find_results(tmp_path)
    made = [t for t in read_trajectories(folder.predictions) if isinstance(t, Trajectory)]
    assert [t.state["hat"] for t in made] == ["one", "one", "two", "two", "three", "three"]


def test_a_world_that_fails_is_no_attempt() -> None:
    class Caller:
        version = "1"

        async def solve(self, problem: Problem, session: Session) -> Trajectory:
            await session.call(ToolCall("look", {"thing": "hat"}))
            return Trajectory(problem.id)

    task = ToolToy((ProblemSet("test", PROBLEMS, environment=Rooms(broken=0)),))
    [result] = evaluate(Caller(), task, cache=False).results
    assert (result.status, result.errors["one"]) == ("incomplete", "the world is gone")


def test_another_code_of_a_users_world_is_another_task(tmp_path: Path) -> None:
    """The example's world, before and after a line of its file has changed."""
    text = (Path(__file__).parents[3] / "examples" / "my_world.py").read_text()
    hashes = set()
    for line in ("", "# Nothing is where it was.", ""):
        (tmp_path / "w.py").write_text(f"{text}{line}\n")
        [result] = evaluate("oracle", f"{tmp_path / 'w.py'}:House", cache=False).results
        hashes.add(result.data_hash)
    assert len(hashes) == 2
