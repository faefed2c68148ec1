"""What people want to know about towns."""

from __future__ import annotations

from tasks.worlds.starter.needs.need import Ask, Aspect, Theme, each, told
from tasks.worlds.starter.records import Event

SIGHTS = Aspect(
    "sights",
    (
        "I shall spend a day there as a visitor: find what to see and what the place is known for.",
        "Given a town, retrieve travel guides to its sights and crafts.",
        "Find advice for tourists, not figures or history.",
    ),
    lambda world, town: [told(town, "landmark", "craft")],
)
BEGINNINGS = Aspect(
    "beginnings",
    (
        "Find when the town was founded, and how that came about.",
        "Given a town, retrieve the story of its beginnings.",
        "I teach history. Find passages on the origin of this place.",
    ),
    lambda world, town: [told(town, "founded", "origin")],
)
FIGURES = Aspect(
    "figures",
    (
        "Find the number of inhabitants and the height above the sea.",
        "Given a town, retrieve reference entries with its population and elevation.",
        "I am filling in a table of towns: find the figures.",
    ),
    lambda world, town: [told(town, "population", "elevation_m")],
    lambda world, town: [told(town, "region_id")],
)
GOVERNMENT = Aspect(
    "government",
    (
        "Find who governs the town.",
        "Given a town, retrieve passages that name its mayor.",
        "I have a complaint about a street and want to know whom to address it to at the top.",
    ),
    lambda world, town: [told(town, "mayor_id")],
)
EVENTS = Aspect(
    "events",
    (
        "Find what is going on there in these weeks: fairs, contests, festivals, with their dates.",
        "Given a town, retrieve announcements of public events.",
        "I like crowds and music. Find a date on which something takes place there.",
    ),
    lambda world, town: each(world.where(Event, "town_id", town.id), "town_id", "day"),
    lambda world, town: each(world.where(Event, "town_id", town.id), "kind"),
)

TOWNS = Theme(
    "towns",
    "Towns: sights, beginnings, figures, government, events",
    (
        Ask(
            lambda world: world.towns,
            (
                "{s}",
                "{s} in {s.region}",
                "What can you tell me about {s}?",
                "the town of {s}",
                "{s}, {s.region}",
            ),
            (SIGHTS, BEGINNINGS, FIGURES, GOVERNMENT, EVENTS),
        ),
    ),
)
