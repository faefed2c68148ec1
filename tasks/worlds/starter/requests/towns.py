"""Requests of people who want to get to know a town."""

from __future__ import annotations

from datetime import timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots
from tasks.worlds.starter.records import (
    Person,
)
from tasks.worlds.starter.requests.request import Errand, clause
from tasks.worlds.starter.world import World


def _scene(world: World, draw: Draw) -> Slots:
    here, there = draw.sample(world.towns, 2)
    return {
        "t": here,
        "u": there,
        "trade": draw.choice(world.where(Person, "home_id", here.id)).occupation,
        "day": world.today + timedelta(days=draw.integer(1, 9)),
        "n": draw.integer(3, 8),
    }


TOWNS = Errand(
    "towns",
    "Towns: getting to know a place",
    "culture",
    ("local information", "regional research", "moving house", "travel guide"),
    _scene,
    (
        "I may move to {t}.",
        "I am writing a school essay on {t}.",
        "We have been left a house in {t}.",
        "Somebody told me that {t} is the place to be.",
    ),
    (
        clause(
            "towns.get",
            "return facts about a town",
            "How many inhabitants has the town, and when was it founded?",
            "How many souls live there, and since when?",
            "What is there to look at?",
        ),
        clause(
            "towns.mayor",
            "name the mayor of a town",
            "Who is the mayor of the town?",
            "Who wears the chain of office?",
            "Who is at the top of the town hall?",
        ),
        clause(
            "towns.mayor people.get",
            "name the mayor of a town and return their record",
            "Who is the mayor of the town, and when and where was this person born?",
            "How old is the head of the town hall?",
            "What did the person at the top of the council do for a living?",
        ),
        clause(
            "towns.mayor messages.send",
            "name the mayor of a town and send a message",
            "Send the mayor of the town a message.",
            "Complain to the town hall, at the very top, about the street lamps.",
            "Write to whoever governs there that I am looking forward to it.",
        ),
        clause(
            "towns.residents",
            "list who lives in a town",
            "List the people who live in the town and work as {trade:a}.",
            "Is there {trade:a} among the people there?",
            "I shall need {trade:a}: who would that be?",
        ),
        clause(
            "towns.distance",
            "measure distances between towns",
            "What is the distance to the town of {u}?",
            "How far is it from {u}, where my parents live?",
            "My work is in {u}. Is that far?",
        ),
        clause(
            "towns.nearest",
            "list neighbouring towns",
            "Which {n:word} towns are nearest?",
            "What else lies around there?",
            "Which {n:word} places are closest?",
        ),
        clause(
            "towns.search",
            "list towns by region, craft or size",
            "Which other towns are known for the craft of {t.craft}?",
            "Where else are people known for {t.craft}?",
            "Name the other places in {t.region} with more than twenty thousand souls.",
        ),
        clause(
            "weather.climate",
            "describe usual seasons",
            "Describe the usual climate there, summers and winters.",
            "Are the winters hard?",
            "Does it get hot in July?",
        ),
        clause(
            "events.search",
            "find public events by town and date",
            "Which public events take place in the town?",
            "What is being celebrated there?",
            "Is anything ever going on?",
        ),
        clause(
            "firms.search",
            "find firms by town or sector",
            "Which firms have their seat in the town?",
            "Who gives people work there?",
            "Which companies are at home in the place?",
        ),
        clause(
            "firms.search firms.results",
            "find firms of a town and return their figures",
            "Find the firms of the town and their annual revenue and profit.",
            "Are the companies there doing well?",
            "Do the employers of the place earn anything?",
        ),
        clause(
            "shops.search",
            "find shops by town and kind",
            "Which shops are there in the town?",
            "Where would I buy bread and nails?",
            "Is there anywhere to get books?",
        ),
        clause(
            "shops.search shops.offers",
            "find shops of a town and list what they sell",
            "Find a shop in the town and list its offers with prices.",
            "What can one get at the draper's there, and for how much?",
            "What do they stock at the grocer's?",
        ),
        clause(
            "films.set_in",
            "list films set in a town",
            "Which films are set in the town?",
            "Has anything been filmed there?",
            "Which pictures take place in its streets?",
        ),
        clause(
            "films.set_in films.get",
            "list films set in a town and return their stories",
            "Which films are set in the town, and what is their story?",
            "What are the pictures about that play in its streets?",
            "Has it been on the screen, and as what kind of story?",
        ),
        clause(
            "flights.departures",
            "list what leaves a town on a day",
            "List all flights that leave the town on {day:full}.",
            "What takes off from there on {day:full}?",
            "How does one get away again by air, say on {day:full}?",
        ),
        clause(
            "jobs.search",
            "find open posts by town or trade",
            "Which vacancies are there in the town?",
            "Could {trade:a} find something there?",
            "Who is hiring?",
        ),
        clause(
            "cinema.programme",
            "list what a cinema shows on a day",
            "Show me the programme of the cinema there on {day:full}.",
            "And what is on the screen there on {day:full}?",
            "Which pictures do they play there on {day:full}?",
        ),
    ),
)
