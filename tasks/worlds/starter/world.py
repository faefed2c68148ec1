"""The starter world: its tables, its frozen clock, and look-ups over both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple, TypeVar

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
    Screening,
    Shop,
    Town,
    Vacancy,
    Weather,
)

R = TypeVar("R", bound=Record)

NAMES = frozenset({"id", "name", "given", "family", "pronoun"})
"""Fields that say what a thing is called. Naming a thing states no fact about it."""


class Fact(NamedTuple):
    """One field of one record. Its value is `world.value(fact)`."""

    subject: str
    relation: str


@dataclass(frozen=True)
class World:
    """Everything there is, at one moment.

    Attributes:
        seed: what the world was drawn from.
        size: number of towns.
        now: the frozen clock, local time. Nothing in the world reads any other.
    """

    seed: int
    size: int
    now: datetime
    regions: tuple[Region, ...]
    towns: tuple[Town, ...]
    people: tuple[Person, ...]
    firms: tuple[Firm, ...]
    vacancies: tuple[Vacancy, ...]
    films: tuple[Film, ...]
    screenings: tuple[Screening, ...]
    products: tuple[Product, ...]
    shops: tuple[Shop, ...]
    offers: tuple[Offer, ...]
    routes: tuple[Route, ...]
    flights: tuple[Flight, ...]
    weather: tuple[Weather, ...]
    events: tuple[Event, ...]
    reviews: tuple[Review, ...]

    @property
    def today(self) -> date:
        """The date on the clock."""
        return self.now.date()

    @cached_property
    def tables(self) -> Mapping[type[Record], tuple[Record, ...]]:
        """Every table by the kind of its records."""
        values = (getattr(self, field.name) for field in fields(self))
        return {type(table[0]): table for table in values if isinstance(table, tuple) and table}

    @cached_property
    def _by_id(self) -> dict[str, Record]:
        return {record.id: record for table in self.tables.values() for record in table}

    @cached_property
    def _inverse(self) -> dict[tuple[type[Record], str], dict[object, tuple[Record, ...]]]:
        return {}

    def __getitem__(self, id: str) -> Record:
        """The record of that id, of whatever kind. Raises KeyError when there is none."""
        return self._by_id[id]

    def get(self, kind: type[R], id: str) -> R:
        """The record of that kind and id. Raises KeyError when there is none."""
        record = self._by_id[id]
        if not isinstance(record, kind):
            raise KeyError(f"{id} is no {kind.__name__}")
        return record

    def where(self, kind: type[R], field: str, value: object) -> tuple[R, ...]:
        """The records of a kind whose field has that value, or holds it, in the table's order.

        `world.where(Person, "home_id", town.id)` are the people of a town.
        """
        if (kind, field) not in self._inverse:
            index: defaultdict[object, list[Record]] = defaultdict(list)
            for record in self.tables.get(kind, ()):
                held = getattr(record, field)
                for key in held if isinstance(held, tuple) else (held,):
                    index[key].append(record)
            self._inverse[kind, field] = {key: tuple(rows) for key, rows in index.items()}
        return self._inverse[kind, field].get(value, ())  # type: ignore[return-value]

    def value(self, fact: Fact) -> object:
        """What a fact says: the value of that field."""
        return getattr(self._by_id[fact.subject], fact.relation)

    def facts(self) -> Iterator[Fact]:
        """Every fact of the world: each field of each record that is filled and is no name."""
        for kind, table in self.tables.items():
            relations = [field.name for field in fields(kind) if field.name not in NAMES]
            for record in table:
                for relation in relations:
                    if getattr(record, relation) is not None:
                        yield Fact(record.id, relation)
