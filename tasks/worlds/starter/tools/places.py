"""Tools about places: weather, towns, events."""

from __future__ import annotations

from tasks.worlds.starter.tools.tool import Domain, Edition, Function

WEATHER = Domain(
    "weather",
    "weather",
    "weather",
    (
        Function(
            "on",
            "Tells the {many} of a town on one day: sky, temperatures, rain and wind.",
            "town day",
            "sky high low rain wind",
        ),
        Function(
            "forecast",
            "Gives the outlook on the {many} of a town for several days ahead.",
            "town days",
            "day sky high",
        ),
        Function(
            "history",
            "Returns measurements of the {many} of a town between two past dates.",
            "town first_day last_day",
            "day sky high low rain",
        ),
        Function(
            "warnings",
            "Lists the official {one} warnings in force for a town.",
            "town",
            "day condition",
        ),
        Function(
            "compare",
            "Sets the {many} of two towns on the same day side by side.",
            "town other_town day",
            "sky high rain",
        ),
        Function(
            "warmest",
            "Ranks the towns by temperature on one day ({many}).",
            "day region? limit?",
            "town high",
        ),
        Function(
            "climate",
            "Describes the usual seasons of a town: long-term averages of the {many}.",
            "town",
            "summer winter wet_days",
        ),
        Function(
            "alert",
            "Sends the account holder a message as soon as the {many} of a town meets a condition.",
            "town condition",
            "alert_id",
        ),
    ),
    (
        Edition("marine", "sea weather", "sea weather", "Open water only, no place on land."),
        Edition("air_quality", "air quality", "air quality", "Pollutants and dust only."),
        Edition("roads", "road surface", "road surface", "Reports grip and ice, nothing else."),
        Edition("weather_model", "simulated weather", "simulated weather", "Invented for drills."),
    ),
)
TOWNS = Domain(
    "towns",
    "town",
    "towns",
    (
        Function(
            "get",
            "Returns what is known about {a}: region, inhabitants, age, height, sight and craft.",
            "town",
            "region population founded elevation landmark craft",
        ),
        Function(
            "search",
            "Lists {many} by region, craft or size.",
            "region? craft? min_population? page?",
            "town region population",
        ),
        Function(
            "distance",
            "Measures how far two {many} lie apart as the crow flies.",
            "town other_town",
            "distance",
        ),
        Function(
            "nearest", "Lists the {many} that lie closest to one.", "town limit?", "town distance"
        ),
        Function("mayor", "Names the mayor of {a}.", "town", "mayor_id name"),
        Function(
            "residents",
            "Lists the people who live in {a}, of one trade if wished.",
            "town occupation? page?",
            "person_id name",
        ),
    ),
    (
        Edition("villages", "village", "villages", "Places without town rights only."),
        Edition("harbours", "harbour", "harbours", "Berths and quays only.", "residents"),
        Edition("foreign_towns", "foreign town", "foreign towns", "Places abroad only."),
        Edition("lost_towns", "abandoned town", "abandoned towns", "Nobody lives there any more."),
    ),
)
EVENTS = Domain(
    "events",
    "event",
    "events",
    (
        Function(
            "search",
            "Finds public {many} by town, kind and dates.",
            "town? kind? first_day? last_day? page?",
            "event_id name day starts",
        ),
        Function(
            "get",
            "Shows the details of {a}: admission, hours and the firm that pays for it.",
            "event_id",
            "town day starts fee sponsor_id",
        ),
        Function(
            "register",
            "Registers people for {a}.",
            "event_id quantity",
            "registration_id total",
        ),
        Function(
            "registrations",
            "Lists the {many} that the account holder is registered for.",
            "page?",
            "registration_id event_id name day",
        ),
        Function(
            "withdraw",
            "Takes back a registration for {a}.",
            "registration_id",
            "status amount",
        ),
    ),
    (
        Edition("lectures", "lecture", "lectures", "For enrolled students only."),
        Edition("trade_fairs", "trade fair", "trade fairs", "For exhibitors with a licence."),
        Edition("services", "church service", "church services", "Parishes only."),
        Edition("parties", "private party", "private parties", "By invitation of the host."),
    ),
)
