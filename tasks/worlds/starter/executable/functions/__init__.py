"""The world's own functions, as they are carried out."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.worlds.starter.executable.functions.bookings import bookings
from tasks.worlds.starter.executable.functions.films import cinema, films, watchlist
from tasks.worlds.starter.executable.functions.flights import flights
from tasks.worlds.starter.executable.functions.paying import cart, orders, wallet
from tasks.worlds.starter.executable.functions.people import contacts, messages, people
from tasks.worlds.starter.executable.functions.planning import diary, reminders
from tasks.worlds.starter.executable.functions.shopping import products, shops
from tasks.worlds.starter.executable.functions.towns import events, towns
from tasks.worlds.starter.executable.functions.weather import weather
from tasks.worlds.starter.executable.functions.work import firms, jobs
from tasks.worlds.starter.executable.shelf import Executable

FUNCTIONS: Mapping[str, Executable] = {
    **flights,
    **bookings,
    **weather,
    **towns,
    **events,
    **diary,
    **reminders,
    **shops,
    **products,
    **cart,
    **orders,
    **firms,
    **jobs,
    **wallet,
    **people,
    **contacts,
    **messages,
    **films,
    **watchlist,
    **cinema,
}
"""Every core function of the catalogue by name."""

__all__ = ["FUNCTIONS"]
