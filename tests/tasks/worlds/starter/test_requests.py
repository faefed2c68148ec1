from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

import pytest

from tasks.worlds.starter import World, generate
from tasks.worlds.starter.requests import ERRANDS, Errand, Request, make_requests
from tasks.worlds.starter.tools import core
from tasks.worlds.starter.tools.fields import POINTS_TO
from tasks.worlds.starter.vocabulary import MONTHS

CORE = core()
BY_NAME = {errand.name: errand for errand in ERRANDS}
CLAUSES = [(errand, clause) for errand in ERRANDS for clause in errand.clauses]


@cache
def world(seed: int) -> World:
    return generate(seed)


@cache
def requests(errand: str, seed: int = 1) -> list[Request]:
    return make_requests(world(seed), BY_NAME[errand], 40)


def lacking(tools: Iterable[str]) -> set[str]:
    """Which of these tools can never be called, as no other one gives the ids they need before."""
    waiting, known = set(tools), set[str]()
    while ready := {name for name in waiting if ids_for(name) <= known}:
        waiting -= ready
        returned = {field.name for name in ready for field in CORE[name].returns}
        known |= {POINTS_TO.get(name, name) for name in returned}
    return waiting


def ids_for(tool: str) -> set[str]:
    """The ids that a tool must be given."""
    return {f.name for f, needed in CORE[tool].parameters if needed and f.name.endswith("_id")}


@pytest.mark.parametrize("errand", ERRANDS, ids=lambda errand: errand.name)
def test_the_tools_of_a_clause_exist_and_give_each_other_the_ids_they_need(errand: Errand) -> None:
    for clause in errand.clauses:
        assert 1 <= len(clause.tools) <= 5
        assert clause.tools <= CORE.keys()
        assert not lacking(clause.tools), clause


def test_no_clause_names_a_look_up_that_it_does_not_need() -> None:
    look_ups = {name for name in CORE if name.endswith((".search", ".list", ".inbox"))}
    for _, clause in CLAUSES:
        for look_up in clause.tools & look_ups if len(clause.tools) > 1 else ():
            assert lacking(clause.tools - {look_up}), clause


def test_every_core_function_serves_some_clause() -> None:
    assert {tool for _, clause in CLAUSES for tool in clause.tools} == CORE.keys()


def test_no_wording_names_a_function() -> None:
    for errand, clause in CLAUSES:
        for wording in (*errand.openings, clause.plain, *clause.oblique):
            assert not any(name in wording for name in CORE)


@pytest.mark.parametrize("errand", ERRANDS, ids=lambda errand: errand.name)
def test_requests_need_one_to_five_tools_equally_often(errand: Errand) -> None:
    found = requests(errand.name)
    assert Counter(len(request.tools) for request in found) == dict.fromkeys(range(1, 6), 8)
    assert len({request.text for request in found}) == 40
    for request in found:
        assert not lacking(request.tools)
        assert not re.search("[{}]", request.text)


@pytest.mark.parametrize("errand", ERRANDS, ids=lambda errand: errand.name)
def test_instructions_say_what_the_tools_are_for(errand: Errand) -> None:
    labels = "|".join(errand.labels)
    for request in requests(errand.name):
        assert re.fullmatch(
            rf"Given an? `({labels})` task, retrieve tools that .+\.", request.instruction
        )
        assert ("Given an `" in request.instruction) == bool(
            re.match("Given an? `[aeiou]", request.instruction)
        )


def test_every_date_in_a_request_carries_its_year_so_that_no_clock_is_needed() -> None:
    months = "|".join(MONTHS)
    dates = [
        re.findall(rf"\d ({months})( 2031)?", request.text)
        for name in BY_NAME
        for request in requests(name)
    ]
    assert sum(map(len, dates)) > 100
    assert all(year for found in dates for _, year in found)


def test_three_categories_have_two_or_three_errands_each() -> None:
    categories = Counter(errand.category for errand in ERRANDS)
    assert len(categories) == 3
    assert set(categories.values()) == {2, 3}


def test_the_smallest_world_has_requests_of_every_kind() -> None:
    tiny = generate(1, 2)
    for errand in ERRANDS:
        assert len(make_requests(tiny, errand, 10)) == 10


def test_another_seed_makes_other_requests() -> None:
    for name in BY_NAME:
        assert not {r.text for r in requests(name, 1)} & {r.text for r in requests(name, 2)}
