"""What people ask of the starter world's tools: requests that need one to five of them."""

from tasks.worlds.starter.requests.commerce import SHOPPING, WORK
from tasks.worlds.starter.requests.culture import FILM_EVENINGS, PEOPLE, TOWNS
from tasks.worlds.starter.requests.request import Errand, Request, make_requests
from tasks.worlds.starter.requests.travel import FLIGHTS, OUTINGS, WEATHER

ERRANDS: tuple[Errand, ...] = (
    FLIGHTS,
    WEATHER,
    OUTINGS,
    SHOPPING,
    WORK,
    FILM_EVENINGS,
    PEOPLE,
    TOWNS,
)
"""Every errand, in the order of the suite's tasks."""

__all__ = ["ERRANDS", "Errand", "Request", "make_requests"]
