"""What tools take and give: each field's type and meaning, declared once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a returned value."""

    name: str
    type: str
    text: str


POINTS_TO = {
    "director_id": "person_id",
    "cast_ids": "person_id",
    "studio_id": "firm_id",
    "spouse_id": "person_id",
    "parent_id": "person_id",
    "child_ids": "person_id",
    "mayor_id": "person_id",
    "founder_id": "person_id",
    "head_id": "person_id",
    "owner_id": "person_id",
    "author_id": "person_id",
    "employer_id": "firm_id",
    "operator_id": "firm_id",
    "maker_id": "firm_id",
    "sponsor_id": "firm_id",
}
"""Returned ids under names of their own -> the parameter that takes them."""

_TEXTS = {
    "amount": ("integer", "Amount in whole crowns"),
    "arrives": ("string", "Time of arrival, HH:MM"),
    "average": ("number", "Mean of all marks, 1 to 5"),
    "balance": ("integer", "Balance in crowns"),
    "birthplace": ("string", "Name of the town of birth"),
    "boarding_pass": ("string", "Boarding pass as text"),
    "body": ("string", "What to say"),
    "born": ("string", "Date of birth, YYYY-MM-DD"),
    "category": ("string", "Kind of goods"),
    "cause": ("string", "Why, in a few words"),
    "closed": ("boolean", "Whether it stays shut that day"),
    "closes": ("string", "Last day for applications, YYYY-MM-DD"),
    "closes_at": ("string", "When the door is locked, HH:MM"),
    "comment": ("string", "A few words"),
    "condition": ("string", "Such as frost, gale or more than 20 mm of rain"),
    "craft": ("string", "What the place is known for"),
    "day": ("string", "Date, YYYY-MM-DD"),
    "days": ("integer", "How many days, 1 to 7"),
    "delay": ("integer", "Minutes late"),
    "departs": ("string", "Time of departure, HH:MM"),
    "destination": ("string", "Name of the town at the end"),
    "distance": ("integer", "Whole kilometres"),
    "elevation": ("integer", "Metres above the sea"),
    "fare": ("integer", "Price of a seat in crowns"),
    "fee": ("integer", "Price of admission in crowns"),
    "filter": ("string", "Which records, as an expression"),
    "first_day": ("string", "First date, YYYY-MM-DD"),
    "format": ("string", "csv or xlsx"),
    "founded": ("integer", "Year of foundation"),
    "genre": ("string", "Such as comedy or thriller"),
    "high": ("integer", "Highest temperature in degrees"),
    "home": ("string", "Name of the town of residence"),
    "kind": ("string", "What sort, in one or two words"),
    "landmark": ("string", "The sight of the place"),
    "last_day": ("string", "Last date, YYYY-MM-DD"),
    "letter": ("string", "Covering letter"),
    "limit": ("integer", "At most so many"),
    "low": ("integer", "Lowest temperature in degrees"),
    "measure": ("string", "revenue, profit or staff"),
    "min_population": ("integer", "Fewest inhabitants"),
    "min_salary": ("integer", "Lowest pay in crowns a year"),
    "minutes": ("integer", "Length in minutes"),
    "month": ("string", "Month, YYYY-MM"),
    "name": ("string", "Name"),
    "note": ("string", "Remark for oneself"),
    "number": ("string", "Such as VE214"),
    "occupation": ("string", "Trade or profession"),
    "opens_at": ("string", "When the door is unlocked, HH:MM"),
    "origin": ("string", "Name of the town at the start"),
    "other_town": ("string", "Name of the second town"),
    "page": ("integer", "Page of the list, 20 entries each, from 1"),
    "passengers": ("integer", "How many people travel"),
    "pastime": ("string", "What they like to do"),
    "pieces": ("integer", "How many bags"),
    "population": ("integer", "Number of inhabitants"),
    "post": ("string", "Position or job title"),
    "previous_revenue": ("integer", "Sales of the year before, thousand crowns"),
    "price": ("integer", "Price in crowns"),
    "profit": ("integer", "Profit, or loss below zero, thousand crowns"),
    "quantity": ("integer", "How many"),
    "rain": ("integer", "Millimetres of rain"),
    "reason": ("string", "Why"),
    "region": ("string", "Name of a region"),
    "revenue": ("integer", "Sales of the year, thousand crowns"),
    "salary": ("integer", "Pay in crowns a year"),
    "seat": ("string", "Such as 9A"),
    "seat_town": ("string", "Name of the town where it has its head office"),
    "seats": ("integer", "How many seats"),
    "sector": ("string", "Line of business"),
    "setting": ("string", "Name of the town where it is set"),
    "sky": ("string", "Such as fog, drizzle or sunny spells"),
    "staff": ("integer", "Number of employees"),
    "stars": ("integer", "Mark from 1 to 5"),
    "starts": ("string", "When it begins, HH:MM"),
    "status": ("string", "Where things stand"),
    "stock": ("integer", "How many are left"),
    "street": ("string", "Street and number"),
    "subject": ("string", "What it is about"),
    "summer": ("integer", "Usual summer temperature in degrees"),
    "time": ("string", "Time of day, HH:MM"),
    "title": ("string", "Title"),
    "total": ("integer", "Sum in crowns"),
    "town": ("string", "Name of a town"),
    "weekdays": ("array", "Days of the week"),
    "wet_days": ("integer", "Wet days in a year"),
    "wind": ("integer", "Wind in kilometres an hour"),
    "winter": ("integer", "Usual winter temperature in degrees"),
    "year": ("integer", "Year"),
}


def field(name: str) -> Field:
    """The field of that name; a name that ends in `_id` or `_ids` is an identifier."""
    if name in _TEXTS:
        return Field(name, *_TEXTS[name])
    stem, _, end = name.rpartition("_")
    noun = stem.replace("_", " ")
    if end == "ids":
        return Field(name, "array", f"Identifiers of the {noun}")
    if end == "id":
        return Field(name, "string", f"Identifier of the {noun}")
    raise KeyError(name)
