"""Names that several things bear: only the instruction tells which of them is meant."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.worlds.starter.needs.need import Ask, Aspect, Theme, each, told
from tasks.worlds.starter.records import Film, Firm, Person, Record, Shop
from tasks.worlds.starter.world import World


def _towns_with_films(world: World) -> Sequence[Record]:
    return [town for town in world.towns if world.where(Film, "name", town.name)]


def _towns_with_firms(world: World) -> Sequence[Record]:
    return [town for town in world.towns if _firms_called(world, town.name)]


def _families_with_signs(world: World) -> Sequence[Record]:
    """One person of each family whose name is on a shop or a firm."""
    first = {person.family: person for person in reversed(world.people)}
    return [
        person
        for family, person in first.items()
        if _shops_called(world, family) or _firms_called(world, family)
    ]


def _firms_called(world: World, word: str) -> list[Firm]:
    return [firm for firm in world.firms if firm.name.split()[0] == word]


def _shops_called(world: World, word: str) -> list[Shop]:
    return [shop for shop in world.shops if shop.name.split()[0] == word]


TOWN = Aspect(
    "town",
    (
        "Several things bear this name. I mean the town: find what it looks like and how it began.",
        "Given a name, retrieve passages about the town that is called so.",
        "Find the place of this name: its sights, its figures, its past.",
    ),
    lambda world, town: [
        told(town, "landmark", "craft"),
        told(town, "founded", "origin"),
        told(town, "population", "elevation_m"),
    ],
    lambda world, town: [told(town, "dish", "mayor_id", "summer_c")],
)
FILM = Aspect(
    "film",
    (
        "There is a film of this name. Find its story and its makers, and leave the town aside.",
        "Given a name, retrieve passages about the film that is called so.",
        "I mean the film, not the place: find what it is about or who made it.",
    ),
    lambda world, town: [
        group
        for film in world.where(Film, "name", town.name)
        for group in (told(film, "director_id", "studio_id"), told(film, "subject", "setting_id"))
    ],
    lambda world, town: each(world.where(Film, "name", town.name), "subject", "director_id"),
)
FIRM = Aspect(
    "firm",
    (
        "A firm bears this name. Find who set it up and what its business is.",
        "Given a name, retrieve portraits of the firms that are called so.",
        "I mean the company of this name: find where it comes from.",
    ),
    lambda world, named: each(
        _firms_called(world, _name(named)), "founder_id", "founded", "seat_id"
    ),
    lambda world, named: each(_firms_called(world, _name(named)), "head_id", "revenue"),
)
SHOP = Aspect(
    "shop",
    (
        "A shop carries this name above its door. Find its address and its hours.",
        "Given a name, retrieve directory entries of shops that are called so.",
        "I mean the shop: find in which street it is.",
    ),
    lambda world, person: each(_shops_called(world, person.family), "street", "opens"),
    lambda world, person: each(_shops_called(world, person.family), "owner_id"),
)
KIN = Aspect(
    "kin",
    (
        "This is a family name. Find people who bear it, and where they were born.",
        "Given a name, retrieve the lives of persons who are called so.",
        "I collect the biographies of a family: find its members, not their businesses.",
    ),
    lambda world, person: each(
        world.where(Person, "family", person.family), "born", "birthplace_id"
    ),
    lambda world, person: each(
        world.where(Person, "family", person.family), "occupation", "pastime"
    ),
)


def _name(record: Record) -> str:
    return record.family if isinstance(record, Person) else record.label


NAMESAKES = Theme(
    "namesakes",
    "Namesakes: one name, two things",
    (
        Ask(
            _towns_with_films,
            ("{s}", "What is {s}?", "the name {s}"),
            (TOWN, FILM),
        ),
        Ask(
            _towns_with_firms,
            ("{s}", "I came across the name {s}.", "{s}, in short"),
            (TOWN, FIRM),
        ),
        Ask(
            _families_with_signs,
            ("{s.family}", "the name {s.family}", "What does {s.family} stand for?"),
            (KIN, SHOP, FIRM),
        ),
    ),
)
