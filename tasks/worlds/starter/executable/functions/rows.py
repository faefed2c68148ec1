"""Pieces of answers that several domains give."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from tasks.worlds.starter.executable.desk import Desk
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import Row
from tasks.worlds.starter.records import Firm, Person, Review


def clock(moment: time) -> str:
    """A time of day as HH:MM."""
    return f"{moment:%H:%M}"


def person_rows(people: Iterable[Person]) -> list[Row]:
    """People by id and name."""
    return [{"person_id": person.id, "name": person.label} for person in people]


def firm_rows(firms: Iterable[Firm]) -> list[Row]:
    """Firms by id and name."""
    return [{"firm_id": firm.id, "name": firm.name} for firm in firms]


def same(text: str, wanted: str | None) -> bool:
    """Whether a text is the one wanted, whatever its case; nothing wanted suits all."""
    return wanted is None or text.casefold() == wanted.strip().casefold()


def holds(text: str, wanted: str | None) -> bool:
    """Whether a text contains the one wanted, whatever its case; nothing wanted suits all."""
    return wanted is None or wanted.strip().casefold() in text.casefold()


def review_rows(desk: Desk, subject_id: str) -> list[Row]:
    """What people wrote about something, the account holder's own review last."""
    rows = [
        {
            "stars": review.stars,
            "comment": f"Liked {review.praised}; disliked {review.faulted}.",
            "author_id": review.author_id,
        }
        for review in desk.world.where(Review, "subject_id", subject_id)
    ]
    own = [entry for entry in desk.table("reviews").values() if entry["subject_id"] == subject_id]
    return rows + [
        {
            "stars": entry["stars"],
            "comment": entry.get("comment", ""),
            "author_id": desk.account.holder_id,
        }
        for entry in own
    ]


def publish(desk: Desk, subject_id: str, stars: int, comment: str | None) -> Row:
    """Writes the account holder's review of something.

    Raises:
        Refusal: there is one already (409).
    """
    if any(entry["subject_id"] == subject_id for entry in desk.table("reviews").values()):
        raise Refusal(409, "you have given your opinion already")
    desk.add("reviews", subject_id=subject_id, stars=stars, comment=comment or "")
    return {"status": "published"}
