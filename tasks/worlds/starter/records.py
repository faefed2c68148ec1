"""What exists in the starter world: plain records that point at each other by id.

A field ending in `_id` (or `_ids`) holds the id (or ids) of other records, None where there is
none. Money is in whole crowns, lengths in kilometres, heights in metres, temperatures in degrees
Celsius, staff and inhabitants in heads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal


@dataclass(frozen=True, slots=True)
class Record:
    """Anything with an id."""

    id: str

    @property
    def label(self) -> str:
        """What prose calls it."""
        return self.id


@dataclass(frozen=True, slots=True)
class Named(Record):
    """Anything with a name of its own."""

    name: str

    @property
    def label(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Region(Named):
    """A part of the country."""


@dataclass(frozen=True, slots=True)
class Town(Named):
    """A town, where it lies, what it is known for and what its seasons are like."""

    region_id: str
    mayor_id: str
    founded: int
    origin: str
    population: int
    elevation_m: int
    x_km: int
    y_km: int
    landmark: str
    craft: str
    dish: str
    summer_c: int
    winter_c: int
    wet_days: int


@dataclass(frozen=True, slots=True)
class Person(Record):
    """A person, with family and work."""

    given: str
    family: str
    pronoun: Literal["she", "he"]
    born: date
    birthplace_id: str
    home_id: str
    occupation: str
    employer_id: str | None
    spouse_id: str | None
    parent_id: str | None
    pastime: str

    @property
    def label(self) -> str:
        """Given name and family name."""
        return f"{self.given} {self.family}"

    @property
    def they(self) -> str:
        """The pronoun as a subject."""
        return self.pronoun

    @property
    def them(self) -> str:
        """The pronoun as an object."""
        return "her" if self.pronoun == "she" else "him"

    @property
    def their(self) -> str:
        """The possessive pronoun before a noun."""
        return "her" if self.pronoun == "she" else "his"

    @property
    def theirs(self) -> str:
        """The possessive pronoun on its own."""
        return "hers" if self.pronoun == "she" else "his"


@dataclass(frozen=True, slots=True)
class Firm(Named):
    """A firm, who began it, who leads it and how it does. Money in thousands of crowns."""

    sector: str
    seat_id: str
    founder_id: str
    head_id: str
    founded: int
    staff: int
    revenue: int
    revenue_before: int
    profit: int


@dataclass(frozen=True, slots=True)
class Vacancy(Record):
    """A post that a firm wants to fill. The salary is per year."""

    firm_id: str
    post: str
    salary: int
    closes: date


@dataclass(frozen=True, slots=True)
class Film(Named):
    """A film: what it is about, who made it, and the town where it is set and was shot."""

    year: int
    genre: str
    subject: str
    minutes: int
    director_id: str
    cast_ids: tuple[str, ...]
    studio_id: str
    setting_id: str


@dataclass(frozen=True, slots=True)
class Screening(Record):
    """One showing of a film."""

    film_id: str
    town_id: str
    starts: datetime
    price: int
    seats: int


@dataclass(frozen=True, slots=True)
class Product(Named):
    """Something to buy: its name is a brand and what kind of thing (`noun`) it is."""

    noun: str
    category: str
    maker_id: str


@dataclass(frozen=True, slots=True)
class Shop(Named):
    """A shop, its keeper and its hours (whole hours, weekday 0 is Monday)."""

    kind: str
    town_id: str
    street: str
    owner_id: str
    opens: int
    closes: int
    closed_on: int


@dataclass(frozen=True, slots=True)
class Offer(Record):
    """What a shop asks for a product, and how many it has."""

    shop_id: str
    product_id: str
    price: int
    stock: int


@dataclass(frozen=True, slots=True)
class Route(Named):
    """A regular flight; its name is the flight number (weekday 0 is Monday)."""

    operator_id: str
    origin_id: str
    destination_id: str
    weekdays: tuple[int, ...]
    departs: time
    minutes: int
    fare: int


@dataclass(frozen=True, slots=True)
class Flight(Record):
    """One departure of a route. `delay` is in minutes."""

    route_id: str
    day: date
    status: Literal["landed", "scheduled", "delayed", "cancelled"]
    delay: int
    cause: str
    seats: int


@dataclass(frozen=True, slots=True)
class Weather(Record):
    """One day's weather in one town: measured up to the world's today, forecast after it."""

    town_id: str
    day: date
    sky: str
    high_c: int
    low_c: int
    rain_mm: int
    wind_kmh: int


@dataclass(frozen=True, slots=True)
class Event(Named):
    """Something that takes place in a town, and the firm that pays for it."""

    kind: str
    town_id: str
    sponsor_id: str
    day: date
    starts: time
    fee: int


@dataclass(frozen=True, slots=True)
class Review(Record):
    """What somebody thought of a film, a shop or a route, in one to five stars."""

    subject_id: str
    author_id: str
    day: date
    stars: int
    praised: str
    faulted: str
