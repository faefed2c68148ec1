"""What people ask of the starter world's tools: requests that need one to five of them."""

from __future__ import annotations

from tasks.worlds.starter.requests.films import FILMS
from tasks.worlds.starter.requests.flights import FLIGHTS
from tasks.worlds.starter.requests.outings import OUTINGS
from tasks.worlds.starter.requests.people import PEOPLE
from tasks.worlds.starter.requests.request import Errand, Request, make_requests
from tasks.worlds.starter.requests.shopping import SHOPPING
from tasks.worlds.starter.requests.towns import TOWNS
from tasks.worlds.starter.requests.weather import WEATHER
from tasks.worlds.starter.requests.work import WORK

ERRANDS: tuple[Errand, ...] = (FLIGHTS, WEATHER, OUTINGS, SHOPPING, WORK, FILMS, PEOPLE, TOWNS)
"""Every errand, in the order of the suite's tasks."""

__all__ = ["ERRANDS", "Errand", "Request", "make_requests"]
