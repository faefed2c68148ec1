from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

import pytest

from tasks.worlds.starter import Fact, World, generate
from tasks.worlds.starter.needs import THEMES, Assessor, Need, Theme, ask_theme
from tasks.worlds.starter.needs.need import each, singled_out, told
from tasks.worlds.starter.passages import Passage, write_passages
from tasks.worlds.starter.records import Film, Person, Region
from tasks.worlds.starter.vocabulary import BULK_GOODS

WORLD: World = generate(1)
PASSAGES = {passage.id: passage for passage in write_passages(WORLD)}
BY_NAME = {theme.name: theme for theme in THEMES}


@cache
def needs(theme: str) -> list[Need]:
    return ask_theme(WORLD, BY_NAME[theme], Assessor(PASSAGES.values()), 30)


def full(need: Need) -> set[str]:
    return {id for id, grade in need.grades.items() if grade == 2}


def passage(id: str, *facts: Fact) -> Passage:
    return Passage(id, "note", "", "", frozenset(facts), frozenset())


A, B, C = Fact("x", "born"), Fact("x", "birthplace_id"), Fact("y", "stars")


def test_a_passage_that_states_a_whole_group_gets_2_and_one_that_states_a_part_gets_1() -> None:
    assessor = Assessor(
        [passage("p1", A, B, C), passage("p2", A), passage("p3", C), passage("p4", Fact("z", "q"))]
    )
    assert assessor.grades([frozenset({A, B})], []) == {"p1": 2, "p2": 1}
    assert assessor.grades([frozenset({A, B}), frozenset({C})], []) == {"p1": 2, "p2": 1, "p3": 2}
    assert assessor.grades([frozenset({A, B})], [frozenset({C})]) == {"p1": 2, "p2": 1, "p3": 1}
    assert assessor.grades([], []) == {}


def test_groups_are_facts_of_one_record_each() -> None:
    region, other = Region("r1", "Vela"), Region("r2", "Osma")
    assert told(region, "a", "b") == {Fact("r1", "a"), Fact("r1", "b")}
    assert each([region, other], "a") == [{Fact("r1", "a")}, {Fact("r2", "a")}]


def test_only_records_that_nothing_resembles_are_singled_out() -> None:
    regions = [Region("r1", "Vela"), Region("r2", "Osma"), Region("r3", "Vela")]
    assert singled_out(regions, "name") == [regions[1]]


def test_goods_that_are_counted_have_an_article() -> None:
    asked = re.compile(r"a shop in \w+ that sells (.+)|buying (.+) in \w+")
    goods = [
        next(filter(None, m.groups())) for n in needs("shops") if (m := asked.fullmatch(n.text))
    ]
    assert len(goods) > 4
    assert all(good in BULK_GOODS or good.startswith(("a ", "an ")) for good in goods)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_text_is_asked_twice_with_different_answers(theme: Theme) -> None:
    by_text: defaultdict[str, list[Need]] = defaultdict(list)
    for need in needs(theme.name):
        by_text[need.text].append(need)
    assert len(by_text) == 30
    for one, other in by_text.values():
        assert one.instruction != other.instruction
        assert one.aspect != other.aspect
        assert full(one)
        assert full(other)
        assert not full(one) & full(other)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_grades_are_1_or_2_and_given_to_passages_that_exist(theme: Theme) -> None:
    for need in needs(theme.name):
        assert set(need.grades.values()) <= {1, 2}
        assert need.grades.keys() <= PASSAGES.keys()


def test_judgements_are_graded() -> None:
    grades = [grade for theme in BY_NAME for need in needs(theme) for grade in need.grades.values()]
    assert grades.count(1) > 100
    assert grades.count(2) > 480


def test_no_aspect_stays_unasked() -> None:
    for theme in THEMES:
        offered = {aspect.name for ask in theme.asks for aspect in ask.aspects}
        assert {need.aspect for need in needs(theme.name)} == offered


def test_an_instruction_names_nobody_so_it_cannot_be_answered_alone() -> None:
    names = {record.label for table in (WORLD.people, WORLD.towns) for record in table}
    for theme in BY_NAME:
        for need in needs(theme):
            assert not any(name in need.instruction for name in names)


def test_full_answers_on_makers_name_director_and_studio() -> None:
    checked = 0
    for need in needs("films"):
        if need.aspect != "makers":
            continue
        for id in full(need):
            states = {fact for fact in PASSAGES[id].facts if fact.relation == "director_id"}
            film = next(WORLD.get(Film, fact.subject) for fact in states)
            director = WORLD.get(Person, film.director_id)
            assert director.label in PASSAGES[id].text
            assert WORLD[film.studio_id].label in PASSAGES[id].text
            checked += 1
    assert checked > 10


def test_a_shared_name_is_told_apart_by_the_instruction_only() -> None:
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for need in needs("namesakes"):
        kinds[need.aspect] |= {PASSAGES[id].kind for id in full(need)}
    assert kinds["town"] == {"guide", "chronicle", "gazetteer"}
    assert kinds["film"] == {"archive card", "making of", "plot", "news"}
    assert kinds["firm"] == {"portrait"}
    assert kinds["shop"] == {"directory entry"}
    assert kinds["kin"] == {"biography"}


def test_a_tiny_world_yields_what_it_can() -> None:
    tiny = generate(1, 2)
    assessor = Assessor(write_passages(tiny))
    counts = [len(ask_theme(tiny, theme, assessor, 30)) for theme in THEMES]
    assert all(count % 2 == 0 and count <= 60 for count in counts)
    assert sum(counts) > 100
