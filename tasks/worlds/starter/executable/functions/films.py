"""Functions about films, the watchlist and the cinema."""

# ruff: noqa: D103 - what a function does stands in the catalogue; its details, on the shelf

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tasks.worlds.starter.executable.desk import Desk, Held
from tasks.worlds.starter.executable.functions.rows import (
    clock,
    holds,
    publish,
    review_rows,
    same,
)
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import Row, Shelf
from tasks.worlds.starter.records import Film, Person, Screening, Town

films = Shelf("films")
watchlist = Shelf("watchlist")
cinema = Shelf("cinema")


def _rows(found: Iterable[Film]) -> list[Row]:
    return [{"film_id": film.id, "title": film.name, "year": film.year} for film in found]


@films(
    "pages",
    "In the order of their identifiers. A part of the title will do; the genre must be exact.",
)
def search(
    desk: Desk, title: str | None = None, genre: str | None = None, year: int | None = None
) -> list[Row]:
    return _rows(
        film
        for film in desk.world.films
        if holds(film.name, title) and same(film.genre, genre) and year in (None, film.year)
    )


@films("one")
def get(desk: Desk, film: Film) -> Row:
    return {
        "year": film.year,
        "minutes": film.minutes,
        "genre": film.genre,
        "subject": film.subject,
        "setting": desk.world[film.setting_id].label,
    }


@films("one")
def credits_(desk: Desk, film: Film) -> Row:
    return {
        "director_id": film.director_id,
        "cast_ids": list(film.cast_ids),
        "studio_id": film.studio_id,
    }


@films("pages", "Films that the person directed or played in, in the order of their identifiers.")
def of_person(desk: Desk, person: Person) -> list[Row]:
    return _rows(f for f in desk.world.films if person.id in (f.director_id, *f.cast_ids))


@films("pages")
def reviews(desk: Desk, film: Film) -> list[Row]:
    return review_rows(desk, film.id)


@films(
    "one",
    "Rounded to two decimals; null where nobody gave a mark. The account holder's own counts.",
)
def rating(desk: Desk, film: Film) -> Row:
    stars = [row["stars"] for row in review_rows(desk, film.id)]
    return {"average": round(sum(stars) / len(stars), 2) if stars else None}


@films("one", "One mark a film.")
def rate(desk: Desk, film: Film, stars: int, comment: str | None = None) -> Row:
    return publish(desk, film.id, stars, comment)


@films("pages", "In the order of their identifiers.")
def set_in(desk: Desk, town: Town) -> list[Row]:
    found = desk.world.where(Film, "setting_id", town.id)
    return [{"film_id": film.id, "title": film.name} for film in found]


@films(
    "list",
    "Films of the same genre, those of the nearest years first; 5 unless told otherwise.",
)
def similar(desk: Desk, film: Film, limit: int = 5) -> list[Row]:
    others = [f for f in desk.world.where(Film, "genre", film.genre) if f.id != film.id]
    others.sort(key=lambda other: (abs(other.year - film.year), other.id))
    return [{"film_id": other.id, "title": other.name} for other in others[:limit]]


@watchlist("one", "Refused where the film is on the list already.")
def add(desk: Desk, film: Film) -> Row:
    if any(entry["film_id"] == film.id for entry in desk.table("watchlist").values()):
        raise Refusal(409, "the film is on the list already", "film_id")
    return {"watchlist_entry_id": desk.add("watchlist", film_id=film.id)}


@watchlist("pages", "The oldest comes first.")
def list_(desk: Desk) -> list[Row]:
    return [
        {
            "watchlist_entry_id": id,
            "film_id": entry["film_id"],
            "title": desk.world[entry["film_id"]].label,
        }
        for id, entry in desk.table("watchlist").items()
    ]


@watchlist("one")
def remove(desk: Desk, watchlist_entry: Held) -> Row:
    desk.remove("watchlist", watchlist_entry.id)
    return {"status": "removed"}


def _coming(shows: Iterable[Screening], desk: Desk) -> list[Screening]:
    """Showings that have not begun, the earliest first."""
    found = (show for show in shows if show.starts > desk.world.now)
    return sorted(found, key=lambda show: (show.starts, show.id))


@cinema("list", "The earliest comes first.")
def programme(desk: Desk, town: Town, day: date) -> list[Row]:
    shows = desk.world.where(Screening, "town_id", town.id)
    return [
        {
            "showing_id": show.id,
            "film_id": show.film_id,
            "title": desk.world[show.film_id].label,
            "starts": clock(show.starts.time()),
            "price": show.price,
        }
        for show in _coming(shows, desk)
        if show.starts.date() == day
    ]


@cinema("list", "The earliest comes first.")
def showings(desk: Desk, film: Film, town: Town | None = None) -> list[Row]:
    shows = desk.world.where(Screening, "film_id", film.id)
    return [
        {
            "showing_id": show.id,
            "town": desk.world[show.town_id].label,
            "day": show.starts.date().isoformat(),
            "starts": clock(show.starts.time()),
            "price": show.price,
        }
        for show in _coming(shows, desk)
        if town is None or show.town_id == town.id
    ]


@cinema("one")
def seats(desk: Desk, showing: Screening) -> Row:
    return {"seats": desk.places(showing)}


@cinema("one", "Refused where fewer seats are left, or the film has begun.")
def book(desk: Desk, showing: Screening, seats: int) -> Row:
    if showing.starts <= desk.world.now:
        raise Refusal(409, "the film has begun", "showing_id")
    if seats > (left := desk.places(showing)):
        raise Refusal(409, f"{left} seats are left", "seats")
    total = showing.price * seats
    desk.pay(total, f"cinema: {desk.world[showing.film_id].label}")
    id = desk.add("tickets", showing_id=showing.id, seats=seats, total=total, status="active")
    return {"ticket_id": id, "total": total}


@cinema("pages", "Those that were returned are left out.")
def tickets(desk: Desk) -> list[Row]:
    rows = []
    for id, entry in desk.table("tickets").items():
        show = desk.world.get(Screening, entry["showing_id"])
        if entry["status"] == "active":
            title, starts = desk.world[show.film_id].label, clock(show.starts.time())
            day = show.starts.date().isoformat()
            rows.append({"ticket_id": id, "title": title, "day": day, "starts": starts})
    return rows


@cinema("one", "What was paid is returned. Refused once the film has begun.")
def cancel(desk: Desk, ticket: Held) -> Row:
    if ticket.entry["status"] != "active":
        raise Refusal(409, "the tickets are returned", "ticket_id")
    if desk.world.get(Screening, ticket.entry["showing_id"]).starts <= desk.world.now:
        raise Refusal(409, "the film has begun", "ticket_id")
    desk.pay(-int(ticket.entry["total"]), "returned tickets")
    desk.change("tickets", ticket, status="cancelled")
    return {"status": "cancelled", "amount": ticket.entry["total"]}
