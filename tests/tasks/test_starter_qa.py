from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

from harness import evaluate
from harness.contracts import ProblemSet
from harness.errors import UserError
from harness.loop import run, together
from harness.measures.attempt import Attempt
from harness.measures.qa import trail
from harness.measures.tools.evidence import passage_all
from harness.measures.tools.question_answering import answer_f1, answerability, exact_match
from harness.play.programs import run_program_of
from harness.records import Problem, Setting, ToolCall, Trajectory
from tasks.starter import BENCHMARK as RETRIEVAL
from tasks.starter_qa import BENCHMARK, QuestionTask, _written
from tasks.worlds.search import SEARCH, require_passages
from tasks.worlds.starter import World
from tasks.worlds.starter.passages import Passage
from tasks.worlds.starter.questions import compose, make_questions

HOME = Path(__file__).parents[2]
TASKS = cast("dict[str, QuestionTask]", dict(BENCHMARK.tasks))
NOWHERE: Any = None


@cache
def load(name: str, seed: int = 1, size: int = 24) -> ProblemSet:
    task = TASKS[name]
    (split,) = QuestionTask(task.hops, task.card, seed=seed, size=size).load(NOWHERE, Setting())
    return split


def everything(seed: int = 1, size: int = 24) -> list[Problem]:
    return [problem for name in TASKS for problem in load(name, seed, size).problems]


@cache
def written(seed: int = 1, size: int = 24) -> tuple[World, dict[str, Passage]]:
    world, passages, _ = _written(seed, size)
    return world, {passage.id: passage for passage in passages}


async def golden(split: ProblemSet) -> list[tuple[Problem, Trajectory]]:
    async def one(problem: Problem) -> tuple[Problem, Trajectory]:
        assert split.environment is not None
        return problem, await run_program_of(problem, await split.environment.open(problem))

    return await together(one(problem) for problem in split.problems)


WORLDS = [(1, 24), (2, 24), (3, 12)]


@pytest.mark.parametrize(("seed", "size"), WORLDS)
def test_gold_programs_find_every_gold_passage_and_answer(seed: int, size: int) -> None:
    for name in TASKS:
        for problem, made in run(golden(load(name, seed, size))):
            attempt = Attempt(problem, made)
            assert exact_match(attempt) == answer_f1(attempt) == answerability(attempt) == 1
            if problem.gold.details["passages"]:
                assert passage_all(attempt) == 1, problem.text
            assert len(made.calls) == len(problem.gold.program) == int(problem.labels["hops"])


def test_there_are_four_tasks_of_40_different_questions() -> None:
    assert [task.hops for task in TASKS.values()] == [1, 2, 3, 4]
    problems = everything()
    assert len({problem.text for problem in problems}) == len(problems) == 160
    assert len({problem.id for problem in problems}) == 160
    for name, task in TASKS.items():
        assert task.check((load(name),)) == ()
        assert task.card.name == name
        assert Counter(problem.labels["answerable"] for problem in load(name).problems) == {
            "yes": 32,
            "no": 8,
        }


def test_types_of_questions() -> None:
    by_hops = Counter((p.labels["hops"], p.labels["type"]) for p in everything())
    assert by_hops == {
        ("1", "single"): 40,
        **{(hops, "bridge"): 32 for hops in "234"},
        **{(hops, "comparison"): 4 for hops in "234"},
        **{(hops, "yes/no"): 4 for hops in "234"},
    }
    said = {p.gold.answers[0] for p in everything() if p.labels["type"] == "yes/no"}
    assert said == {"yes", "no"}


@pytest.mark.parametrize(("seed", "size"), WORLDS)
def test_each_hop_is_told_in_words_by_its_passage(seed: int, size: int) -> None:
    _, passages = written(seed, size)
    for problem in everything(seed, size):
        details = problem.gold.details
        told = [step["answer"] for step in details["decomposition"] if step["answer"]]
        assert len(told) == len(details["passages"])
        for answer, id in zip(told, details["passages"], strict=True):
            text = f"{passages[id].title} {passages[id].text}"
            assert answer.casefold() in text.casefold(), (problem.text, answer, text)


def test_each_step_asks_for_what_the_step_before_it_gave() -> None:
    for problem in everything():
        if problem.labels["type"] == "bridge":
            steps = problem.gold.details["decomposition"]
            for before, after in pairwise(steps):
                assert before["answer"] in after["question"]


def test_the_last_step_gives_the_answer_and_no_comparison_does_without_two_chains() -> None:
    for problem in everything():
        details, answers = problem.gold.details, problem.gold.answers
        assert details["type"] == problem.labels["type"]
        if problem.labels["type"] in ("single", "bridge"):
            assert details["decomposition"][-1]["answer"] == (answers[0] if answers else "")
        assert len(details["decomposition"]) == int(problem.labels["hops"])
        assert len(set(details["passages"])) == len(details["passages"])


TELLING = {
    r"In which town was (?P<x>.+) born\?": r"born in|Born in|came into the world|The parish book",
    r"Who is (?P<x>.+) married to\?": r"said yes to each other|rang for|exchanged rings| married ",
    r"Who is the mayor of the town of (?P<x>.+)\?": r"[Mm]ayor|chain of office",
    r"Who founded (?P<x>.+)\?": r"founded|set up|The story of",
    r"Who leads (?P<x>.+)\?": r"leads|At the head of|The management of| its head",
    r"Which firm makes the (?P<x>.+)\?": r" makes |leaves the halls|Look for|comes from|Its maker",
    r"Who owns (?P<x>.+) in \w+\?": r"belongs to|owns|its owner",
    r"How does (?P<x>.+) like to spend an evening\?": r"the answer,|mended|evenings|give up",
    r"Which craft is the town of (?P<x>.+) known for\?": r"known for|come from far for",
}
"""Last questions, and how passages tell their answers: the wordings of the pages, by hand."""


@pytest.mark.parametrize(("seed", "size"), WORLDS)
def test_in_words_too_only_the_gold_passage_tells_the_last_hop(seed: int, size: int) -> None:
    # Others may name both, a town and a firm of its name: none says how they go together.
    _, passages = written(seed, size)
    seen = Counter[str]()
    for problem in everything(seed, size):
        if problem.labels["type"] not in ("single", "bridge"):
            continue
        last = problem.gold.details["decomposition"][-1]
        found = next((p for p in TELLING if re.fullmatch(p, last["question"])), None)
        if found is None:
            continue
        name = cast("re.Match[str]", re.fullmatch(found, last["question"]))["x"]
        telling = [
            id
            for id, passage in passages.items()
            if name in passage.text and re.search(TELLING[found], passage.text)
            if not last["answer"] or last["answer"].casefold() in passage.text.casefold()
        ]
        gold = problem.gold.details["passages"][-1:] if problem.gold.answers else []
        assert telling == gold, last
        seen[found] += 1
    assert len(seen) >= 7


def test_questions_that_cannot_be_answered_have_no_passage_for_their_last_hop() -> None:
    for problem in everything():
        details = problem.gold.details
        assert details["answerable"] == bool(problem.gold.answers)
        assert (problem.labels["answerable"] == "yes") == details["answerable"]
        if not details["answerable"]:
            assert len(details["passages"]) == int(problem.labels["hops"]) - 1
            assert details["answer"] == "unanswerable"
            assert "unanswerable" in problem.turns[0][0].content


def test_an_unmarried_person_is_nobodys_spouse_and_a_hobby_needs_an_interview() -> None:
    # Two kinds of unanswerable questions, checked against the world and not against its passages.
    world, passages = written()
    people = {person.label: person for person in world.people}
    interviewed = {
        id
        for passage in passages.values()
        if passage.kind == "interview"
        for id in passage.mentions
    }
    seen = 0
    for problem in everything():
        if problem.gold.answers:
            continue
        last = problem.gold.details["decomposition"][-1]["question"]
        if found := re.fullmatch(r"Who is (.+) married to\?", last):
            assert people[found[1]].spouse_id is None
            seen += 1
        if found := re.fullmatch(r"How does (.+) like to spend an evening\?", last):
            assert people[found[1]].id not in interviewed
            seen += 1
    assert seen >= 5


def test_no_answer_stands_in_its_question() -> None:
    for problem in everything():
        if problem.labels["type"] not in ("single", "bridge"):
            continue
        for answer in problem.gold.answers:
            assert not re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", problem.text, re.IGNORECASE)


def test_bridges_are_not_named_in_the_question() -> None:
    # Whoever searches with the question alone is not told where the later passages are.
    for problem in everything():
        if problem.labels["type"] == "bridge":
            for step in problem.gold.details["decomposition"][:-1]:
                assert step["answer"] not in problem.text


def test_there_are_distractors_for_every_question() -> None:
    # Other passages of the same kind as each gold one, and some that name what it tells.
    _, passages = written()
    kinds = Counter(passage.kind for passage in passages.values())
    for problem in everything():
        for id in problem.gold.details["passages"]:
            assert kinds[passages[id].kind] >= 20
    named = [p for p in everything() if p.labels["type"] in ("single", "bridge") and p.gold.answers]
    also = sum(
        sum(problem.gold.answers[0] in p.text for p in passages.values()) > 1 for problem in named
    )
    assert also > len(named) / 2


def test_one_search_with_the_question_finds_less_the_more_hops_there_are() -> None:
    async def searched(split: ProblemSet) -> float:
        shares = []
        for problem in split.problems:
            if needed := set(problem.gold.details["passages"]):
                assert split.environment is not None
                session = await split.environment.open(problem)
                call = ToolCall("search", {"query": problem.text, "k": 5})
                rows = json.loads((await session.call(call)).content)["results"]
                shares.append(needed <= {row["id"] for row in rows})
        return sum(shares) / len(shares)

    one, two, three, four = (run(searched(load(name))) for name in TASKS)
    assert one > 0.8
    assert two < 0.3
    assert max(three, four) < 0.1


def test_the_oracle_is_perfect_and_doing_nothing_earns_the_unanswerable_ones() -> None:
    report = evaluate(["oracle", "abstain"], list(TASKS.values()))
    values = {
        (result.model, result.task): result.measures["exact_match"].value
        for result in report.results
    }
    for name in TASKS:
        assert values["oracle", name] == 1
        assert values["abstain", name] == 8 / 40


def test_answers_may_be_written_in_several_ways() -> None:
    by_question = {
        step["question"]: problem.gold.answers
        for problem in everything()
        for step in problem.gold.details["decomposition"][-1:]
        if problem.gold.answers and problem.labels["type"] in ("single", "bridge")
    }
    for question, answers in by_question.items():
        if question.startswith("On which date"):
            assert re.fullmatch(r"\d{1,2} [A-Z][a-z]+ \d{4}", answers[0])
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", answers[2])
        if question.startswith("Who "):
            given, family = answers[0].split()
            assert answers == (f"{given} {family}", f"{family}, {given}")
        if question.startswith("On which day"):
            assert answers[1] + "s" == answers[0]


def test_the_corpus_is_that_of_the_passage_tasks_and_has_what_gold_needs() -> None:
    _, _, corpus = _written(1, 24)
    (own,) = RETRIEVAL.tasks["starter-passages/films"].load(NOWHERE, Setting())
    assert corpus.fingerprint == cast("Any", own).corpus.fingerprint
    require_passages(corpus, everything())
    assert all(problem.tools == (SEARCH,) for problem in everything())


def test_other_seeds_give_other_questions() -> None:
    texts = [{problem.text for problem in everything(*world)} for world in WORLDS]
    assert not texts[0] & texts[1]
    assert not texts[0] & texts[2]


def test_a_world_that_is_too_small_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    world, passages = written(3, 12)
    monkeypatch.setattr(compose, "_TRIES", 100)
    with pytest.raises(UserError, match=r"has only \d+ questions of 1 hops"):
        list(make_questions(world, tuple(passages.values()), 1, 5000, SEARCH))
    with pytest.raises(UserError, match="1 to 4 hops, not 5"):
        list(make_questions(world, tuple(passages.values()), 5, 1, SEARCH))


_DIGEST = """
import hashlib, json
from dataclasses import asdict
from harness.records import Setting
from tasks.starter_qa import BENCHMARK
for task in BENCHMARK.tasks.values():
    (split,) = task.load(None, Setting())
    told = json.dumps([asdict(problem) for problem in split.problems], sort_keys=True)
    print(hashlib.sha256(told.encode()).hexdigest())
"""


def test_questions_are_the_same_in_every_process() -> None:
    def digests(hash_seed: str) -> list[str]:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", _DIGEST],
            cwd=HOME,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split()

    first = digests("1")
    assert len(set(first)) == 4
    assert {len(digest) for digest in first} == {len(hashlib.sha256().hexdigest())}
    assert digests("2") == first


def test_a_search_of_the_answer_leaves_a_trail() -> None:
    problem, made = run(golden(load("starter-qa/hops-2")))[0]
    found = [passage.id for passage in trail.found(Attempt(problem, made))]
    assert set(problem.gold.details["passages"]) <= set(found)
