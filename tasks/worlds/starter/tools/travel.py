"""Tools for getting about: flights, bookings, weather, towns, events, diary."""

from __future__ import annotations

from tasks.worlds.starter.tools.tool import Domain, Edition, Function

FLIGHTS = Domain(
    "flights",
    "flight",
    "flights",
    (
        Function(
            "search",
            "Finds {many} between two towns on one day, with hours, fares and free seats.",
            "origin destination day",
            "flight_id number departs arrives fare seats",
        ),
        Function(
            "timetable",
            "Shows on which weekdays and at what time regular {many} leave one town for another.",
            "origin destination",
            "number weekdays departs minutes",
        ),
        Function(
            "departures",
            "Lists all {many} that leave a town on one day, wherever they go.",
            "town day page?",
            "flight_id number destination departs",
        ),
        Function(
            "arrivals",
            "Lists all {many} that reach a town on one day, wherever they come from.",
            "town day page?",
            "flight_id number origin arrives",
        ),
        Function(
            "status",
            "Tells whether {a} with a known number is on time, late or cancelled, and why.",
            "number day",
            "status delay cause",
        ),
        Function(
            "cheapest_day",
            "Finds the day of a month with the lowest fare for {many} between two towns.",
            "origin destination month",
            "day fare",
        ),
        Function(
            "connections",
            "Plans a journey by two {many} with one change on the way, where none goes direct.",
            "origin destination day",
            "flight_id number departs arrives fare",
        ),
        Function(
            "seat_map",
            "Draws the cabin of {a} and marks which seats are free.",
            "flight_id",
            "seat status",
        ),
        Function(
            "operators",
            "Names the companies that run {many} between two towns.",
            "origin destination",
            "operator_id name",
        ),
        Function(
            "reviews",
            "Returns what passengers wrote about {many} between two towns.",
            "origin destination page?",
            "stars comment author_id",
        ),
    ),
    (
        Edition("charters", "charter flight", "charter flights", "Whole aircraft for hire only."),
        Edition("cargo", "cargo flight", "cargo flights", "Carries goods, never passengers."),
        Edition("ferries", "ferry", "ferries", "Boats only.", "seat_map"),
        Edition(
            "flight_archive",
            "past flight",
            "past flights",
            "Ends with the year 2029; knows nothing current.",
            "seat_map cheapest_day",
        ),
        Edition("coaches", "coach", "coaches", "Overland buses only."),
    ),
)
BOOKINGS = Domain(
    "bookings",
    "booking",
    "bookings",
    (
        Function(
            "create",
            "Reserves seats on a flight and pays for them; returns the new {one}.",
            "flight_id passengers",
            "booking_id total",
        ),
        Function(
            "list",
            "Lists the {many} that the account holder has made.",
            "page?",
            "booking_id number day status",
        ),
        Function("get", "Shows the details of one of the account holder's {many}.", "booking_id"),
        Function(
            "cancel", "Cancels {a} and returns the money.", "booking_id reason?", "status amount"
        ),
        Function(
            "change",
            "Moves an existing {one} to another flight.",
            "booking_id flight_id",
            "status amount",
        ),
        Function(
            "add_bag",
            "Adds checked luggage to an existing {one}.",
            "booking_id pieces",
            "status amount",
        ),
        Function(
            "choose_seat",
            "Assigns a particular place on board to {a}.",
            "booking_id seat",
            "status",
        ),
        Function(
            "check_in",
            "Checks the passengers of {a} in and issues the boarding pass.",
            "booking_id",
            "boarding_pass",
        ),
    ),
    (
        Edition(
            "hotels",
            "room booking",
            "room bookings",
            "Hotels only.",
            "create change add_bag choose_seat",
        ),
        Edition(
            "tables",
            "table booking",
            "table bookings",
            "Restaurants only.",
            "create change add_bag choose_seat check_in",
        ),
        Edition(
            "standby",
            "standby ticket",
            "standby tickets",
            "For the crews of airlines, without a claim to a place.",
        ),
        Edition(
            "agency_bookings",
            "group booking",
            "group bookings",
            "For licensed travel agents; private accounts are refused.",
        ),
    ),
)
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
        Edition("roads", "road surface", "road surfaces", "Reports grip and ice, nothing else."),
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
DIARY = Domain(
    "diary",
    "appointment",
    "appointments",
    (
        Function("now", "Tells today's date and the time.", "", "day time"),
        Function(
            "agenda",
            "Lists the account holder's {many} on one day.",
            "day",
            "appointment_id title time",
        ),
        Function("add", "Enters {a} in the diary.", "title day time?", "appointment_id"),
        Function(
            "move",
            "Moves {a} to another day or hour.",
            "appointment_id day time?",
            "status",
        ),
        Function("remove", "Deletes {a} from the diary.", "appointment_id", "status"),
    ),
    (
        Edition("rota", "shift", "shifts", "Duty rosters of firms only.", "now"),
        Edition("lessons", "lesson", "lessons", "School timetables only.", "now"),
        Edition("garden_year", "garden task", "garden tasks", "Sowing and pruning only.", "now"),
    ),
)
REMINDERS = Domain(
    "reminders",
    "reminder",
    "reminders",
    (
        Function(
            "set",
            "Sets {a} that rings at a day and hour.",
            "title day time",
            "reminder_id",
        ),
        Function(
            "list", "Lists the {many} that have not rung yet.", "page?", "reminder_id title day"
        ),
        Function("cancel", "Switches {a} off.", "reminder_id", "status"),
    ),
    (
        Edition("pills", "pill reminder", "pill reminders", "For nurses on duty only."),
        Edition("servicing", "service reminder", "service reminders", "Machines and lifts only."),
    ),
)
