"""Requests about festivals, fairs and evenings at the pictures."""

from __future__ import annotations

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots
from tasks.worlds.starter.records import (
    Screening,
    Town,
)
from tasks.worlds.starter.requests.request import Errand, clause
from tasks.worlds.starter.world import World


def _scene(world: World, draw: Draw) -> Slots:
    event = draw.choice(
        [event for event in world.events if event.day > world.today] or world.events
    )
    town = world.get(Town, event.town_id)
    screening: Screening = draw.choice(world.where(Screening, "town_id", town.id))
    return {"e": event, "t": town, "s": screening, "n": draw.integer(2, 5), "day": event.day}


OUTINGS = Errand(
    "outings",
    "Outings: festivals, fairs and evenings at the pictures",
    "travel",
    ("leisure planning", "event visit", "going out", "weekend trip"),
    _scene,
    (
        "I am taking the family to {t} for the {e.kind} on {day:full}.",
        "We are a party of {n:word} and want to see the {e.kind} in {t} on {day:full}.",
        "Friends have talked me into a {e.kind} in {t} on {day:full}.",
        "On {day:full} there is the {e.kind} in {t}, and I have never been.",
    ),
    (
        clause(
            "events.search",
            "find public events by town and date",
            "Search for all public events in {t} around that day.",
            "What else is going on there around that time?",
            "At what hour does it begin?",
        ),
        clause(
            "events.search events.get",
            "find events and show their details",
            "Find the event and show me the fee and the sponsor.",
            "What do they charge at the gate?",
            "Who pays for all that?",
        ),
        clause(
            "events.search events.register",
            "find events and register people for them",
            "Register {n:word} people for the event.",
            "Put {n:word} names down for it.",
            "Sign us up before it is full.",
        ),
        clause(
            "events.registrations events.withdraw",
            "look up registrations and take one back",
            "Withdraw my registration for the other event.",
            "I must have signed up for something else that week; get me out of it.",
            "Strike my name off the list of the other thing I had put it on.",
        ),
        clause(
            "cinema.programme",
            "list what a cinema shows on a day",
            "Show me the cinema programme in {t} that day.",
            "What is on the screen there in the evening?",
            "If it rains we shall sit in the dark: what do they play that night?",
        ),
        clause(
            "films.search cinema.showings",
            "find a film and its coming showings",
            "In which towns are there showings of the film {s.film}?",
            "Somewhere I could catch {s.film} too, perhaps?",
            "Is {s.film} still being played anywhere?",
        ),
        clause(
            "cinema.programme cinema.book",
            "list a cinema's programme and buy tickets",
            "Book {n:word} seats for a showing in the cinema there.",
            "We also want to see whatever is played last that night: {n:word} places, please.",
            "Get {n:word} seats for the first thing on the screen in {t} that day.",
        ),
        clause(
            "cinema.programme cinema.seats",
            "list showings and tell how many seats are left",
            "How many seats are left in the cinema there that evening?",
            "Would there still be room for all of us in the picture house that evening?",
            "Is the late picture in {t} sold out on that day?",
        ),
        clause(
            "cinema.tickets cinema.cancel",
            "look up cinema tickets and return them",
            "Cancel my cinema ticket for the same night.",
            "I bought places for a picture that same night; hand them back.",
            "That means I miss the picture I had paid for, so try to get my money back.",
        ),
        clause(
            "weather.on",
            "tell the weather of a town on a day",
            "What will the weather be like in {t} that day?",
            "Rubber boots, yes or no?",
            "Will the sun be out?",
        ),
        clause(
            "towns.get",
            "return facts about a town",
            "What is the town known for, and what is its landmark?",
            "What is the place known for, and what should one look at?",
            "Tell me a little about {t} first.",
        ),
        clause(
            "diary.agenda",
            "list appointments on a day",
            "What appointments do I have on that day?",
            "Am I free then?",
            "Have I promised that day to anybody?",
        ),
        clause(
            "diary.add",
            "enter appointments in a diary",
            "Add it to my diary.",
            "Mark it in my book.",
            "Block the day for me.",
        ),
        clause(
            "reminders.list reminders.cancel",
            "look up reminders and switch one off",
            "Cancel the reminder that I had set for that day.",
            "And stop the thing that was going to ring on that day.",
            "I had asked to be nudged about the dentist then; that is no longer needed.",
        ),
        clause(
            "reminders.set",
            "set a reminder",
            "Set a reminder for eight that morning.",
            "Ring at eight that morning so that we do not oversleep.",
            "Wake me at six that morning.",
        ),
        clause(
            "contacts.list messages.send",
            "look up contacts and send messages",
            "Send a message to the first of my contacts.",
            "Ask the first name in my address book to come along.",
            "Write to somebody I know, whoever comes first in my little book, to join us.",
        ),
    ),
)
