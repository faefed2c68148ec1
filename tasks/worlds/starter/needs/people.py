"""What people want to know about people."""

from __future__ import annotations

from tasks.worlds.starter.needs.need import Ask, Aspect, Theme, each, singled_out, told
from tasks.worlds.starter.records import Person

ORIGINS = Aspect(
    "origins",
    (
        "Find when and where the person was born.",
        "Given a person, retrieve passages about birth and descent.",
        "I am drawing a family tree and need the date and the place of birth.",
        "Retrieve the early life of this person, not the career.",
    ),
    lambda world, person: [told(person, "born", "birthplace_id")],
    lambda world, person: [told(person, "parent_id")],
)
CAREER = Aspect(
    "career",
    (
        "Find which firm the person works for, and as what.",
        "Given a person, retrieve their employer and their post.",
        "I need to write to this person at work: find the employer and the position held there.",
    ),
    lambda world, person: [told(person, "employer_id", "occupation")],
)
LEISURE = Aspect(
    "leisure",
    (
        "Find what the person likes to do in free hours.",
        "Given a person, retrieve passages in which they speak of a hobby.",
        "I am looking for a present. Find out what gives this person pleasure after work.",
        "Retrieve conversations with the person about how an evening is best spent.",
    ),
    lambda world, person: [told(person, "pastime")],
)
FAMILY = Aspect(
    "family",
    (
        "Find whom the person is married to.",
        "Given a person, retrieve passages that name the husband or wife.",
        "I must address an invitation to the couple: find the spouse.",
    ),
    lambda world, person: [told(person, "spouse_id")],
    lambda world, person: [
        told(person, "parent_id"),
        *each(world.where(Person, "parent_id", person.id), "parent_id"),
    ],
)

PEOPLE = Theme(
    "people",
    "People: origins, work, leisure, family",
    (
        Ask(
            lambda world: world.people,
            (
                "{s}",
                "{s.family}, {s.given}",
                "Who is {s}?",
                "{s} of {s.home}",
                "{s} ({s.occupation})",
                "I met somebody called {s}.",
            ),
            (ORIGINS, CAREER, LEISURE, FAMILY),
        ),
        Ask(
            lambda world: singled_out(world.people, "occupation", "home_id"),
            (
                "the {s.occupation} in {s.home}",
                "{s.occupation:a} who lives in {s.home}",
                "There is {s.occupation:a} in {s.home} whose name escapes me.",
            ),
            (ORIGINS, LEISURE),
        ),
    ),
)
