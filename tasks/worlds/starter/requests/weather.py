"""Requests about the weather: looking ahead, looking back, being warned."""

from __future__ import annotations

from datetime import timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots
from tasks.worlds.starter.requests.request import Errand, clause
from tasks.worlds.starter.world import World


def _scene(world: World, draw: Draw) -> Slots:
    here, there = draw.sample(world.towns, 2)
    return {
        "t": here,
        "u": there,
        "day": world.today + timedelta(days=draw.integer(1, 6)),
        "past": world.today - timedelta(days=draw.integer(8, 12)),
        "lately": world.today - timedelta(days=draw.integer(1, 4)),
        "n": draw.integer(3, 6),
    }


WEATHER = Errand(
    "weather",
    "Weather: looking ahead, looking back, being warned",
    "travel",
    ("weather enquiry", "outdoor planning", "meteorology", "forecast"),
    _scene,
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
