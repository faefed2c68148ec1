"""What the world's tables say about a question, worked out without any function of the world."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from tasks.worlds.starter.records import (
    Film,
    Flight,
    Offer,
    Product,
    Route,
    Screening,
    Shop,
    Town,
    Weather,
)
from tasks.worlds.starter.world import World


def lowest(world: World, product: Product) -> Offer | None:
    """The cheapest offer of a product in stock; None where there is none, or several as cheap."""
    offers = [o for o in world.offers if o.product_id == product.id and o.stock]
    best = [o for o in offers if o.price == min(offer.price for offer in offers)]
    return best[0] if len(best) == 1 else None


def flying(world: World, route: Route, day: date) -> Flight | None:
    """The flight of a route on a day, if it is not cancelled. No two routes share both ends."""
    for flight in world.flights:
        if flight.route_id == route.id and flight.day == day and flight.status != "cancelled":
            return flight
    return None


def bookable(world: World, seats: int) -> list[Flight]:
    """Flights of tomorrow and later that have so many seats."""
    return [
        flight
        for flight in world.flights
        if flight.day > world.today and flight.status != "cancelled" and flight.seats >= seats
    ]


def weather_of(world: World, town: Town, day: date) -> Weather:
    """The weather of a town on a day."""
    return next(w for w in world.weather if (w.town_id, w.day) == (town.id, day))


def warmest(world: World, towns: Sequence[Town], day: date) -> Town | None:
    """The warmest of towns on a day; None where two are."""
    highs = {town.id: weather_of(world, town, day).high_c for town in towns}
    best = [town for town in towns if highs[town.id] == max(highs.values())]
    return best[0] if len(best) == 1 else None


def neighbour(world: World, town: Town) -> Town | None:
    """The closest other town; None where two are about as close."""

    def square(other: Town) -> int:
        return (other.x_km - town.x_km) ** 2 + (other.y_km - town.y_km) ** 2

    first, second = sorted((o for o in world.towns if o.id != town.id), key=square)[:2]
    apart = square(second) ** 0.5 - square(first) ** 0.5
    return first if apart > 1 else None


def shows_of(world: World, film: Film, town: Town | None = None) -> list[Screening]:
    """The coming showings of a film, the earliest first."""
    found = [
        show
        for show in world.screenings
        if show.film_id == film.id
        and show.starts > world.now
        and (town is None or show.town_id == town.id)
    ]
    return sorted(found, key=lambda show: (show.starts, show.id))


def shop_of(world: World, offer: Offer) -> Shop:
    """Who makes an offer."""
    return world.get(Shop, offer.shop_id)


def landing(route: Route) -> str:
    """When a flight of a route lands, HH:MM."""
    moment = datetime.combine(date(2031, 1, 1), route.departs) + timedelta(minutes=route.minutes)
    return f"{moment:%H:%M}"
