"""Passages about towns: guides, chronicles, gazetteer entries, council minutes, events."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.worlds.starter.prose import Page
from tasks.worlds.starter.records import Event, Town
from tasks.worlds.starter.world import World


def town_pages(world: World) -> Iterator[Page]:
    """Four passages a town, and one an event."""
    for town in world.towns:
        yield guide(world, town)
        yield chronicle(world, town)
        yield gazetteer(world, town)
        yield minutes(world, town)
    for event in world.events:
        yield announcement(world, event)


def guide(world: World, town: Town) -> Page:
    """What a visitor should see and eat."""
    page = Page(
        world,
        "guide",
        town,
        "{t} in one day",
        "{t} for visitors",
        "A weekend on foot",
        "Where to go in {t}",
        t=town,
    )
    page.say(
        "Nobody leaves {t} without having seen {t.landmark}.",
        "Start at {t.landmark}, which {t} shows to every guest.",
        "The sight of {t} is {t.landmark}; go early, before the school classes.",
    )
    page.say(
        "People come from far for the {t.craft}, and some workshops let them watch.",
        "The place is known for its {t.craft}, of which it is rightly proud.",
        "Ask to be shown the {t.craft}: it is what the place is known for.",
    )
    page.say(
        "At table, ask for {t.dish}.",
        "Every inn has its own {t.dish}, and its own opinion of the others.",
        "Hungry walkers are given {t.dish}.",
    )
    return page.maybe(
        70,
        "Comfortable shoes are advised.",
        "The information desk closes for lunch.",
        "Dogs are welcome nearly everywhere.",
        "Two nights are enough, three are better.",
    )


def chronicle(world: World, town: Town) -> Page:
    """How a town began."""
    page = Page(
        world,
        "chronicle",
        town,
        "How {t} began",
        "{t}: the early years",
        "From the chronicle",
        "The first stone",
        t=town,
    )
    page.say(
        "{t} was founded in {t.founded} {t.origin}.",
        "In {t.founded}, so the chronicle says, {t} was begun {t.origin}.",
        "{t} came into being {t.origin}; the year was {t.founded}.",
    )
    page.say(
        "A fire later took half the roofs, and what followed was built in stone.",
        "The oldest map shows nine houses and a gallows.",
        "The plague passed by twice, and both times the gates were shut too late.",
        "Of the first walls, one gate is left.",
    )
    return page.maybe(
        50,
        "For centuries the {t.craft} paid its taxes.",
        "Today {t.population:number} people live there.",
    )


def gazetteer(world: World, town: Town) -> Page:
    """The figures: inhabitants, height, region."""
    page = Page(
        world,
        "gazetteer",
        town,
        "{t}",
        "Gazetteer: {t}",
        "{t} ({t.region})",
        "The towns of {t.region} in figures",
        t=town,
    )
    page.say(
        "{t} has {t.population:number} inhabitants and lies in {t.region}, "
        "{t.elevation_m} metres above the sea.",
        "{t}, a town in {t.region}. Population: {t.population:number}. "
        "Elevation: {t.elevation_m} metres.",
        "At {t.elevation_m} metres above sea level, {t} is home to {t.population:number} people; "
        "it belongs to {t.region}.",
    )
    return page.say(
        "There is a secondary school, a court and a hospital.",
        "The weekly market is on the main square.",
        "The airfield lies a short bus ride from the centre.",
    )


def minutes(world: World, town: Town) -> Page:
    """Who governs."""
    page = Page(
        world,
        "minutes",
        town,
        "From the council chamber",
        "Council of {t}",
        "The mayor's desk",
        "Minutes of the meeting",
        t=town,
    )
    page.say(
        "{t.mayor}, mayor of {t}, opened the session with a bell.",
        "In {t} the chain of office hangs around the neck of {t.mayor}.",
        "Mayor {t.mayor} told the council of {t} that the bridge could wait.",
        "The council of {t} met under its mayor, {t.mayor}.",
    )
    page.say(
        "The motion on street lamps was put off.",
        "A petition about dogs was read and laid aside.",
        "The accounts were approved with two abstentions.",
        "The new drains were discussed until ten.",
    )
    return page.maybe(40, "{t.landmark:cap} is to be repaired before winter.")


def announcement(world: World, event: Event) -> Page:
    """When and where an event takes place."""
    page = Page(
        world,
        "announcement",
        event,
        "{e}",
        "What's on in {e.town}",
        "Save the date",
        "Coming up",
        e=event,
    )
    page.say(
        "The {e.kind} of {e.town} takes place on {e.day:day} and begins at {e.starts}.",
        "{e.town} holds its {e.kind} on {e.day:day}; the first bell is at {e.starts}.",
        "On {e.day:day} {e.town} has its {e.kind}, from {e.starts} until the lights go out.",
    )
    page.say(
        "Admission: {e.fee:admission}.",
        "Entry for adults: {e.fee:admission}.",
        "At the gate: {e.fee:admission}, dogs included.",
    )
    return page.maybe(
        50,
        "The costs are borne by {e.sponsor}.",
        "It could not be held without {e.sponsor}, which pays for the tents.",
    )
