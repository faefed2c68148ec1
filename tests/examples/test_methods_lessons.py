"""What training methods start from: conversations that our agents have with who knows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from examples.embedded.conversations import DEVELOPMENT, Row
from examples.methods import lessons
from examples.methods.comparing import CHOOSING, HELDOUT
from examples.methods.lessons import (
    CANDIDATES,
    KEPT,
    KINDS,
    WORLDS,
    World,
    dro_rows,
    exsearch_rows,
    genground_rows,
    levelled,
    main,
    ordering,
    written,
)
from harness.errors import UserError
from harness.loop import run
from harness.records import Message, ToolSpec, Trajectory
from models.agents.answerers.dro import DRO
from models.agents.answerers.exsearch import ExSearch
from models.agents.answerers.genground import GenGround
from models.scripted import Scripted
from models.training.text.conversations import read_dialogues
from tasks.curriculum import Lesson, questions
from tasks.starter_agent import SEED

HOME = Path(__file__).resolve().parents[2]
WORLD = World(303, each=4)
SMALL = World(300, each=4)


@pytest.fixture(scope="module")
def searches() -> list[Row]:
    return list(exsearch_rows(WORLD))


def by_heart(rows: Sequence[Row]) -> Scripted:
    """A model that has learned the rows, and says nothing to what they do not ask."""
    known: dict[str, str] = {}
    for row in rows:
        for place, message in enumerate(row["messages"]):
            if message["role"] == "assistant":
                asked = [(m["role"], m["content"]) for m in row["messages"][:place]]
                known[json.dumps(asked)] = message["content"]

    def answer(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str:
        return known[json.dumps([(m.role, m.content) for m in messages])]

    return Scripted(answer)


def attempted(agent: Any, lesson: Lesson) -> Trajectory:
    async def attempt() -> Trajectory:
        session = await lesson.world.open(lesson.problem)
        made: Trajectory = await agent.solve(lesson.problem, session)
        return made

    return run(attempt())


def right(lessons: Sequence[Lesson], agent: Any) -> int:
    """How many an agent answers as it should; every attempt comes to its end."""
    made = [attempted(agent, lesson) for lesson in lessons]
    assert {one.end for one in made} == {"finished"}
    return sum(
        one.answer == lesson.problem.gold.details["answer"]
        for one, lesson in zip(made, lessons, strict=True)
    )


def test_who_learned_the_rows_by_heart_answers_as_the_guide_does(searches: list[Row]) -> None:
    lessons = list(WORLD.lessons())
    assert len(searches) == len(lessons) == 8
    assert right(lessons, ExSearch(by_heart(searches))) >= 5
    selected = list(exsearch_rows(WORLD, selection=True))
    assert right(lessons, ExSearch(by_heart(selected), selection=True)) >= 5
    assert right(lessons, GenGround(by_heart(list(genground_rows(WORLD))))) >= 5
    turns = list(dro_rows(WORLD))
    known = by_heart([row for _, row in turns])
    selections = [row["messages"][-1]["content"] for who, row in turns if who == "selector"]
    single = list(questions(WORLD.seed, WORLD.size, 1, WORLD.each))
    assert len(selections) == len(single)  # something that was found tells each of the answers
    assert right(single, DRO(known, k=CANDIDATES, kept=1)) == len(single)
    first = right(single, DRO(known, k=CANDIDATES, kept=1, selection=False))
    assert first == selections.count("[1]")
    assert 0 < first < len(single)


def test_exsearch_records_what_it_was_told_and_asks_on(searches: list[Row]) -> None:
    for row in searches:
        _, asked, *turns = row["messages"]
        assert asked["content"].startswith("Question: ")
        said = [turn["content"] for turn in turns[0::2]]
        assert said[0].startswith("<QUERY> ")
        assert all(text.startswith("<FACT>") for text in said[1:-1])
        assert said[-2].endswith("<FINAL>")
        shown = [turn["content"] for turn in turns[1::2]][:-1]
        assert all(text.startswith("<SEARCH> [1] ") for text in shown)
        unknown = said[-1] == "unanswerable"
        assert (said[-2] == "<FACT> \n<FINAL>") is unknown
        if not unknown:
            assert said[-1] in said[-2] or said[-1] in ("yes", "no") or " or " in asked["content"]


def test_every_other_sub_query_is_vague_and_finds_less(tmp_path: Path) -> None:
    world = World(303, each=12)
    [path] = written("exsearch-vague", tmp_path, [world])
    plain, vague = (
        list(exsearch_rows(world)),
        [json.loads(row) for row in path.read_text().splitlines()],
    )
    asked = [
        (one["messages"][2]["content"], other["messages"][2]["content"])
        for one, other in zip(plain, vague, strict=True)
    ]
    changed = [(full, short) for full, short in asked if full != short]
    assert len(changed) == pytest.approx(len(asked) / 2, abs=6)  # 2.4 standard deviations of 24
    for full, short in changed:
        before, it, after = f" {short}".partition(" it")
        assert it
        assert full.startswith(before.strip())
        assert full.endswith(after)
    told = [
        sum(row["messages"][-1]["content"] != "unanswerable" for row in rows)
        for rows in (plain, vague)
    ]
    assert 0 < told[1] < told[0]


def test_selection_turns_are_rows_of_their_own() -> None:
    rows = list(exsearch_rows(WORLD, selection=True))
    selections = [row for row in rows if row["messages"][1]["content"].startswith("Passages:")]
    assert len(rows) - len(selections) == 8
    assert len(selections) >= 8
    for row in selections:
        assert row["messages"][-1]["content"].count("[") == 3
        assert len(row["messages"]) == 3


def test_the_selector_puts_gold_first_and_leaves_the_rest_in_order() -> None:
    lesson = next(x for x in questions(WORLD.seed, WORLD.size, 1, 4) if x.problem.gold.answers)
    guide: Any = lesson.guide
    gold = guide.passages[guide.hops[0].passage].title
    rows = [row for speaker, row in dro_rows(WORLD) if speaker == "selector"]
    row = next(r for r in rows if lesson.problem.text in r["messages"][1]["content"])
    _, asked, said = row["messages"]
    order = ordering(guide, [Message("user", asked["content"])], CANDIDATES).split(" > ")
    numbers = [int(part.strip("[]")) for part in order]
    assert f"Title: {gold}. " in asked["content"].split("\n")[numbers[0]]
    assert sorted(numbers) == list(range(1, CANDIDATES + 1))
    assert numbers[1:] == sorted(numbers[1:])
    assert said["content"] == " > ".join(order[:KEPT])


def test_the_generator_reads_what_was_selected_and_what_the_search_had_first() -> None:
    found = list(dro_rows(World(303, each=12)))
    selector = [row for speaker, row in found if speaker == "selector"]
    generator = [row for speaker, row in found if speaker == "generator"]
    assert len({json.dumps(row) for row in generator}) == len(generator)
    read: dict[str, dict[str, str]] = {}  # question -> first passage -> what is answered
    for row in generator:
        _, asked, said = row["messages"]
        first, *_, question = asked["content"].removeprefix("Passages:\n").split("\n")
        read.setdefault(question, {})[first.removeprefix("[1] ")] = said["content"]
    assert len(read) == 12
    for row in selector:
        _, asked, said = row["messages"]
        _, *shown, _, question = asked["content"].split("\n")
        first, taken = (shown[n].partition("] ")[2] for n in (0, int(said["content"][1:-1]) - 1))
        answers = read.pop(question)
        assert set(answers) == {first, taken}
        assert answers[taken] != "unanswerable"
    # Of what is left nothing that was found tells the answer: no passage is better than another.
    assert read
    assert [list(answers.values()) for answers in read.values()] == [["unanswerable"]] * len(read)


def test_no_answer_is_learned_more_often_than_the_second_most_frequent() -> None:
    def answered(texts: str) -> list[Row]:
        return [
            {"number": n, "messages": [{"role": "assistant", "content": text}]}
            for n, text in enumerate(texts)
        ]

    rows = answered("aabacaab")
    kept = levelled(rows)
    assert sorted(row["messages"][0]["content"] for row in kept) == list("aabbc")
    assert [row["number"] for row in kept] == sorted(row["number"] for row in kept)
    assert levelled(rows) == kept
    assert levelled(answered("aaa")) == answered("aaa")
    assert levelled([]) == []


def test_a_revision_quotes_the_gold_passage_and_some_answers_need_one(
    tmp_path: Path,
) -> None:
    paths = {path.stem: path for path in written("genground", tmp_path, [WORLD])}
    assert set(paths) == {"genground", "deduction", "grounding"}
    rows = [json.loads(line) for line in paths["grounding"].read_text().splitlines()]
    assert len(rows) >= 8
    for row in rows:
        gold, *others = row["passages"]
        assert gold["gold"]
        assert others
        assert not any(other["gold"] for other in others)
        said = row["revision"].removeprefix("<ref> [1] ").partition(" </ref>")[0]
        assert said in f"{gold['title']} {gold['text']}"
        assert row["revision"].endswith(f"<revise> {row['answers'][0]} </revise>")
    wrong = sum(row["immediate"] not in row["answers"] for row in rows)
    assert 0 < wrong < len(rows)
    turns = sum(1 for _ in read_dialogues(paths["genground"]))
    assert 0 < sum(1 for _ in read_dialogues(paths["deduction"])) < turns


def test_errands_are_conversations_of_a_call_a_turn(tmp_path: Path) -> None:
    [serial] = written("dta", tmp_path, [SMALL])
    solved = list(read_dialogues(serial))
    for dialogue in solved:
        *turns, last = (m for m in dialogue.messages if m.role == "assistant")
        assert all(len(turn.calls) == 1 for turn in turns)
        assert last.content
        assert not last.calls
    assert {len(d.messages) // 2 - 1 for d in solved} >= {2, 3, 4}
    errands, further = written("ttpa", tmp_path, [SMALL, replace(SMALL, seed=SMALL.seed + 1)])
    for path in (errands, further):
        assert {len(d.messages) // 2 - 1 for d in read_dialogues(path)} >= {1, 2, 3}
    assert not {*errands.read_text().splitlines()} & {*further.read_text().splitlines()}


def test_seeds_end_with_their_first_call_and_pass_the_checker(tmp_path: Path) -> None:
    from examples.methods.worlds import founded

    worlds = [SMALL, replace(SMALL, seed=SMALL.seed + 1)]
    seeds, readings, writing, principles = written("principles", tmp_path, worlds)
    for path in (seeds, readings):
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        assert rows
        assert not [why for row in rows if (why := founded(row))]
    assert all(d.messages[-1].calls for d in read_dialogues(seeds))
    assert all(
        [m.role for m in d.messages[-2:]] == ["user", "assistant"] for d in read_dialogues(readings)
    )
    known = {dialogue.messages[-2].content for dialogue in read_dialogues(readings)}
    made = [json.loads(dialogue.messages[-1].content) for dialogue in read_dialogues(writing)]
    assert len(made) == 8
    assert not known & {row["prompt"] for row in made}
    told = [json.loads(line) for line in principles.read_text().splitlines()]
    assert [set(row) for row in told] == [{"id", "level", "text"}] * 10
    assert len({row["id"] for row in told}) == 10


def test_producers_read_what_is_written_for_them(tmp_path: Path) -> None:
    pytest.importorskip("trl", reason="needs trl")
    from harness.training import load_producer

    for kind, file, producer, count in (
        ("genground", "grounding", "genground-igd", "questions"),
        ("dta", "serial", "dta(graph='values', thoughts='joined')", "solutions"),
    ):
        paths = {path.stem: path for path in written(kind, tmp_path, [SMALL])}
        lines = len(paths[file].read_text().splitlines())
        settings = [f"data={paths[file]}", f"base={tmp_path}"]
        stage = load_producer(producer, settings=settings).producer.stages()[0]
        assert stage.plan({}).counts[count] == lines


@pytest.mark.parametrize("seed", [SEED, DEVELOPMENT, *CHOOSING, *HELDOUT, 404, 1000])
def test_no_world_that_is_evaluated_is_written_about(seed: int, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"seed {seed} is evaluated"):
        written("exsearch", tmp_path, [World(seed)])
    assert not list(tmp_path.iterdir())


def test_worlds_by_default_are_none_that_the_embedded_model_knows() -> None:
    assert not {1, 2, 3, *range(100, 240)} & set(WORLDS)


def test_the_command_writes_the_files_of_a_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], searches: list[Row]
) -> None:
    main(["exsearch", str(tmp_path), "--worlds", "303", "--each", "4"])
    file = tmp_path / "exsearch.jsonl"
    assert capsys.readouterr().out == f"8 rows in {file}\n"
    assert [json.loads(line) for line in file.read_text().splitlines()] == searches
    with pytest.raises(SystemExit):
        main(["exsearhc", str(tmp_path)])
    assert set(KINDS) >= {"exsearch", "dro", "genground", "dta", "ttpa", "principles"}


@pytest.mark.parametrize(("kind", "number"), [("exsearch-vague", 8), ("dro", 40)])
def test_a_kind_has_worlds_of_its_own(
    kind: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def note(kind: str, folder: Path, worlds: Sequence[World]) -> list[Path]:
        asked.extend(world.seed for world in worlds)
        return []

    monkeypatch.setattr(lessons, "written", note)
    main([kind, str(tmp_path)])
    assert asked == [*range(300, 300 + number)]


def test_a_mistake_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "examples.methods.lessons", "exsearch", str(tmp_path)]
    done = subprocess.run([*command, "--worlds", "400"], cwd=HOME, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "error: seed 400 is evaluated and is not trained on\n"
