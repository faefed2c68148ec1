"""Training pairs: what answers a query is never among what does not."""

from __future__ import annotations

import json

import pytest

from tasks.worlds.starter import generate
from tasks.worlds.starter.needs import THEMES, Assessor, ask_theme
from tasks.worlds.starter.pairs import NEGATIVES, POSITIVES, Pair, training_pairs
from tasks.worlds.starter.passages import write_passages
from tasks.worlds.starter.requests import ERRANDS, make_requests
from tasks.worlds.starter.tools import catalogue


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return list(training_pairs(7, 12, 6, 5))


def test_every_theme_and_errand_is_asked_and_ids_are_unique(pairs: list[Pair]) -> None:
    ids = [pair.id for pair in pairs]
    assert len(set(ids)) == len(ids)
    assert {id.split("-")[0] for id in ids if "-tools-" not in id} == {t.name for t in THEMES}
    assert {id.split("-")[0] for id in ids if "-tools-" in id} == {e.name for e in ERRANDS}
    assert {pair.source for pair in pairs} == {"starter-passages", "starter-tools"}


def test_answers_are_those_that_the_world_judges_right(pairs: list[Pair]) -> None:
    world = generate(7, 12)
    passages = {p.id: p for p in write_passages(world)}
    assessor = Assessor(passages.values())
    texts = {id: f"{p.title} {p.text}" for id, p in passages.items()}
    needs = {
        (need.text, need.instruction): need
        for theme in THEMES
        for need in ask_theme(world, theme, assessor, 6)
    }
    asked = [p for p in pairs if p.source == "starter-passages" and p.prompt is not None]
    assert len(asked) == len(needs)
    for pair in asked:
        grades = needs[pair.query, pair.prompt or ""].grades
        assert 1 <= len(pair.positive) <= POSITIVES
        assert set(pair.positive) <= {texts[id] for id, grade in grades.items() if grade == 2}
        assert not set(pair.negative) & {texts[id] for id in grades}


def test_tools_of_a_request_are_right_and_look_alikes_are_wrong(pairs: list[Pair]) -> None:
    world, tools = generate(7, 12), catalogue(7)
    core = {tool.name: tool.documentation for tool in tools if tool.core}
    wanted = {r.text: r.tools for errand in ERRANDS for r in make_requests(world, errand, 5)}
    for pair in pairs:
        if pair.source == "starter-tools":
            assert set(pair.positive) == {core[name] for name in wanted[pair.query]}
            assert not set(pair.negative) & set(core.values())
            assert len(pair.negative) <= NEGATIVES


def test_some_are_asked_without_instruction_as_well(pairs: list[Pair]) -> None:
    known = {pair.id: pair for pair in pairs}
    plain = [pair for pair in pairs if pair.prompt is None]
    assert 0.3 < len(plain) / (len(pairs) - len(plain)) < 0.5  # 40 in 100
    for pair in plain:
        assert known[pair.id.removesuffix("-plain")].positive == pair.positive


def test_the_same_seed_gives_the_same_lines(pairs: list[Pair]) -> None:
    again = [json.dumps(pair.row) for pair in training_pairs(7, 12, 6, 5)]
    assert again == [json.dumps(pair.row) for pair in pairs]
