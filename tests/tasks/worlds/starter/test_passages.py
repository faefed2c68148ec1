from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

from tasks.worlds.starter import World, generate, vocabulary
from tasks.worlds.starter.names import is_coined
from tasks.worlds.starter.passages import Passage, write_passages
from tasks.worlds.starter.prose import plain
from tasks.worlds.starter.records import Film, Named, Person, Route, Town


@cache
def world(seed: int = 1, size: int = 24) -> World:
    return generate(seed, size)


@cache
def passages(seed: int = 1, size: int = 24) -> tuple[Passage, ...]:
    return write_passages(world(seed, size))


def read(passage: Passage) -> str:
    return f"{passage.title} {passage.text}"


def test_ids_are_unique_and_tell_nothing_of_the_kind() -> None:
    assert len({passage.id for passage in passages()}) == len(passages())
    kinds = [passage.kind for passage in sorted(passages(), key=lambda p: p.id)]
    # In order of kind there would be as many changes of kind as kinds; at random far more.
    assert sum(a != b for a, b in pairwise(kinds)) > len(kinds) / 2


def test_there_are_many_kinds_and_no_passage_twice() -> None:
    assert len(Counter(passage.kind for passage in passages())) >= 20
    assert len({read(passage) for passage in passages()}) == len(passages())


def test_no_slot_is_left_open() -> None:
    for passage in passages():
        assert not re.search(r"[{}]|None|Record|\b\w+-\d{4}\b", read(passage)), passage


def test_every_stated_fact_is_a_fact_of_the_world() -> None:
    facts = set(world().facts())
    for passage in passages():
        assert passage.facts
        assert passage.facts <= facts
        assert {fact.subject for fact in passage.facts} <= passage.mentions | {
            fact.subject for fact in passage.facts if fact.relation in ("town_id", "shop_id")
        }


def test_what_a_passage_states_in_words_stands_in_it() -> None:
    for passage in passages():
        text = read(passage).lower()
        for fact in passage.facts:
            value = world().value(fact)
            if fact.relation == "sector" or fact.relation.endswith(("_id", "_ids")):
                continue
            if isinstance(value, str):
                assert plain(value).lower() in text, (passage, fact)


def test_whom_a_passage_points_at_is_named_in_it() -> None:
    here = world()
    for passage in passages():
        text = read(passage)
        for fact in passage.facts:
            if not fact.relation.endswith("_id"):
                continue
            target = here[str(here.value(fact))]
            if isinstance(target, Person):
                assert target.family in text, (passage, fact)
            elif isinstance(target, Named) and not isinstance(target, Route):
                assert target.name in text, (passage, fact)


def test_everybody_and_every_place_is_written_about() -> None:
    here = world()
    touched = {id for passage in passages() for id in passage.mentions}
    for table in (here.people, here.towns, here.firms, here.films, here.shops, here.routes):
        assert {record.id for record in table} <= touched


def test_a_biography_states_birth_in_full() -> None:
    here = world()
    biographies = [passage for passage in passages() if passage.kind == "biography"]
    assert len(biographies) == len(here.people)
    for passage in biographies:
        (id,) = {fact.subject for fact in passage.facts if fact.relation == "born"}
        person = here.get(Person, id)
        assert plain(person.born) in passage.text
        assert here.get(Town, person.birthplace_id).name in passage.text


def test_the_same_things_are_said_in_different_words() -> None:
    here = world()
    skeletons = set()
    for passage in passages():
        if passage.kind == "archive card":
            film = next(here[id] for id in passage.mentions if isinstance(here[id], Film))
            skeletons.add(
                re.sub(r"\b[A-Z]\w+|\d+", "_", passage.text.replace(film.label, "_"))[:40]
            )
    assert len(skeletons) > 10


def test_apart_from_invented_names_and_numbers_the_vocabulary_is_closed() -> None:
    def words(texts: Iterable[str]) -> set[str]:
        tokens = {token for text in texts for token in re.findall(r"\w+", text.lower())}
        return {t for t in tokens if not is_coined(t) and not re.search(r"\d", t)}

    templates = words(map(read, (*passages(1, 60), *passages(2))))
    lists = words(repr(value) for name, value in vars(vocabulary).items() if name.isupper())
    assert words(map(read, passages(3))) <= templates | lists


def test_other_seeds_and_sizes_write_other_passages() -> None:
    assert {read(p) for p in passages(1)} & {read(p) for p in passages(2)} == set()
    assert len(passages(1, 60)) > 2 * len(passages(1, 24))
    assert write_passages(generate(1, 2))
