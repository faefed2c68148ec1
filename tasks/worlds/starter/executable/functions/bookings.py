"""Functions about the account holder's bookings of flights."""

# ruff: noqa: D103 - what a function does stands in the catalogue; its details, on the shelf

from __future__ import annotations

from datetime import timedelta

from tasks.worlds.starter.executable.cabin import SEATS
from tasks.worlds.starter.executable.desk import Desk, Held
from tasks.worlds.starter.executable.functions.flights import departs
from tasks.worlds.starter.executable.functions.rows import clock
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import Row, Shelf
from tasks.worlds.starter.records import Flight

bookings = Shelf("bookings")

BAG_FEE = 15
"""Crowns for each bag."""
MOST_BAGS = 5
CHECK_IN_DAYS = 2
"""Days before the flight on which check-in opens."""


@bookings(
    "one",
    "Refused for flights that are cancelled, gone or have fewer free seats. The first free "
    "seats of the cabin are assigned.",
)
def create(desk: Desk, flight: Flight, passengers: int) -> Row:
    seats = _seats(desk, flight, passengers)
    total = desk.route(flight).fare * passengers
    desk.pay(total, f"flight {desk.route(flight).name}")
    id = desk.add(
        "bookings",
        flight_id=flight.id,
        passengers=passengers,
        seats=seats,
        pieces=0,
        total=total,
        status="active",
    )
    return {"booking_id": id, "total": total}


def _seats(desk: Desk, flight: Flight, passengers: int) -> list[str]:
    """The seats that passengers get on a flight."""
    if flight.status == "cancelled":
        raise Refusal(409, "the flight is cancelled", "flight_id")
    if departs(desk, flight) <= desk.world.now:
        raise Refusal(409, "the flight has left", "flight_id")
    free = desk.free_seats(flight)
    if len(free) < passengers:
        raise Refusal(409, f"the flight has {len(free)} free seats", "flight_id")
    return free[:passengers]


def _flight(desk: Desk, booking: Held) -> Flight:
    return desk.world.get(Flight, booking.entry["flight_id"])


def _row(desk: Desk, booking: Held) -> Row:
    flight = _flight(desk, booking)
    return {
        "booking_id": booking.id,
        "number": desk.route(flight).name,
        "day": flight.day.isoformat(),
        "status": booking.entry["status"],
    }


def _open(booking: Held) -> None:
    """Refuses to touch a booking that is cancelled or checked in."""
    if booking.entry["status"] != "active":
        raise Refusal(409, f"the booking is {booking.entry['status']}", "booking_id")


@bookings("pages", "In the order in which they were made; cancelled ones are listed too.")
def list_(desk: Desk) -> list[Row]:
    return [_row(desk, Held(id, entry)) for id, entry in desk.table("bookings").items()]


@bookings("one", "Gives flight, seats, bags and price.")
def get(desk: Desk, booking: Held) -> Row:
    flight, entry = _flight(desk, booking), booking.entry
    return {
        **_row(desk, booking),
        "flight_id": flight.id,
        "departs": clock(desk.route(flight).departs),
        "passengers": entry["passengers"],
        "seat": " ".join(entry["seats"]),
        "pieces": entry["pieces"],
        "total": entry["total"],
    }


@bookings("one", "All that was paid is returned. Refused once the passengers are checked in.")
def cancel(desk: Desk, booking: Held, reason: str | None = None) -> Row:
    _open(booking)
    desk.pay(-int(booking.entry["total"]), "cancelled flight")
    desk.change("bookings", booking, status="cancelled", reason=reason or "")
    return {"status": "cancelled", "amount": booking.entry["total"]}


@bookings(
    "one",
    "The flight must be on the same line. The amount is what has to be paid in addition, "
    "below 0 where money is returned. Seats are assigned anew.",
)
def change(desk: Desk, booking: Held, flight: Flight) -> Row:
    _open(booking)
    old = desk.route(_flight(desk, booking))
    new = desk.route(flight)
    if (old.origin_id, old.destination_id) != (new.origin_id, new.destination_id):
        raise Refusal(409, "the flight is on another line", "flight_id")
    if flight.id == booking.entry["flight_id"]:
        raise Refusal(409, "the booking is for that flight already", "flight_id")
    seats = _seats(desk, flight, booking.entry["passengers"])
    amount = (new.fare - old.fare) * booking.entry["passengers"]
    desk.pay(amount, "changed flight")
    total = booking.entry["total"] + amount
    desk.change("bookings", booking, flight_id=flight.id, seats=seats, total=total)
    return {"status": "active", "amount": amount}


@bookings("one", "A bag costs 15 crowns; a booking has five at most.")
def add_bag(desk: Desk, booking: Held, pieces: int) -> Row:
    _open(booking)
    bags = booking.entry["pieces"] + pieces
    if bags > MOST_BAGS:
        raise Refusal(409, f"a booking has {MOST_BAGS} bags at most", "pieces")
    amount = BAG_FEE * pieces
    desk.pay(amount, "luggage")
    desk.change("bookings", booking, pieces=bags, total=booking.entry["total"] + amount)
    return {"status": "active", "amount": amount}


@bookings("one", "Moves the first passenger of the booking. Refused where the place is taken.")
def choose_seat(desk: Desk, booking: Held, seat: str) -> Row:
    _open(booking)
    wanted = seat.strip().upper()
    if wanted not in SEATS:
        raise Refusal(404, f"seats are {SEATS[0]} to {SEATS[-1]}", "seat")
    if wanted not in desk.free_seats(_flight(desk, booking)):
        raise Refusal(409, "the seat is taken", "seat")
    desk.change("bookings", booking, seats=[wanted, *booking.entry["seats"][1:]])
    return {"status": "active"}


@bookings("one", "Opens two days before the day of the flight.")
def check_in(desk: Desk, booking: Held) -> Row:
    _open(booking)
    flight = _flight(desk, booking)
    if flight.status == "cancelled":
        raise Refusal(409, "the flight is cancelled", "booking_id")
    if flight.day - desk.world.today > timedelta(days=CHECK_IN_DAYS):
        raise Refusal(409, f"check-in opens {CHECK_IN_DAYS} days before the flight", "booking_id")
    desk.change("bookings", booking, status="checked in")
    number, seats = desk.route(flight).name, " ".join(booking.entry["seats"])
    return {"boarding_pass": f"{number} {flight.day.isoformat()} seat {seats}"}
