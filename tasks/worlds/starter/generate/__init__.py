"""Draws a starter world from a seed: people first, then what they own, make, watch and fly in."""

from __future__ import annotations

from datetime import datetime, timedelta

from harness.errors import UserError
from tasks.worlds.draw import Draw
from tasks.worlds.starter.generate.culture import draw_events, draw_films, draw_screenings
from tasks.worlds.starter.generate.ids import ids
from tasks.worlds.starter.generate.opinion import draw_reviews
from tasks.worlds.starter.generate.settlement import draw_people, draw_regions, draw_towns
from tasks.worlds.starter.generate.sky import draw_weather
from tasks.worlds.starter.generate.trade import (
    draw_firms,
    draw_offers,
    draw_products,
    draw_shops,
    draw_vacancies,
    found_sectors,
)
from tasks.worlds.starter.generate.travel import draw_flights, draw_routes
from tasks.worlds.starter.names import NameBook
from tasks.worlds.starter.world import World


def generate(seed: int, size: int = 24) -> World:
    """Draws the world of a seed: the same bytes in every process, on every machine.

    Args:
        seed: which world.
        size: number of towns, 2 or more; everything else grows with it (12 people a town, 2 firms,
            2 films, 4 shops, 3 flight routes).

    Returns:
        The world at a frozen moment of the year 2031, which is drawn from the seed too.

    Raises:
        UserError: fewer than two towns, between which nobody could fly.
    """
    if size < 2:
        raise UserError(f"a starter world has 2 towns or more, not {size}")
    now = datetime(2031, 1, 1, 9, 0) + timedelta(days=Draw(seed, "clock").below(365))  # noqa: DTZ001
    today = now.date()
    names = NameBook(Draw(seed, "names"))
    town_ids = ids("town", size)
    sectors = found_sectors(Draw(seed, "sectors"), size)
    seats = {firm: Draw(seed, "seat", firm).choice(town_ids) for firm in sectors}

    people = draw_people(Draw(seed, "people"), names, town_ids, seats, today)
    regions = draw_regions(names, size)
    towns = draw_towns(Draw(seed, "towns"), names, town_ids, regions, people)
    firms = draw_firms(Draw(seed, "firms"), names, sectors, seats, towns, people, today)
    films = draw_films(Draw(seed, "films"), names, towns, firms, people, today)
    products = draw_products(Draw(seed, "products"), names, firms)
    shops = draw_shops(Draw(seed, "shops"), names, towns, people)
    routes = draw_routes(Draw(seed, "routes"), towns, firms)
    return World(
        seed=seed,
        size=size,
        now=now,
        regions=regions,
        towns=towns,
        people=people,
        firms=firms,
        vacancies=draw_vacancies(Draw(seed, "vacancies"), firms, today),
        films=films,
        screenings=draw_screenings(Draw(seed, "screenings"), towns, films, today),
        products=products,
        shops=shops,
        offers=draw_offers(Draw(seed, "offers"), shops, products),
        routes=routes,
        flights=draw_flights(Draw(seed, "flights"), routes, today),
        weather=draw_weather(Draw(seed, "weather"), towns, today),
        events=draw_events(Draw(seed, "events"), towns, firms, today),
        reviews=draw_reviews(Draw(seed, "reviews"), films, shops, routes, people, today),
    )
