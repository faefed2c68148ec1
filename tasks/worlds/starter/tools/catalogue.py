"""The catalogue: the core functions, their editions, their forerunners, and clerks' errands."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.worlds.draw import Draw
from tasks.worlds.starter.tools import diary, films, flights, people, places, shopping, work
from tasks.worlds.starter.tools.fields import Field, field
from tasks.worlds.starter.tools.tool import Domain, Edition, Function, Tool

DOMAINS = (
    flights.FLIGHTS,
    flights.BOOKINGS,
    places.WEATHER,
    places.TOWNS,
    places.EVENTS,
    diary.DIARY,
    diary.REMINDERS,
    shopping.SHOPS,
    shopping.PRODUCTS,
    shopping.CART,
    shopping.ORDERS,
    work.FIRMS,
    work.JOBS,
    shopping.WALLET,
    people.PEOPLE,
    people.CONTACTS,
    people.MESSAGES,
    films.FILMS,
    films.WATCHLIST,
    films.CINEMA,
)
ERRANDS = (
    Function(
        "export", "Writes {many} to a spreadsheet for bookkeeping.", "filter format", "status"
    ),
    Function("count", "Counts {many} that match a filter; returns the number only.", "filter"),
    Function("changes", "Shows clerks who edited records of {many}.", "first_day last_day", "note"),
    Function("load", "Loads {many} in bulk from a file; for clerks only.", "format", "status"),
)
"""Other verbs: every domain has them, nobody who asks about the world needs them."""
FORERUNNERS = (
    "Deprecated: answers from a copy that was made in 2028.",
    "Deprecated: kept for old terminals, refuses new requests since 2030.",
    "Test endpoint: returns made-up sample data.",
    "Deprecated: understands region codes only, no names.",
)
"""What is wrong with the earlier version of a function."""
FORERUNNER_PERCENT = 50


def core() -> dict[str, Tool]:
    """The world's own functions by name, the same for every seed (their ids are not set)."""
    return {tool.name: tool for domain in DOMAINS for tool in _core_of(domain)}


def catalogue(seed: int) -> tuple[Tool, ...]:
    """The core and its look-alikes, in random order, with ids that tell nothing.

    A look-alike does the same for something else (an edition), or did it once (a forerunner), or
    does something else with the same thing (an errand). Each says so in its documentation.
    """
    draw = Draw(seed, "catalogue")
    tools = draw.shuffled([tool for domain in DOMAINS for tool in _all_of(domain, draw)])
    return tuple(
        Tool(f"t{i:04d}", t.name, t.description, t.parameters, t.returns, t.core)
        for i, t in enumerate(tools, 1)
    )


def _core_of(domain: Domain) -> Iterator[Tool]:
    for function in domain.functions:
        yield _tool(domain, function, domain.prefix, domain.one, domain.many, core=True)


def _all_of(domain: Domain, draw: Draw) -> Iterator[Tool]:
    yield from _core_of(domain)
    for edition in domain.editions:
        for function in domain.functions:
            if function.name not in edition.without.split():
                yield _edited(domain, function, edition)
    for function in domain.functions:
        if draw.chance(FORERUNNER_PERCENT):
            old = Function(f"{function.name}_v1", function.text, function.takes, function.gives)
            yield _tool(
                domain, old, domain.prefix, domain.one, domain.many, draw.choice(FORERUNNERS)
            )
    for function in ERRANDS:
        yield _tool(domain, function, domain.prefix, domain.one, domain.many)


def _edited(domain: Domain, function: Function, edition: Edition) -> Tool:
    return _tool(domain, function, edition.prefix, edition.one, edition.many, edition.caveat)


def _tool(
    domain: Domain,
    function: Function,
    prefix: str,
    one: str,
    many: str,
    caveat: str = "",
    *,
    core: bool = False,
) -> Tool:
    """A function with its nouns filled in; the domain's own id takes the noun's name."""
    a = one if one == many else f"{'an' if one[0] in 'aeiou' else 'a'} {one}"
    text = function.text.format(one=one, many=many, a=a)

    def named(name: str) -> Field:
        own = f"{domain.one.replace(' ', '_')}_id"
        return field(f"{one.replace(' ', '_')}_id" if name == own else name)

    return Tool(
        id="",
        name=f"{prefix}.{function.name}",
        description=f"{text} {caveat}".strip(),
        parameters=tuple(
            (named(name.rstrip("?")), not name.endswith("?")) for name in function.takes.split()
        ),
        returns=tuple(named(name) for name in function.gives.split()),
        core=core,
    )
