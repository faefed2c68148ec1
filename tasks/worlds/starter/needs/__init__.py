"""What people want to know about the starter world: one text, two instructions, two answers."""

from __future__ import annotations

from tasks.worlds.starter.needs.films import FILMS
from tasks.worlds.starter.needs.firms import FIRMS
from tasks.worlds.starter.needs.flights import FLIGHTS
from tasks.worlds.starter.needs.namesakes import NAMESAKES
from tasks.worlds.starter.needs.need import Assessor, Need, Theme, ask_theme
from tasks.worlds.starter.needs.people import PEOPLE
from tasks.worlds.starter.needs.shops import SHOPS
from tasks.worlds.starter.needs.towns import TOWNS
from tasks.worlds.starter.needs.weather import WEATHER

THEMES: tuple[Theme, ...] = (FILMS, PEOPLE, TOWNS, WEATHER, FLIGHTS, FIRMS, SHOPS, NAMESAKES)
"""Every theme, in the order of the suite's tasks."""

__all__ = ["THEMES", "Assessor", "Need", "Theme", "ask_theme"]
