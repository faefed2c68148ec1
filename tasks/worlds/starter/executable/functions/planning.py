"""Functions about the account holder's diary and reminders."""

# ruff: noqa: D103 - what a function does stands in the catalogue; its details, on the shelf

from __future__ import annotations

from datetime import date, datetime, time

from tasks.worlds.starter.executable.desk import Desk, Held
from tasks.worlds.starter.executable.functions.rows import clock
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import Row, Shelf

diary = Shelf("diary")
reminders = Shelf("reminders")


@diary("one")
def now(desk: Desk) -> Row:
    return {"day": desk.world.today.isoformat(), "time": clock(desk.world.now.time())}


@diary("list", "In the order of time; those without an hour come first, their time is null.")
def agenda(desk: Desk, day: date) -> list[Row]:
    found = [
        {"appointment_id": id, "title": entry["title"], "time": entry["time"]}
        for id, entry in desk.table("appointments").items()
        if entry["day"] == day.isoformat()
    ]
    return sorted(found, key=lambda row: (row["time"] or "", row["appointment_id"]))


def hour_of(text: str) -> time:
    """The time of day that a text HH:MM tells."""
    return time.fromisoformat(text)


def _free(desk: Desk, day: date, hour: time | None, moving: str = "") -> None:
    """Refuses a day that is past, and an hour at which there is another appointment."""
    if day < desk.world.today:
        raise Refusal(400, "the day is past", "day")
    for id, entry in desk.table("appointments").items():
        taken = (entry["day"], entry["time"]) == (day.isoformat(), hour and clock(hour))
        if hour and taken and id != moving:
            raise Refusal(409, f"there is another appointment: {entry['title']}", "time")


@diary(
    "one",
    "Without a time it is for the whole day. Refused where another one stands at that time.",
)
def add(desk: Desk, title: str, day: date, time: time | None = None) -> Row:
    _free(desk, day, time)
    at = clock(time) if time else None
    return {"appointment_id": desk.add("appointments", title=title, day=day.isoformat(), time=at)}


@diary("one", "Without a time it keeps its hour. Refused where another one stands at that time.")
def move(desk: Desk, appointment: Held, day: date, time: time | None = None) -> Row:
    kept = appointment.entry["time"]
    hour = time or (hour_of(kept) if kept else None)
    _free(desk, day, hour, appointment.id)
    at = clock(hour) if hour else None
    desk.change("appointments", appointment, day=day.isoformat(), time=at)
    return {"status": "moved"}


@diary("one")
def remove(desk: Desk, appointment: Held) -> Row:
    desk.remove("appointments", appointment.id)
    return {"status": "removed"}


@reminders("one", "Refused for a moment that is past.")
def set_(desk: Desk, title: str, day: date, time: time) -> Row:
    if datetime.combine(day, time) <= desk.world.now:
        raise Refusal(400, "that moment is past", "day")
    id = desk.add("reminders", title=title, day=day.isoformat(), time=clock(time))
    return {"reminder_id": id}


@reminders("pages", "In the order in which they were set.")
def list_(desk: Desk) -> list[Row]:
    return [
        {"reminder_id": id, "title": entry["title"], "day": entry["day"]}
        for id, entry in desk.table("reminders").items()
    ]


@reminders("one")
def cancel(desk: Desk, reminder: Held) -> Row:
    desk.remove("reminders", reminder.id)
    return {"status": "cancelled"}
