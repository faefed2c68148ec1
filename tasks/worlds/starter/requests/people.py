"""Requests about persons: who they are, and getting in touch."""

from __future__ import annotations

from datetime import timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots
from tasks.worlds.starter.requests.request import Errand, clause
from tasks.worlds.starter.world import World


def _scene(world: World, draw: Draw) -> Slots:
    person, other = draw.sample(world.people, 2)
    return {
        "p": person,
        "q": other,
        "n": draw.integer(5, 60),
        "day": world.today + timedelta(days=draw.integer(2, 20)),
    }


PEOPLE = Errand(
    "people",
    "People: who they are, and getting in touch",
    "culture",
    ("people search", "keeping in touch", "personal enquiry", "correspondence"),
    _scene,
    (
        "I met {p} of {p.home} on the train.",
        "{p} from {p.home} has invited me for dinner.",
        "An old friend, {p}, must be living in {p.home} now.",
        "I owe {p} a visit.",
    ),
    (
        clause(
            "people.search people.get",
            "find a person and return their record",
            "Find the person called {p}: date of birth, home and occupation.",
            "When is the birthday?",
            "What does {p.given} do for a living, and where did {p.they} grow up?",
        ),
        clause(
            "people.search people.family",
            "find a person and name their family",
            "Who is the family of {p}: spouse, parent, children?",
            "Is {p.they} married, and to whom?",
            "Are there children? I want to bring sweets.",
        ),
        clause(
            "people.search people.employer",
            "find a person and the firm they work for",
            "For which firm does {p} work?",
            "Who pays {p.their} wages?",
            "Where would I reach {p.them} during the day?",
        ),
        clause(
            "people.search people.employer firms.get",
            "find a person's employer and return its portrait",
            "Which firm employs {p}, and who leads that firm?",
            "Who runs the place where {p.they} works?",
            "How big is the house that {p.they} works for?",
        ),
        clause(
            "people.search people.family people.pastimes",
            "find a person's family and their hobbies",
            "What is the pastime of the spouse of {p}?",
            "What would please the better half?",
            "With what does {p.their} husband or wife pass the evenings?",
        ),
        clause(
            "people.search people.pastimes",
            "find a person and what they like to do",
            "What is the favourite pastime of {p}?",
            "What could I bring that {p.they} would enjoy?",
            "What does {p.they} do on Sundays?",
        ),
        clause(
            "people.search people.colleagues",
            "find a person and who works with them",
            "List the colleagues of {p} at the firm.",
            "Who works alongside {p.them}?",
            "With whom does {p.they} share an office?",
        ),
        clause(
            "people.search contacts.add",
            "find a person and save them in the address book",
            "Add {p} to my contacts.",
            "Keep {p.them} in my little book.",
            "Note {p.them} down, with a word on where we met.",
        ),
        clause(
            "contacts.list contacts.remove",
            "list contacts and delete one",
            "Remove {q} from my contacts.",
            "And {q} can be crossed out of my little book, we no longer speak.",
            "Cross out {q}, who never writes.",
        ),
        clause(
            "people.search messages.send",
            "find a person and send a message",
            "Send {p} a message.",
            "Tell {p.them} that I am coming on {day:full}.",
            "Say thank you from me.",
        ),
        clause(
            "messages.inbox messages.read",
            "list messages and open one",
            "Read me the last message in my inbox.",
            "Has {p.they} written? Read it to me.",
            "What does the latest letter to me say?",
        ),
        clause(
            "messages.inbox messages.reply",
            "list messages and answer one",
            "Reply to the last message in my inbox.",
            "I never responded to the last letter: say yes.",
            "Whatever came in last, write back that I am well.",
        ),
        clause(
            "messages.inbox messages.delete",
            "list messages and delete one",
            "Delete the oldest message in my inbox.",
            "The oldest letter can go into the fire.",
            "Throw away what {q} wrote to me.",
        ),
        clause(
            "messages.inbox people.search messages.forward",
            "list messages and pass one on to a person",
            "Forward the last message in my inbox to {q}.",
            "Let {q} see the letter that came last.",
            "Hand the newest letter on to {q}.",
        ),
        clause(
            "people.search wallet.transfer",
            "find a person and send money to them",
            "Transfer {n} crowns from my account to {p}.",
            "I still have {n} crowns of {p.theirs}: give them back.",
            "Let {p.them} have the {n} crowns I borrowed.",
        ),
        clause(
            "people.birthdays",
            "list who was born on a day of the year",
            "Which persons have their birthday on {day:full}?",
            "Who turns a year older on {day:full}?",
            "I collect people who may blow out candles on {day:full}: name them.",
        ),
        clause(
            "people.search films.of_person",
            "find a person and list their films",
            "List the films in which {p} had a part.",
            "Has {p.they} ever been on the screen?",
            "Somebody said {p.they} was in the pictures once; in which?",
        ),
        clause(
            "diary.agenda",
            "list appointments on a day",
            "List my appointments on {day:full}.",
            "Am I free on {day:full}?",
            "What have I got on {day:full}?",
        ),
        clause(
            "diary.agenda diary.remove",
            "list appointments and delete one",
            "Remove my appointment on {day:full} from the diary.",
            "Whatever I had planned for {day:full} is off.",
            "Clear {day:full} for that.",
        ),
        clause(
            "towns.residents",
            "list who lives in a town",
            "Which people of the occupation doctor live in the town of {p.home}?",
            "Who else do we know in {p.home}? Give me all the doctors there.",
            "Which musicians have their house in {p.home}?",
        ),
    ),
)
