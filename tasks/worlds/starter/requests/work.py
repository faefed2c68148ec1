"""Requests about firms, posts, and the people in them."""

from __future__ import annotations

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots
from tasks.worlds.starter.records import (
    Firm,
    Town,
)
from tasks.worlds.starter.requests.request import Errand, clause
from tasks.worlds.starter.world import World


def _scene(world: World, draw: Draw) -> Slots:
    vacancy = draw.choice(world.vacancies)
    firm = world.get(Firm, vacancy.firm_id)
    return {
        "v": vacancy,
        "f": firm,
        "t": world.get(Town, firm.seat_id),
        "p": draw.choice([person for person in world.people if person.employer_id]),
        "n": draw.integer(3, 9),
    }


WORK = Errand(
    "work",
    "Work: firms, posts, and the people in them",
    "commerce",
    ("job hunt", "company research", "career", "business enquiry"),
    _scene,
    (
        "I am thinking of working for {f} in {t}.",
        "{f} is looking for {v.post:a}, and I might be the one.",
        "My cousin has been offered something at {f}.",
        "I have a meeting at {f} next week.",
    ),
    (
        clause(
            "firms.search firms.get",
            "find a firm and return its portrait",
            "Find the firm and tell me its sector, its founder and its staff.",
            "How old is the house, and who is in charge?",
            "What kind of outfit is it, and how many people does it feed?",
        ),
        clause(
            "firms.search firms.results",
            "find a firm and return its figures",
            "Find the annual results of the firm: revenue and profit.",
            "Does it earn anything?",
            "Is it in the red?",
        ),
        clause(
            "firms.search firms.employees",
            "find a firm and list who works there",
            "List the employees of the firm.",
            "Who is on the payroll?",
            "Do I know anybody there? Give me the names.",
        ),
        clause(
            "firms.search firms.products",
            "find a firm and list what it makes",
            "List the products of the firm.",
            "What do they actually turn out?",
            "Show me the goods that leave their gate.",
        ),
        clause(
            "firms.search jobs.of_firm",
            "find a firm and list its open posts",
            "Which vacancies does the firm have?",
            "Is there anything going for me there?",
            "Which chairs are empty at the moment?",
        ),
        clause(
            "firms.search jobs.of_firm jobs.get",
            "find a firm's open posts and show pay and closing date",
            "Show me the salary and the closing date of the vacancy for {v.post}.",
            "What would they pay the new {v.post}, and until when may one write?",
            "How long have I got to put my name forward as {v.post}, and for what money?",
        ),
        clause(
            "firms.search jobs.of_firm jobs.apply",
            "find a firm's open posts and apply for one",
            "Apply for the vacancy as {v.post} with a covering letter.",
            "Hand in my papers for {v.post} with a polite note.",
            "Put me forward as {v.post} and write that I can start at once.",
        ),
        clause(
            "jobs.search",
            "find open posts by town, trade or pay",
            "Search for vacancies as {v.post} in {t}.",
            "Who else in {t} takes on {v.post:a}?",
            "Anything in {t} above forty thousand a year would interest me too.",
        ),
        clause(
            "jobs.applications",
            "list one's own applications",
            "List the vacancies I have applied for.",
            "To whom have I written so far?",
            "And have any of the others answered that I wrote to?",
        ),
        clause(
            "jobs.applications jobs.withdraw",
            "list applications and take one back",
            "Withdraw my first application.",
            "Tell the last ones I wrote to that I am no longer interested.",
            "Pull my papers from wherever else I sent them first.",
        ),
        clause(
            "firms.rank",
            "rank the firms of a sector",
            "Rank the firms in {f.sector} by revenue.",
            "Who are the {n:word} biggest in {f.sector}?",
            "Where does one earn most in {f.sector}, going by the profits of the houses?",
        ),
        clause(
            "people.search people.employer",
            "find a person and the firm they work for",
            "For which firm does {p} work?",
            "Is {p} there too, or somewhere else?",
            "Where does {p} earn a living these days?",
        ),
        clause(
            "people.search people.colleagues",
            "find a person and who works with them",
            "List the colleagues of {p}.",
            "Who shares an office with {p}?",
            "Who sits next to {p} all day?",
        ),
        clause(
            "people.search messages.send",
            "find a person and send a message",
            "Send a message to {p}.",
            "Ask {p} in my name what it is like.",
            "Let {p} know that I am nervous.",
        ),
        clause(
            "people.search contacts.add",
            "find a person and save them in the address book",
            "Add {p} to my contacts.",
            "Keep {p} in my little book, I may need advice.",
            "Note down how to reach {p}.",
        ),
        clause(
            "towns.nearest",
            "list neighbouring towns",
            "Which towns are nearest to {t}?",
            "Where around {t} could one live?",
            "What places lie within reach of {t}?",
        ),
        clause(
            "reminders.set",
            "set a reminder",
            "Set a reminder for {v.closes:full} at noon.",
            "Poke me on the evening before the deadline, {v.closes:full}, at eight.",
            "Make sure that I think of it on {v.closes:full} at noon.",
        ),
    ),
)
