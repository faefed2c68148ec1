"""Passages about people: biographies, interviews, staff notices, weddings."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Page
from tasks.worlds.starter.records import Person
from tasks.worlds.starter.world import World


def people_pages(world: World) -> Iterator[Page]:
    """A biography of everybody, and what else there is to write."""
    for person in world.people:
        yield biography(world, person)
        if Draw(world.seed, "interviewed", person.id).chance(45):
            yield interview(world, person)
        if person.employer_id:
            yield staff_notice(world, person)
        if person.spouse_id and person.id < person.spouse_id:
            yield wedding(world, person)


def biography(world: World, person: Person) -> Page:
    """Birth, descent, trade and home."""
    page = Page(
        world,
        "biography",
        person,
        "{p}",
        "{p.family}, {p.given}",
        "The life of {p}",
        "A short biography",
        p=person,
    )
    page.say(
        "{p} was born in {p.birthplace} on {p.born}.",
        "Born in {p.birthplace} on {p.born}, {p} has never been shy of saying so.",
        "{p.birthplace} is where {p} came into the world, on {p.born}.",
        "The parish book of {p.birthplace} has the entry for {p}: {p.born}.",
    )
    if person.parent_id:
        page.maybe(
            80,
            "{p.they:cap} is a child of {p.parent}, {p.parent.occupation:a}.",
            "The house of {p.parent}, where {p.they} grew up, was a noisy one.",
            "From {p.their} parent, {p.parent}, {p.they} has the voice and the stubbornness.",
        )
    page.say(
        "{p.they:cap} trained as {p.occupation:a} and has remained one.",
        "{p.they:cap} earns {p.their} living as {p.occupation:a}.",
        "By trade {p.they} is {p.occupation:a}.",
        "An uncle advised against it, but {p.they} became {p.occupation:a}.",
    )
    page.say(
        "Today {p.they} lives in {p.home}.",
        "{p.their:cap} house is in {p.home}.",
        "{p.home} is {p.their} home now.",
    )
    return page.maybe(
        70,
        "Neighbours describe {p.them} as patient to a fault.",
        "Those who have argued with {p.them} advise against it.",
        "Of the years in between {p.they} prefers not to speak.",
        "A street has not been named after {p.them}, and {p.they} hopes it stays that way.",
    )


def interview(world: World, person: Person) -> Page:
    """What somebody does with a free evening, in the first person."""
    page = Page(
        world,
        "interview",
        person,
        "A conversation with {p}",
        "Five questions for {p}",
        "Over a pot of tea",
        "“I would do it all again”",
        p=person,
    )
    page.say(
        "We find {p} at home in {p.home}, at a table by the window.",
        "{p}, of {p.home}, receives us with strong coffee and a cat.",
        "In {p.home} everybody can tell you the way to the house of {p}.",
    )
    page.maybe(
        50,
        "About life as {p.occupation:a} {p.they} says little: the work speaks for itself.",
        "Being {p.occupation:a}, {p.they} says, is mostly waiting.",
    )
    page.say(
        "And when the day is done? “{p.pastime:cap},” comes the answer, without a pause.",
        "“Give me an hour of {p.pastime} and the week is mended,” {p.they} says.",
        "Most evenings belong to {p.pastime}, {p.they} admits, and the rest are wasted.",
        "There is one thing {p.they} would not give up for money: {p.pastime}.",
    )
    return page.say(
        "Would {p.they} ever move away? “They would have to carry me.”",
        "Our last question, about regrets, is answered with a shrug.",
        "“Write that I was friendly,” {p.they} calls after us.",
        "Then the telephone rings, and we let ourselves out.",
    )


def staff_notice(world: World, person: Person) -> Page:
    """Who works where, as what."""
    page = Page(
        world,
        "staff notice",
        person,
        "Appointments",
        "Who is who at {p.employer}",
        "Notice to all departments",
        "{p.employer}: our people",
        p=person,
    )
    page.say(
        "{p.employer} counts {p} among its people, as {p.occupation:a}.",
        "At {p.employer}, {p} holds the post of {p.occupation}.",
        "On the staff list of {p.employer} stands {p.family}, {p.given} ({p.occupation}).",
        "{p.employer} has taken on {p} as {p.occupation:a}.",
    )
    page.say(
        "Visitors reach {p.them} through the porter.",
        "{p.their:cap} colleagues praise a steady hand.",
        "{p.they:cap} answers letters on weekdays before noon.",
        "The desk by the north window is {p.theirs}.",
    )
    return page.maybe(
        50,
        "The firm has its seat in {p.employer.seat}.",
        "The way to work is short for those who live in {p.employer.seat}.",
    )


def wedding(world: World, person: Person) -> Page:
    """Who is married to whom."""
    page = Page(
        world,
        "wedding",
        person,
        "Weddings",
        "Married",
        "A wedding in {p.home}",
        "Two rings",
        p=person,
        q=world.get(Person, person.spouse_id or ""),
    )
    page.say(
        "{p.spouse} and {q.spouse}, both of {p.home}, said yes to each other under garlands.",
        "The bells of {p.home} rang for {p.spouse} and {q.spouse}, who live there.",
        "{p.spouse} and {q.spouse} of {p.home} have exchanged rings.",
        "Half of {p.home}, where they live, looked on when {p.spouse} married {q.spouse}.",
    )
    page.maybe(
        60,
        "The guests were served {p.home.dish} until nobody could stand.",
        "They ate {p.home.dish} and danced in front of {p.home.landmark}.",
    )
    return page.say(
        "The couple will spend a week by the sea.",
        "An uncle spoke for too long and was forgiven.",
        "The band went home at four.",
        "Gifts were mostly practical.",
    )
