"""Regions, towns, and the people who live in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from tasks.worlds.draw import Draw
from tasks.worlds.starter.generate.ids import ids
from tasks.worlds.starter.names import NameBook
from tasks.worlds.starter.records import Person, Region, Town
from tasks.worlds.starter.vocabulary import (
    ACTOR,
    CRAFTS,
    CRITIC,
    DIRECTOR,
    DISHES,
    LANDMARKS,
    OCCUPATIONS,
    ORIGINS,
    PASTIMES,
)

PEOPLE_PER_TOWN = 12
GENERATION = 20
"""Fewest years between a parent and a child."""


def draw_regions(names: NameBook, size: int) -> tuple[Region, ...]:
    """One region for about six towns."""
    return tuple(Region(id, names.coin(3)) for id in ids("region", max(2, size // 6)))


def draw_towns(
    draw: Draw,
    names: NameBook,
    town_ids: Sequence[str],
    regions: Sequence[Region],
    people: Sequence[Person],
) -> tuple[Town, ...]:
    """The towns, each with a mayor from among its people."""
    residents: defaultdict[str, list[Person]] = defaultdict(list)
    for person in people:
        residents[person.home_id].append(person)
    return tuple(_town(draw, names, id, regions, residents[id]) for id in town_ids)


def _town(
    draw: Draw, names: NameBook, id: str, regions: Sequence[Region], residents: Sequence[Person]
) -> Town:
    elevation = draw.integer(1, 36) * draw.integer(1, 36)
    summer = 27 - elevation // 130 + draw.integer(-2, 2)
    return Town(
        id=id,
        name=names.coin(draw.integer(2, 3)),
        region_id=draw.choice(regions).id,
        mayor_id=draw.choice(residents).id,
        founded=draw.integer(870, 1890),
        origin=draw.choice(ORIGINS),
        population=draw.integer(9, 90) * draw.integer(90, 990),
        elevation_m=elevation,
        x_km=draw.below(400),
        y_km=draw.below(400),
        landmark=draw.choice(LANDMARKS),
        craft=draw.choice(CRAFTS),
        dish=draw.choice(DISHES),
        summer_c=summer,
        winter_c=summer - draw.integer(15, 23),
        wet_days=draw.integer(60, 190),
    )


def draw_people(
    draw: Draw,
    names: NameBook,
    town_ids: Sequence[str],
    seats: Mapping[str, str],
    today: date,
) -> tuple[Person, ...]:
    """The people of all towns.

    Surnames run in families and given names repeat; a full name does not. Firms (`seats` maps their
    ids to their towns) hire mostly where they are.
    """
    n = PEOPLE_PER_TOWN * len(town_ids)
    homes = [*town_ids, *(draw.choice(town_ids) for _ in range(n - len(town_ids)))]
    born = [_birthday(draw, today) for _ in range(n)]
    parents = [_parent(draw, born, i) for i in range(n)]
    spouses = _marry(draw, homes, born, parents)
    full = _full_names(draw, names, parents)
    occupations = _occupations(draw, n, len(town_ids))
    person_ids = ids("person", n)
    return tuple(
        Person(
            id=person_ids[i],
            given=full[i][0],
            family=full[i][1],
            pronoun=_pronoun(draw),
            born=born[i],
            birthplace_id=draw.choice(town_ids) if parent is None else homes[parent],
            home_id=homes[i],
            occupation=occupations[i],
            employer_id=_employer(draw, occupations[i], homes[i], seats),
            spouse_id=person_ids[spouses[i]] if i in spouses else None,
            parent_id=None if parent is None else person_ids[parent],
            pastime=draw.choice(PASTIMES),
        )
        for i, parent in enumerate(parents)
    )


def _birthday(draw: Draw, today: date) -> date:
    return date(today.year - draw.integer(22, 80), 1, 1) + timedelta(days=draw.below(365))


def _pronoun(draw: Draw) -> Literal["she", "he"]:
    return "she" if draw.chance(50) else "he"


def _parent(draw: Draw, born: Sequence[date], child: int) -> int | None:
    """Somebody listed earlier who is a generation older, for about a third of the people."""
    for _ in range(2):
        other = draw.below(child + 1)
        if born[other].year + GENERATION <= born[child].year:
            return other
    return None


def _marry(
    draw: Draw, homes: Sequence[str], born: Sequence[date], parents: Sequence[int | None]
) -> dict[int, int]:
    """Pairs up neighbours of about the same age: person -> spouse, both ways."""
    spouses: dict[int, int] = {}
    waiting: dict[str, int] = {}
    for person in draw.shuffled(range(len(homes))):
        other = waiting.pop(homes[person], None)
        if other is None:
            waiting[homes[person]] = person
        elif (
            abs(born[person].year - born[other].year) < GENERATION
            and (parents[person] is None or parents[person] != parents[other])
            and draw.chance(80)
        ):
            spouses[person], spouses[other] = other, person
    return spouses


def _full_names(
    draw: Draw, names: NameBook, parents: Sequence[int | None]
) -> list[tuple[str, str]]:
    """Given and family name of everybody; a child bears its parent's family name."""
    n = len(parents)
    families = [names.coin(draw.integer(2, 3)) for _ in range(n // 4 + 4)]
    givens = [names.coin() for _ in range(n // 3 + 12)]
    full: list[tuple[str, str]] = []
    taken: set[tuple[str, str]] = set()
    for parent in parents:
        family = draw.choice(families) if parent is None else full[parent][1]
        free = [given for given in draw.sample(givens, 12) if (given, family) not in taken]
        full.append((free[0] if free else names.coin(), family))
        taken.add(full[-1])
    return full


def _occupations(draw: Draw, n: int, towns: int) -> list[str]:
    """A few people live from films, the others from everything else."""
    film = [DIRECTOR] * max(2, towns // 2) + [ACTOR] * max(3, towns) + [CRITIC] * max(2, towns // 6)
    return draw.shuffled([*film, *(draw.choice(OCCUPATIONS) for _ in range(n - len(film)))])


def _employer(draw: Draw, occupation: str, home: str, seats: Mapping[str, str]) -> str | None:
    if occupation in (DIRECTOR, ACTOR, CRITIC) or draw.chance(25):
        return None
    near = [firm for firm, seat in seats.items() if seat == home]
    return draw.choice(near if near and draw.chance(80) else list(seats))
