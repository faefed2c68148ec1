"""What examples are written by."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from models.training.principles.drafting import Drafts, Recipe, examples_for, principles_for
from models.training.principles.keeping import Principle, shuffled_words
from models.training.principles.seeds import read_seeds

PRINCIPLES = [Principle(f"task-{i}", "task", f"do {i} at once") for i in range(1, 6)]


def test_coverage_takes_what_was_used_least_and_chance_decides_between_equals() -> None:
    used = Counter({"task-1": 2, "task-2": 1, "task-3": 1})
    drawn = {
        tuple(e.id for e in principles_for(PRINCIPLES, 3, "coverage", used, Random(seed)))
        for seed in range(40)
    }
    assert {frozenset(ids[:2]) for ids in drawn} == {frozenset(("task-4", "task-5"))}
    assert {ids[2] for ids in drawn} == {"task-2", "task-3"}


def test_uniform_gives_each_the_same_chance_whatever_was_used() -> None:
    used = Counter({"task-1": 1000})
    counts = Counter(
        e.id
        for seed in range(2000)
        for e in principles_for(PRINCIPLES, 2, "uniform", used, Random(seed))
    )
    # Binomial(2000, 2/5): mean 800, standard deviation 22; five of them are 110.
    assert set(counts) == {e.id for e in PRINCIPLES}
    assert all(abs(n - 800) < 110 for n in counts.values())
    assert len(principles_for(PRINCIPLES, 9, "uniform", used, Random(0))) == 5
    assert principles_for([], 2, "coverage", used, Random(0)) == []


@pytest.mark.parametrize(
    ("number", "own", "mine"),
    [(8, 5, 2), (8, 1, 1), (8, 0, 0), (4, 9, 1), (2, 9, 1), (1, 9, 0), (0, 9, 0)],
)
def test_a_quarter_of_the_examples_is_the_models_own(number: int, own: int, mine: int) -> None:
    drawn = examples_for(list(range(20)), [100 + i for i in range(own)], number, Random(1))
    assert len(drawn) == len(set(drawn)) == number
    assert sum(each >= 100 for each in drawn) == mine


def test_where_seeds_are_few_the_models_own_fill_up() -> None:
    drawn = examples_for([1, 2], [100, 101, 102, 103, 104, 105], 6, Random(1))
    assert sum(each < 100 for each in drawn) == 2
    assert len(drawn) == 6
    assert len(examples_for([1, 2], [], 6, Random(1))) == 2


def test_shuffling_keeps_words_lengths_and_levels() -> None:
    told = [Principle("task-1", "task", "a b c d"), Principle("cluster-1", "cluster", "e f")]
    found = shuffled_words(told, 1)
    assert [(e.id, e.level, len(e.text.split())) for e in found] == [
        ("task-1", "task", 4),
        ("cluster-1", "cluster", 2),
    ]
    assert sorted(" ".join(e.text for e in found).split()) == list("abcdef")
    assert shuffled_words(told, 1) == found
    assert len({tuple(e.text for e in shuffled_words(told, seed)) for seed in range(9)}) > 5


def drafts(tmp_path: Path, rows: list[dict[str, Any]], **more: Any) -> Drafts:
    path = tmp_path / "seeds.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    options = {"principles": 2, "sampling": "coverage", "demonstrations": 2, "own": False}
    recipe = Recipe(instances=9, tries=9, seed=0, **{**options, **more})
    return Drafts(recipe, read_seeds(path, 0, 0), PRINCIPLES)


ROWS = [{"prompt": f"is it {i}?", "completion": f"It is {i}."} for i in range(4)]


def test_requests_that_are_out_together_share_the_principles_out(tmp_path: Path) -> None:
    found = drafts(tmp_path, ROWS).some(range(5))
    # Ten uses of five principles, each the least used one when it is drawn: two of each.
    assert set(Counter(e.id for d in found for e in d.principles).values()) == {2}


def test_a_draft_follows_from_its_number_and_what_was_accepted(tmp_path: Path) -> None:
    one, other = drafts(tmp_path, ROWS, own=True), drafts(tmp_path, ROWS, own=True)
    assert one.some([3, 4]) == other.some([3, 4])
    row = {
        "number": 0,
        "reason": "",
        "frame": 1,
        "principles": ["task-1"],
        "row": {
            "messages": [
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": "is it mine?"},
                {"role": "assistant", "content": "It is."},
            ]
        },
    }
    one.note(row)
    [draft] = one.some([5])
    assert draft.own == (0,)
    assert '{"prompt": "is it mine?", "completion": "It is."}' in draft.examples
    assert "task-1" not in {each.id for each in draft.principles}
    [without] = other.some([5])
    assert (without.own, len(without.seeds)) == ((), 2)


def test_a_principle_by_which_nothing_is_accepted_is_not_drawn_again_and_again(
    tmp_path: Path,
) -> None:
    made = drafts(tmp_path, ROWS, principles=1)
    asked: Counter[str] = Counter()
    for number in range(15):
        [draft] = made.some([number])
        [id] = (each.id for each in draft.principles)
        asked[id] += 1
        reason = "malformed" if id == "task-1" else ""
        made.note({"number": number, "reason": reason, "frame": 1, "principles": [id]})
    # Each of the five in its turn, three times. If only what is accepted counted, "task-1" would be
    # drawn as soon as the four others had been, and then for ever.
    assert asked == dict.fromkeys((each.id for each in PRINCIPLES), 3)


def test_examples_are_shown_beside_others_of_their_form_alone(tmp_path: Path) -> None:
    talk = [{"role": "user", "content": "a?"}, {"role": "assistant", "content": "b"}]
    other = {"messages": [{"role": "system", "content": "Be kind."}, *talk]}
    made = drafts(tmp_path, [*ROWS, other])
    system = {5}
    for draft in made.some(range(40)):
        lines = {draft.frame.line, *draft.seeds}
        assert lines == system or not lines & system
