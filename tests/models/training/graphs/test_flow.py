"""What calls need, found from the values that they hold."""

from __future__ import annotations

from dataclasses import replace

import solved

from models.training.graphs.flow import ORDERED, Needs, Order, dependencies, needs

ALL_READ = Order(["*"])


def told(*calls: tuple[str, dict[str, object], object], **more: str) -> list[set[int]]:
    return [set(need.told) for need in needs(solved.solution(*calls, **more))]  # type: ignore[arg-type]


def test_a_call_needs_whose_result_was_the_first_to_tell_its_value() -> None:
    assert [set(need.told) for need in needs(solved.mayors())] == [set(), set(), {1}, {2}]


def test_only_reads_may_change_places() -> None:
    # 1 and 2 are look-ups of what the request tells; both messages write and keep their order.
    assert dependencies(solved.mayors(), Order(["mayor"])) == {
        *((1, 3), (2, 3)),  # a write waits for all before it
        *((1, 4), (2, 4), (3, 4)),
        (4, 5),  # the answer needs what nothing else needs
    }


def test_where_nothing_is_said_to_read_everything_keeps_its_order() -> None:
    pairs = {(i, j) for i in range(1, 5) for j in range(i + 1, 5)}
    assert dependencies(solved.mayors(), Order()) == pairs | {(4, 5)}


def test_writes_may_be_kept_among_themselves_alone() -> None:
    found = solved.solution(
        ("send", {"text": "x"}, {}), ("mayor", {"town": "Arle"}, {}), ("send", {"text": "y"}, {})
    )
    assert dependencies(found, Order(["mayor"])) == {(1, 2), (1, 3), (2, 3), (3, 4)}
    assert dependencies(found, Order(["mayor"], ORDERED)) == {(1, 3), (2, 4), (3, 4)}


def test_where_all_only_read_values_alone_count() -> None:
    assert dependencies(solved.mayors(), ALL_READ) == {(1, 3), (2, 4), (3, 5), (4, 5)}


def test_a_value_of_the_request_is_nobodys() -> None:
    calls = (("a", {"town": "Arle"}, {"town": "Arle"}), ("b", {"town": "arle"}, {}))
    assert told(*calls) == [set(), set()]


def test_a_value_that_a_call_held_before_any_result_told_it_is_nobodys() -> None:
    # The date was worked out from the request; the first result only repeats it.
    calls = (
        ("a", {"day": "2031-08-06"}, {"day": "2031-08-06"}),
        ("b", {"day": "2031-08-06"}, {}),
    )
    assert told(*calls, request="On Wednesday") == [set(), set()]


def test_of_two_results_the_first_one_told_it() -> None:
    calls = (("a", {}, {"id": 41}), ("b", {}, {"id": 41}), ("c", {"id": 41}, {}))
    assert told(*calls) == [set(), set(), {1}]


def test_values_are_found_in_texts_keys_and_lists_but_not_within_words_or_numbers() -> None:
    gave = {"R7": ["see Ola  Berg.", {"n": 4.0}], "price": "12.50"}
    for value, stands in (
        ("ola berg", True),
        ("Ola", True),
        ("la Berg", False),
        ("R7", True),
        (4, True),
        (12, False),
        (50, False),
        ("12.50", True),
    ):
        assert told(("a", {}, gave), ("b", {"x": [{"y": value}]}, {}))[1] == {1} & {int(stands)}


def test_true_false_null_and_nothing_tell_nothing() -> None:
    calls = (
        ("a", {}, {"ok": True, "none": None, "s": ""}),
        ("b", {"x": True, "y": None, "z": ""}, 1),
    )
    assert told(*calls) == [set(), set()]


def test_a_result_that_is_no_json_is_read_as_text() -> None:
    assert told(("a", {}, "the key is K-9, use it"), ("b", {"key": "K-9"}, {}))[1] == {1}


def test_values_that_nobody_told_wait_only_where_that_is_asked_for() -> None:
    found = solved.solution(
        ("price", {"of": "x"}, {"p": 4}),
        ("price", {"of": "y"}, {"p": 5}),
        ("tax", {"sum": 9.5}, {}),  # neither was told
        ("note", {"sum": 9.5}, {}),  # which the call before held
        request="x and y",
    )
    assert [need.worked_out for need in needs(found)] == [0, 0, 3, 3]
    assert dependencies(found, ALL_READ) == {(1, 5), (2, 5), (3, 5), (4, 5)}
    careful = dependencies(found, Order(["*"], careful=True))
    assert careful == {(1, 3), (2, 3), (1, 4), (2, 4), (3, 5), (4, 5)}


def test_what_comes_behind_a_failure_waits_for_it() -> None:
    found = solved.solution(("a", {}, {}), ("a", {}, {}), ("a", {}, {}))
    steps = (found.steps[0], replace(found.steps[1], failed=True), found.steps[2])
    assert dependencies(replace(found, steps=steps), ALL_READ) == {(1, 4), (2, 3), (3, 4)}


def test_calls_of_one_turn_do_not_wait_for_each_other() -> None:
    found = solved.mayors()
    together = tuple(replace(step, turn=number // 2) for number, step in enumerate(found.steps))
    edges = dependencies(replace(found, steps=together), Order())
    assert edges == {(1, 3), (2, 3), (1, 4), (2, 4), (3, 5), (4, 5)}


def test_a_call_without_anything_needs_nothing() -> None:
    assert needs(solved.solution(("a", {}, {}))) == (Needs(),)
    assert dependencies(solved.solution(), Order()) == frozenset()
