"""What can be asked of one record: each link leads to another record, or to a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.worlds.starter.records import (
    Event,
    Film,
    Firm,
    Person,
    Product,
    Record,
    Shop,
    Town,
)


@dataclass(frozen=True, slots=True)
class Link:
    """One relation.

    Attributes:
        kind: of the records that have it.
        relation: the field, such as "birthplace_id".
        ask: the question, `{s}` standing for the record.
        phrase: what it leads to, in terms of `{s}`; "" where nothing leads on from there.
        form: how passages write the value, one of `tasks.worlds.starter.prose.FORMS`.
        also: other ways to write it, `{a}` standing for the value as passages write it.
    """

    kind: type[Record]
    relation: str
    ask: str
    phrase: str = ""
    form: str = ""
    also: tuple[str, ...] = ()


LINKS: tuple[Link, ...] = (
    Link(Person, "birthplace_id", "In which town was {s} born?", "the birthplace of {s}"),
    Link(Person, "home_id", "In which town does {s} live?", "the town where {s} lives"),
    Link(Person, "spouse_id", "Who is {s} married to?", "the spouse of {s}"),
    Link(Person, "parent_id", "Whose child is {s}?", "the parent of {s}"),
    Link(Person, "employer_id", "Which firm employs {s}?", "the employer of {s}"),
    Link(Person, "occupation", "What is the occupation of {s}?", also=("{a:a}",)),
    Link(Person, "pastime", "How does {s} like to spend an evening?"),
    Link(Person, "born", "On which date was {s} born?"),
    Link(Firm, "founder_id", "Who founded {s}?", "the founder of {s}"),
    Link(Firm, "head_id", "Who leads {s}?", "the head of {s}"),
    Link(Firm, "founded", "In which year was {s} founded?"),
    Link(Firm, "sector", "In which line of business is {s}?"),
    Link(Firm, "staff", "How many people does {s} employ?", form="number", also=("{a} people",)),
    Link(Shop, "owner_id", "Who owns {s}?", "the owner of {s}"),
    Link(Shop, "street", "What is the street address of {s}?"),
    Link(Shop, "closed_on", "On which day of the week is {s} closed?", form="weekdays"),
    Link(Product, "maker_id", "Which firm makes {s}?", "the maker of {s}"),
    Link(Event, "sponsor_id", "Which firm pays for {s}?", "the sponsor of {s}"),
    Link(Town, "mayor_id", "Who is the mayor of {s}?", "the mayor of {s}"),
    Link(Town, "region_id", "In which region does {s} lie?"),
    Link(
        Town,
        "population",
        "How many inhabitants does {s} have?",
        form="number",
        also=("{a} inhabitants", "{a} people"),
    ),
    Link(
        Town,
        "elevation_m",
        "How many metres above the sea does {s} lie?",
        also=("{a} metres", "{a} m"),
    ),
    Link(Town, "founded", "In which year was {s} founded?"),
    Link(Town, "craft", "Which craft is {s} known for?"),
    Link(Film, "genre", "Of which genre is {s}?", also=("{a:a}",)),
    Link(Film, "year", "In which year was {s} released?"),
    Link(Film, "minutes", "How many minutes does {s} last?", also=("{a} minutes",)),
)
"""Every link. A question goes from one to the next only where a single passage tells of each."""

NAMED: Mapping[type[Record], str] = {
    Person: "{s}",
    Firm: "{s}",
    Shop: "{s} in {s.town}",
    Product: "the {s}",
    Event: "the {s.kind} of {s.town}",
    Town: "the town of {s}",
    Film: "the film {s}",
}
"""How a question names a record of a kind, so that nothing else is called the same."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two records compared by a value that passages state of each.

    Attributes:
        kind: of the records.
        relation: of the value.
        ask: the question about `{a}` and `{b}`.
        picks: which of the two is the answer, "less" or "more" of the value; "same" asks whether
            the values are equal, to be answered by yes or no.
    """

    kind: type[Record]
    relation: str
    ask: str
    picks: str


COMPARISONS: tuple[Comparison, ...] = (
    Comparison(Person, "born", "Who was born earlier, {a} or {b}?", "less"),
    Comparison(Person, "born", "Who is younger, {a} or {b}?", "more"),
    Comparison(Person, "birthplace_id", "Were {a} and {b} born in the same town?", "same"),
    Comparison(Person, "employer_id", "Do {a} and {b} work for the same firm?", "same"),
    Comparison(Firm, "founded", "Which is older, {a} or {b}?", "less"),
    Comparison(Firm, "staff", "Which employs more people, {a} or {b}?", "more"),
    Comparison(Firm, "sector", "Are {a} and {b} in the same line of business?", "same"),
    Comparison(Town, "elevation_m", "Which lies higher above the sea, {a} or {b}?", "more"),
    Comparison(Town, "founded", "Which was founded earlier, {a} or {b}?", "less"),
    Comparison(Town, "region_id", "Do {a} and {b} lie in the same region?", "same"),
)
"""Every comparison."""
