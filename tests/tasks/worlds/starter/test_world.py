from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from functools import cache

import pytest

from harness.errors import UserError
from tasks.worlds.starter import Fact, World, generate
from tasks.worlds.starter.names import is_coined
from tasks.worlds.starter.records import (
    Event,
    Film,
    Firm,
    Flight,
    Offer,
    Person,
    Product,
    Record,
    Region,
    Review,
    Route,
    Shop,
    Town,
    Weather,
)

SIZES = [2, 3, 24]
POINTS_AT: dict[str, type[Record] | tuple[type[Record], ...]] = {
    "region": Region,
    "mayor": Person,
    "birthplace": Town,
    "home": Town,
    "employer": Firm,
    "spouse": Person,
    "parent": Person,
    "seat": Town,
    "founder": Person,
    "head": Person,
    "firm": Firm,
    "director": Person,
    "cast": Person,
    "studio": Firm,
    "setting": Town,
    "film": Film,
    "town": Town,
    "maker": Firm,
    "owner": Person,
    "shop": Shop,
    "product": Product,
    "operator": Firm,
    "origin": Town,
    "destination": Town,
    "route": Route,
    "sponsor": Firm,
    "subject": (Film, Shop, Route),
    "author": Person,
}


@cache
def world(seed: int = 1, size: int = 24) -> World:
    return generate(seed, size)


def pointers(world: World) -> Iterator[tuple[str, str]]:
    """Role and id of everything that any record points at."""
    for kind, table in world.tables.items():
        for name in (field.name for field in fields(kind)):
            role, _, end = name.rpartition("_")
            if not role or end not in ("id", "ids"):
                continue
            for record in table:
                held = getattr(record, name)
                for id in held if isinstance(held, tuple) else (held,):
                    if id is not None:
                        yield role, id


@pytest.mark.parametrize("size", SIZES)
def test_every_foreign_key_points_at_a_record_of_the_right_kind(size: int) -> None:
    here = world(size=size)
    seen = set()
    for role, id in pointers(here):
        assert isinstance(here[id], POINTS_AT[role]), (role, id)
        seen.add(role)
    assert seen == set(POINTS_AT)


@pytest.mark.parametrize("size", SIZES)
def test_ids_and_names_are_unique_within_their_kind(size: int) -> None:
    for table in world(size=size).tables.values():
        assert len({record.id for record in table}) == len(table)
        assert len({record.label for record in table}) == len(table)


def test_films_share_names_with_towns_and_families_with_shops_and_firms() -> None:
    here = world()
    assert {film.name for film in here.films} & {town.name for town in here.towns}
    first = {named.name.split()[0] for named in (*here.shops, *here.firms)}
    assert first & {person.family for person in here.people}
    assert first & {town.name for town in here.towns}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_invented_names_consist_of_the_syllables_only(seed: int) -> None:
    here = world(seed)
    invented = {town.name for town in here.towns} | {region.name for region in here.regions}
    invented |= {name for person in here.people for name in (person.given, person.family)}
    invented |= {product.name.removesuffix(product.noun).strip() for product in here.products}
    assert all(is_coined(name) for name in invented)


def test_all_other_names_are_made_of_invented_and_common_words() -> None:
    def common(here: World) -> set[str]:
        names = (named.name for named in (*here.firms, *here.films, *here.shops, *here.events))
        words = {word for name in names for word in re.findall(r"[A-Za-z]+", name)}
        return {word for word in words if not is_coined(word)}

    known = common(world(1, 100)) | common(world(2, 100))
    assert common(world(3)) <= known


@pytest.mark.parametrize("size", SIZES)
def test_families_hold_together(size: int) -> None:
    here = world(size=size)
    for person in here.people:
        if person.spouse_id:
            spouse = here.get(Person, person.spouse_id)
            assert spouse.spouse_id == person.id != spouse.id
            assert spouse.home_id == person.home_id
        if person.parent_id:
            parent = here.get(Person, person.parent_id)
            assert parent.born.year + 20 <= person.born.year
            assert parent.family == person.family
            assert parent.home_id == person.birthplace_id
    assert any(person.spouse_id for person in here.people)
    assert any(person.parent_id for person in here.people)


@pytest.mark.parametrize("size", SIZES)
def test_who_acts_somewhere_can_be_there(size: int) -> None:
    here = world(size=size)
    for town in here.towns:
        assert here.get(Person, town.mayor_id).home_id == town.id
    for shop in here.shops:
        assert here.get(Person, shop.owner_id).home_id == shop.town_id
        assert shop.opens < shop.closes
    for firm in here.firms:
        founder = here.get(Person, firm.founder_id)
        assert founder.born.year + 18 < firm.founded <= here.today.year
        assert here.get(Person, firm.head_id).employer_id in (firm.id, None) or (
            firm.head_id == firm.founder_id
        )
    for film in here.films:
        makers = [here.get(Person, id) for id in (film.director_id, *film.cast_ids)]
        assert len(set(film.cast_ids)) == len(film.cast_ids)
        assert film.director_id not in film.cast_ids
        assert all(person.born.year + 20 <= film.year <= here.today.year for person in makers)


@pytest.mark.parametrize("size", SIZES)
def test_routes_connect_all_towns(size: int) -> None:
    here = world(size=size)
    assert len({(r.origin_id, r.destination_id) for r in here.routes}) == len(here.routes)
    assert all(route.origin_id != route.destination_id for route in here.routes)
    reached, edge = {here.towns[0].id}, [here.towns[0].id]
    while edge:
        for route in here.where(Route, "origin_id", edge.pop()):
            if route.destination_id not in reached:
                reached.add(route.destination_id)
                edge.append(route.destination_id)
    assert reached == {town.id for town in here.towns}


def test_the_clock_is_frozen_and_dates_lie_around_it() -> None:
    here = world()
    today = here.today
    assert generate(1).now == here.now
    assert all(person.born < today for person in here.people)
    assert all(review.day < today for review in here.reviews)
    assert all(vacancy.closes > today for vacancy in here.vacancies)
    assert all(showing.starts.date() > today for showing in here.screenings)
    week = timedelta(days=7)
    assert {flight.day for flight in here.flights} <= days(today - week, today + 2 * week)
    for town in here.towns:
        weather = here.where(Weather, "town_id", town.id)
        assert {day.day for day in weather} == days(today - 2 * week, today + week)
    assert all(today - week < event.day + week < today + 4 * week for event in here.events)


def days(first: date, last: date) -> set[date]:
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


def test_flights_leave_on_the_weekdays_of_their_route_and_know_what_became_of_them() -> None:
    here = world()
    for flight in here.flights:
        route = here.get(Route, flight.route_id)
        assert flight.day.weekday() in route.weekdays
        assert (flight.status == "delayed") == (flight.delay > 0)
        assert (flight.status in ("delayed", "cancelled")) == bool(flight.cause)
        assert (flight.status != "landed") or flight.day < here.today
        assert (flight.status != "scheduled") or flight.day >= here.today
    assert {flight.status for flight in here.flights} == {
        "landed",
        "scheduled",
        "delayed",
        "cancelled",
    }


def test_the_weather_is_coherent() -> None:
    for day in world().weather:
        assert day.low_c < day.high_c
        wet = day.sky in ("drizzle", "rain", "thunderstorms", "snow")
        assert (day.rain_mm > 0) == wet
        assert day.sky != "snow" or day.high_c < 2
        assert -40 < day.low_c < day.high_c < 45


def test_prices_are_sane() -> None:
    here = world()
    assert all(1 <= offer.price <= 600 and offer.stock >= 0 for offer in here.offers)
    assert all(18 <= route.fare <= 250 and 25 <= route.minutes <= 120 for route in here.routes)
    assert all(abs(firm.profit) <= firm.revenue for firm in here.firms)
    assert all(1 <= review.stars <= 5 for review in here.reviews)


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    assert repr(generate(1, 5)) == repr(generate(1, 5))
    assert len({repr(generate(seed, 5)) for seed in range(5)}) == 5
    assert len({generate(seed, 2).now for seed in range(20)}) > 10


def test_everything_grows_with_the_size() -> None:
    small, large = world(size=24), world(size=100)
    for kind, table in small.tables.items():
        assert len(large.tables[kind]) > 2 * len(table), kind


@pytest.mark.parametrize("size", [1, 0, -3])
def test_a_world_of_fewer_than_two_towns_is_refused(size: int) -> None:
    with pytest.raises(UserError, match=f"2 towns or more, not {size}"):
        generate(1, size)


def test_records_are_found_by_id_and_by_what_they_hold() -> None:
    here = world()
    town = here.towns[3]
    assert here[town.id] is town
    assert here.get(Town, town.id) is town
    with pytest.raises(KeyError, match="no Person"):
        here.get(Person, town.id)
    residents = here.where(Person, "home_id", town.id)
    assert residents == tuple(p for p in here.people if p.home_id == town.id)
    star = here.films[0].cast_ids[0]
    assert here.where(Film, "cast_ids", star) == tuple(f for f in here.films if star in f.cast_ids)
    assert here.where(Person, "home_id", "nowhere") == ()
    assert here.where(Offer, "shop_id", here.shops[0].id)
    assert here.where(Event, "town_id", town.id)
    assert here.where(Review, "subject_id", here.films[0].id)
    assert here.where(Flight, "route_id", here.routes[0].id)


def test_facts_are_the_filled_fields_that_are_no_names() -> None:
    here = world(size=2)
    facts = set(here.facts())
    person = next(person for person in here.people if person.spouse_id is None)
    assert Fact(person.id, "born") in facts
    assert here.value(Fact(person.id, "born")) == person.born
    assert Fact(person.id, "spouse_id") not in facts
    assert not any(fact.relation in ("id", "name", "given", "family") for fact in facts)
