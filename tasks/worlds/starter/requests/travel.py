"""Requests about journeys: flights, weather, outings."""

from __future__ import annotations

from datetime import timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots
from tasks.worlds.starter.records import Route, Screening, Town
from tasks.worlds.starter.requests.request import Errand, clause
from tasks.worlds.starter.world import World


def _flight_scene(world: World, draw: Draw) -> Slots:
    flight = draw.choice([flight for flight in world.flights if flight.day > world.today])
    route = world.get(Route, flight.route_id)
    return {
        "a": world.get(Town, route.origin_id),
        "b": world.get(Town, route.destination_id),
        "day": flight.day,
        "later": flight.day + timedelta(days=draw.integer(2, 6)),
        "other": draw.choice([flight for flight in world.flights if flight.day >= world.today]),
        "n": draw.integer(2, 4),
    }


def _weather_scene(world: World, draw: Draw) -> Slots:
    here, there = draw.sample(world.towns, 2)
    return {
        "t": here,
        "u": there,
        "day": world.today + timedelta(days=draw.integer(1, 6)),
        "past": world.today - timedelta(days=draw.integer(8, 12)),
        "lately": world.today - timedelta(days=draw.integer(1, 4)),
        "n": draw.integer(3, 6),
    }


def _outing_scene(world: World, draw: Draw) -> Slots:
    event = draw.choice(
        [event for event in world.events if event.day > world.today] or world.events
    )
    town = world.get(Town, event.town_id)
    screening: Screening = draw.choice(world.where(Screening, "town_id", town.id))
    return {"e": event, "t": town, "s": screening, "n": draw.integer(2, 5), "day": event.day}


FLIGHTS = Errand(
    "flights",
    "Planes: finding, paying for and changing a seat",
    "travel",
    ("air travel", "flight planning", "trip booking", "passenger service"),
    _flight_scene,
    (
        "I have to be in {b} on {day:full}, coming from {a}.",
        "My aunt in {b} turns eighty on {day:full}, and I live in {a}.",
        "On {day:full} I must get from {a} to {b}.",
        "I am leaving {a} for {b} on {day:full}.",
    ),
    (
        clause(
            "flights.search",
            "find flights between two towns on a given day",
            "Which flights are there, at what fare?",
            "Which planes could I take, and what would they charge?",
            "What goes there by air, and how full is it?",
            "Show me what is in the sky that day for people like me.",
        ),
        clause(
            "flights.search bookings.create",
            "find flights and reserve seats on one",
            "Book a seat on the earliest flight.",
            "Get me onto the earliest plane.",
            "Buy {n:word} places on whatever is cheapest.",
            "I want to sit in the last plane of the evening; pay for it right away.",
        ),
        clause(
            "flights.status",
            "report whether a flight is on time",
            "What is the status of flight {other.route} on {other.day:full}?",
            "A friend will sit in {other.route} on {other.day:full}: will she be late?",
            "Has {other.route} of {other.day:full} been called off, and what is the reason?",
        ),
        clause(
            "flights.cheapest_day",
            "find the day with the lowest fare",
            "On which day of that month is the fare lowest?",
            "If I were free to choose, when in that month would it cost least?",
            "I could go at another time of the month if that spared me money.",
        ),
        clause(
            "flights.timetable",
            "show regular departures by weekday",
            "Show me the timetable of flights between the two towns.",
            "Does anybody go that way every week, and on which mornings or nights?",
            "I shall be doing this often, so tell me how the week looks on that line.",
        ),
        clause(
            "flights.search flights.seat_map",
            "find flights and show free places in the cabin",
            "Find a flight and show me which seats in the cabin are free.",
            "Is there still a window on the morning plane?",
            "Tell me whether {n:word} of us could sit in one row on the first plane.",
        ),
        clause(
            "flights.connections",
            "plan journeys with a change",
            "Which connections are there with one change on the way?",
            "Should nothing go straight there, where could I change?",
            "Work out a way with a stop in between.",
        ),
        clause(
            "flights.operators",
            "name the companies on a line",
            "Which companies fly between the two towns?",
            "Who flies that line at all?",
            "Which airlines could I choose from?",
        ),
        clause(
            "flights.reviews",
            "return passengers' opinions",
            "Show me reviews that passengers wrote about flights on that route.",
            "What do others say who have sat in those planes?",
            "I am afraid of flying and would like to read how it was for others.",
        ),
        clause(
            "flights.departures",
            "list what leaves a town on a day",
            "List all departures from {a} that day.",
            "While I wait at the gate: what else takes off from {a} that day?",
            "Read me the board at {a} for {day:full}, whatever the goal.",
        ),
        clause(
            "flights.arrivals",
            "list what lands in a town on a day",
            "List all arrivals in {a} that day.",
            "I also have to pick somebody up: what lands in {a} that day?",
            "When do planes come down in {b} on {day:full}, from anywhere?",
        ),
        clause(
            "bookings.list bookings.get",
            "look up bookings and show the details of one",
            "Show me the details of my booking for {later:full}.",
            "What exactly have I paid for on {later:full}?",
        ),
        clause(
            "bookings.list bookings.add_bag",
            "look up existing bookings and add luggage",
            "Add a bag to my existing booking.",
            "I hold a ticket already, but I want to bring {n:word} more suitcases.",
            "My seat is paid for; only the trunk with the books is missing.",
        ),
        clause(
            "bookings.list bookings.cancel",
            "look up bookings and cancel one",
            "Cancel my booking for {later:full}.",
            "And give back the ticket I bought for {later:full}.",
            "The trip I had planned for {later:full} is off; I want that money back.",
        ),
        clause(
            "bookings.list bookings.choose_seat",
            "look up bookings and assign a place on board",
            "Choose a seat at the front for my existing booking.",
            "My ticket for {later:full} says 22B, and I would rather sit in front.",
            "Put me by the aisle on the journey I have paid for already.",
        ),
        clause(
            "bookings.list bookings.check_in",
            "look up bookings and issue a boarding pass",
            "Check me in for my booking of {later:full} and give me the boarding pass.",
            "Give me the slip for the gate for the ticket I hold.",
            "I have a ticket for {later:full} and want to be through the counter beforehand.",
        ),
        clause(
            "bookings.list flights.search bookings.change",
            "look up bookings and move them to another flight",
            "Change my booking for {later:full} to a flight on {day:full}.",
            "The ticket I hold is for {later:full}: swap it for one on {day:full}.",
            "I bought a seat for the wrong date, {later:full}; put it right.",
        ),
        clause(
            "weather.on",
            "tell the weather of a town on a day",
            "What will the weather be like in {b} that day?",
            "Shall I need a coat there when I land?",
            "Will it be wet in {b} that day?",
        ),
        clause(
            "diary.add",
            "enter appointments in a diary",
            "Add the journey to my diary.",
            "Keep the whole day free for me.",
            "Write it into my book so that nobody else claims that day.",
        ),
        clause(
            "wallet.balance",
            "tell how much money is in the account",
            "What is the balance of my account?",
            "Can I afford anything at all just now?",
            "How much have I got left?",
        ),
    ),
)
WEATHER = Errand(
    "weather",
    "Weather: looking ahead, looking back, being warned",
    "travel",
    ("weather enquiry", "outdoor planning", "meteorology", "forecast"),
    _weather_scene,
    (
        "I am going to paint the fence in {t} on {day:full}.",
        "We are having a wedding in the open in {t} on {day:full}.",
        "My boat lies in {t}, and I want to take it out on {day:full}.",
        "I am cycling to {t} on {day:full}.",
    ),
    (
        clause(
            "weather.on",
            "tell the weather of a town on a day",
            "What will the weather be like in {t} that day, rain and wind included?",
            "Will I stay dry?",
            "Do I need gloves and an umbrella?",
            "How hard will it blow that day?",
        ),
        clause(
            "weather.forecast",
            "give an outlook for several days ahead",
            "Give me the weather forecast for the coming {n:word} days.",
            "And how do the coming {n:word} days look?",
            "I could put it off, so show me the rest of the week.",
        ),
        clause(
            "weather.history",
            "return past measurements",
            "Show me the measurements from {past:full} to {lately:full}.",
            "How much came down there between {past:full} and {lately:full}?",
            "The ground may be soft: what was it like there from {past:full} to {lately:full}?",
        ),
        clause(
            "weather.warnings",
            "list official warnings",
            "Are there any weather warnings in force for {t}?",
            "Is there any danger that the authorities speak of?",
            "Has a gale or a flood been announced there?",
        ),
        clause(
            "weather.compare",
            "compare two towns on a day",
            "Compare the weather with that of {u} on the same day.",
            "Or would {u} be the better choice?",
            "Is it nicer in {u} that day, or about the same?",
        ),
        clause(
            "weather.warmest",
            "rank towns by temperature",
            "Which town is the warmest on {day:full}?",
            "Where in the country is it hottest on {day:full}?",
            "I might flee to wherever one can sit in shirtsleeves that day.",
        ),
        clause(
            "weather.climate",
            "describe usual seasons",
            "What is the usual climate of {t}?",
            "Is that normal for the place?",
            "What are summers there like, by and large?",
        ),
        clause(
            "weather.alert",
            "send a message when a condition is met",
            "Send me an alert when there is frost in {t}.",
            "Let me know at once should frost come.",
            "Ring me as soon as it is going to pour there.",
        ),
        clause(
            "towns.get",
            "return facts about a town",
            "What is the elevation of the town, and how many inhabitants has it?",
            "How high up does the place lie?",
            "I have never been to {t}: how big is it?",
        ),
        clause(
            "towns.nearest",
            "list neighbouring towns",
            "Which towns are nearest to {t}?",
            "And if it is no good there, what other places are close by?",
            "Name somewhere nearby to escape to.",
        ),
        clause(
            "towns.distance",
            "measure distances between towns",
            "What is the distance between {t} and {u}?",
            "How far would it be from {u}?",
            "I start in {u}; is that a long way?",
        ),
        clause(
            "diary.agenda diary.move",
            "look up appointments and move them",
            "Move my appointment on {day:full} to the day after.",
            "If I have written it down for that date, put it one day later.",
            "Shift whatever stands in my book for that date to the morning after.",
        ),
        clause(
            "reminders.set",
            "set a reminder",
            "Set a reminder for seven in the morning that day.",
            "Nudge me at seven that day to take the washing in.",
            "I forget things: poke me at six in the morning that day.",
        ),
        clause(
            "people.search messages.send",
            "find a person and send a message",
            "Send {t.mayor} a message to say that I am coming.",
            "Write to {t.mayor} that I am coming.",
            "Drop {t.mayor} a line saying that I am bringing a cake.",
        ),
        clause(
            "diary.now",
            "tell today's date",
            "What is the date today?",
            "By the way, what date have we got?",
            "I have lost count: which day is it now?",
        ),
    ),
)
OUTINGS = Errand(
    "outings",
    "Outings: festivals, fairs and evenings at the pictures",
    "travel",
    ("leisure planning", "event visit", "going out", "weekend trip"),
    _outing_scene,
    (
        "I am taking the family to {t} for the {e.kind} on {day:full}.",
        "A party of {n:word}, we want to see the {e.kind} in {t}.",
        "Friends have talked me into a {e.kind} in {t}.",
        "There is the {e.kind} in {t}, and I have never been.",
    ),
    (
        clause(
            "events.search",
            "find public events by town and date",
            "Search for the event and tell me the day.",
            "When exactly is it?",
            "What else is going on there around that time?",
            "Find the date for me.",
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
            "Wake me in time.",
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
