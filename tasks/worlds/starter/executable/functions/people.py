"""Functions about people, and the account holder's address book and messages."""

# ruff: noqa: D103 - what a function does stands in the catalogue; its details, on the shelf

from __future__ import annotations

from datetime import date

from tasks.worlds.starter.executable.desk import Desk, Held
from tasks.worlds.starter.executable.functions.rows import holds, person_rows, same
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import Row, Shelf
from tasks.worlds.starter.records import Person, Town

people = Shelf("people")
contacts = Shelf("contacts")
messages = Shelf("messages")


@people(
    "pages",
    "In the order of their identifiers. A part of the name will do; the trade must be exact.",
)
def search(
    desk: Desk, name: str | None = None, occupation: str | None = None, town: Town | None = None
) -> list[Row]:
    return person_rows(
        person
        for person in desk.world.people
        if holds(person.label, name)
        and same(person.occupation, occupation)
        and (town is None or person.home_id == town.id)
    )


@people("one")
def get(desk: Desk, person: Person) -> Row:
    return {
        "born": person.born.isoformat(),
        "birthplace": desk.world[person.birthplace_id].label,
        "home": desk.world[person.home_id].label,
        "occupation": person.occupation,
    }


@people("one", "An identifier is null where nobody is known.")
def family(desk: Desk, person: Person) -> Row:
    children = desk.world.where(Person, "parent_id", person.id)
    return {
        "spouse_id": person.spouse_id,
        "parent_id": person.parent_id,
        "child_ids": [child.id for child in children],
    }


@people("one", "Both are null for who works for no firm.")
def employer(desk: Desk, person: Person) -> Row:
    id = person.employer_id
    return {"employer_id": id, "name": desk.world[id].label if id else None}


@people(
    "pages",
    "In the order of their identifiers, the person left out; nobody where there is no firm.",
)
def colleagues(desk: Desk, person: Person) -> list[Row]:
    if person.employer_id is None:
        return []
    staff = desk.world.where(Person, "employer_id", person.employer_id)
    return person_rows(other for other in staff if other.id != person.id)


@people("pages", "The year of the date makes no difference.")
def birthdays(desk: Desk, day: date) -> list[Row]:
    born = (p for p in desk.world.people if (p.born.month, p.born.day) == (day.month, day.day))
    return person_rows(born)


@people("one")
def pastimes(desk: Desk, person: Person) -> Row:
    return {"pastime": person.pastime}


@contacts("one", "Refused where the person is in the address book already.")
def add(desk: Desk, person: Person, note: str | None = None) -> Row:
    if any(entry["person_id"] == person.id for entry in desk.table("contacts").values()):
        raise Refusal(409, "the person is in the address book already", "person_id")
    return {"contact_id": desk.add("contacts", person_id=person.id, note=note or "")}


@contacts("pages", "In the order of their identifiers.")
def list_(desk: Desk) -> list[Row]:
    return [
        {
            "contact_id": id,
            "person_id": entry["person_id"],
            "name": desk.world[entry["person_id"]].label,
        }
        for id, entry in desk.table("contacts").items()
    ]


@contacts("one")
def remove(desk: Desk, contact: Held) -> Row:
    desk.remove("contacts", contact.id)
    return {"status": "removed"}


def _send(desk: Desk, person_id: str, body: str, **more: str) -> str:
    day = desk.world.today.isoformat()
    return desk.add("messages", person_id=person_id, body=body, day=day, sent=True, **more)


@messages("one")
def send(desk: Desk, person: Person, body: str) -> Row:
    return {"message_id": _send(desk, person.id, body)}


@messages("pages", "The newest comes first; the name is the sender's.")
def inbox(desk: Desk) -> list[Row]:
    came = [(id, entry) for id, entry in desk.table("messages").items() if not entry["sent"]]
    return [
        {"message_id": id, "name": desk.world[entry["person_id"]].label, "day": entry["day"]}
        for id, entry in sorted(came, key=lambda pair: (pair[1]["day"], pair[0]), reverse=True)
    ]


@messages("one")
def read(desk: Desk, message: Held) -> Row:
    return {"body": message.entry["body"]}


@messages("one", "Goes to who sent the message. Refused for messages of one's own.")
def reply(desk: Desk, message: Held, body: str) -> Row:
    if message.entry["sent"]:
        raise Refusal(409, "you wrote this message yourself", "message_id")
    return {"message_id": _send(desk, message.entry["person_id"], body, answers=message.id)}


@messages("one")
def forward(desk: Desk, message: Held, person: Person) -> Row:
    _send(desk, person.id, message.entry["body"], forwards=message.id)
    return {"status": "forwarded"}


@messages("one")
def delete(desk: Desk, message: Held) -> Row:
    desk.remove("messages", message.id)
    return {"status": "deleted"}
