from __future__ import annotations

from datetime import date, time

import pytest

from tasks.worlds.starter import Fact, World, generate
from tasks.worlds.starter.prose import FORMS, Page, Telling, render, tell
from tasks.worlds.starter.records import Person, Town

WORLD: World = generate(1, 6)
FILM = WORLD.films[0]
DIRECTOR = WORLD.get(Person, FILM.director_id)
HOME = WORLD.get(Town, DIRECTOR.home_id)


def test_slots_follow_ids_from_record_to_record() -> None:
    text = render(WORLD, "{f} by {f.director}, of {f.director.home}", {"f": FILM})
    assert text == f"{FILM.name} by {DIRECTOR.given} {DIRECTOR.family}, of {HOME.name}"


def test_what_is_read_on_the_way_is_stated_and_touched() -> None:
    telling = Telling()
    tell(WORLD, telling, "{f.director.family} made {f} in {f.year}", {"f": FILM})
    assert telling.facts == {Fact(FILM.id, "director_id"), Fact(FILM.id, "year")}
    assert telling.mentions == {FILM.id, DIRECTOR.id}


def test_a_name_alone_states_nothing() -> None:
    telling = Telling()
    tell(WORLD, telling, "{f}, or {p.given} {p.family}, {p.they}", {"f": FILM, "p": DIRECTOR})
    assert telling.facts == set()
    assert telling.mentions == {FILM.id, DIRECTOR.id}


def test_several_ids_are_listed_and_all_touched() -> None:
    telling = Telling()
    tell(WORLD, telling, "{f.cast}", {"f": FILM})
    names = [WORLD.get(Person, id).label for id in FILM.cast_ids]
    assert telling.sentences == [f"{', '.join(names[:-1])} and {names[-1]}"]
    assert telling.mentions == {FILM.id, *FILM.cast_ids}


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("", date(2031, 5, 4), "4 May 2031"),
        ("", time(7, 5), "07:05"),
        ("", ("a", "b", "c"), "a, b and c"),
        ("", ("a",), "a"),
        ("cap", "the mill", "The mill"),
        ("a", "engineer", "an engineer"),
        ("a", "baker", "a baker"),
        ("some", "oak table", "an oak table"),
        ("some", "salted butter", "salted butter"),
        ("word", 7, "seven"),
        ("word", 48, "48"),
        ("number", 12345, "12,345"),
        ("crowns", 1, "1 crown"),
        ("crowns", 1200, "1,200 crowns"),
        ("admission", 0, "free"),
        ("admission", 3, "3 crowns"),
        ("thousands", 2_430, "2.4 million"),
        ("thousands", -860, "860 thousand"),
        ("thousands", 999, "999 thousand"),
        ("stars", 1, "one star"),
        ("stars", 4, "four stars"),
        ("clock", 9, "9:00"),
        ("at", time(17, 0), "17:00"),
        ("duration", 45, "45 minutes"),
        ("duration", 60, "1 hour"),
        ("duration", 121, "2 hours 1 minute"),
        ("weekdays", (0, 2, 6), "Mondays, Wednesdays and Sundays"),
        ("weekdays", 1, "Tuesdays"),
        # 14 May 2031 is a Wednesday: 1 January 2031 is one, and 133 days = 19 weeks lie between.
        ("weekday", date(2031, 5, 14), "Wednesday"),
        ("day", date(2031, 5, 14), "Wednesday 14 May"),
        ("full", date(2031, 5, 14), "Wednesday 14 May 2031"),
    ],
)
def test_values_are_written_as_people_write_them(form: str, value: object, text: str) -> None:
    assert FORMS[form](value) == text


def test_a_page_gathers_sentences_facts_and_mentions() -> None:
    page = Page(WORLD, "note", FILM, "{f.year}", f=FILM)
    page.say("{f} runs {f.minutes} minutes.").maybe(0, "{f.genre}").maybe(100, "See {t}.", t=HOME)
    page.imply(FILM, "subject")
    assert page.title == str(FILM.year)
    assert page.text == f"{FILM.name} runs {FILM.minutes} minutes. See {HOME.name}."
    assert page.facts == {Fact(FILM.id, field) for field in ("year", "minutes", "subject")}
    assert page.mentions == {FILM.id, HOME.id}


def test_a_wording_depends_on_the_world_the_kind_and_the_record_only() -> None:
    def drawn(kind: str) -> list[str]:
        pages = (Page(WORLD, kind, person, *"abcdefgh") for person in WORLD.people)
        return [page.title for page in pages]

    assert drawn("note") == drawn("note")
    assert drawn("note") != drawn("letter")
    assert set(drawn("note")) == set("abcdefgh")
