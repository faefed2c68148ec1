"""Tools for flying: the flights, and seats booked on them."""

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
