from __future__ import annotations

import random
from itertools import accumulate
from pathlib import Path

import pytest

from harness.errors import MissingData, UserError
from harness.sources import Source
from harness.training import leaks
from harness.training.leaks import LeakGuard, PairIndex, Question, pairs_of, similarity, words_of

TEN = "where can one buy red tulips in the old town"
ASKED = (
    Question("flowers/shops", "shops_query_1", TEN),
    Question("flowers/again", "shops_7", TEN.upper() + "?!"),
    Question("flowers/numbers", "42", "how many petals has a rose"),
)


def guard(near: float = leaks.NEAR) -> LeakGuard:
    return LeakGuard(ASKED, near)


def test_similarity_is_jaccards_over_pairs_of_words() -> None:
    # (,a) (a,b) (b,) and (,a) (a,c) (c,): one of five pairs in common
    assert similarity("a b", "A, c!") == pytest.approx(1 / 5)
    assert similarity("a b", "b a") == 0
    assert similarity("", "...") == 1


def test_words_of_scripts_without_spaces_are_characters() -> None:
    assert words_of("把客户报告 saved") == [*"把客户报告", "saved"]
    assert words_of("ＡＢＣ ﬁne") == ["abc", "fine"]


def test_the_same_words_are_refused_whatever_their_case_and_punctuation() -> None:
    twin = guard().twin(["Where can one buy red tulips -- in the OLD town?"])
    assert twin is not None
    assert (twin.reason, twin.similarity) == ("text", 1.0)
    assert twin.tasks == ("flowers/shops", "flowers/again")


def test_one_word_exchanged_in_ten_is_nearly_the_same() -> None:
    # 11 pairs each, of which the 2 around the word differ: 9 / (11 + 11 - 9)
    twin = guard().twin([TEN.replace("tulips", "roses")])
    assert twin is not None
    assert (twin.reason, twin.id) == ("near", "shops_query_1")
    assert twin.similarity == pytest.approx(9 / 13, abs=1e-4)
    assert guard(near=0.7).twin([TEN.replace("tulips", "roses")]) is None


def test_an_id_is_enough_unless_it_is_a_bare_number() -> None:
    twin = guard().twin(["quite another thing"], "shops_7")
    assert twin is not None
    assert (twin.reason, twin.tasks) == ("id", ("flowers/again",))
    assert guard().twin(["quite another thing"], "42") is None


def test_any_text_of_a_row_refuses_it() -> None:
    assert guard().twin(["hello there", "how many petals has a rose"]) is not None
    assert guard().twin(["hello there", ""]) is None


def test_rows_are_sifted_and_counted_by_task_and_reason() -> None:
    rows = [("a", TEN), ("shops_query_1", "x"), ("b", "how many petals has a lily"), ("c", "fine")]
    # 7 pairs each, 5 in common: 5 / 9 is below 0.6
    kept, refused = guard().sift(rows, lambda row: (row[1],), lambda row: row[0])
    assert kept == [rows[2], rows[3]]
    summary = guard().summary(twin for _, twin in refused)
    assert summary["rows refused"] == 2
    assert summary["by reason"] == {"text": 1, "id": 1}
    assert summary["by task"] == {
        "flowers/again": {"text": 1},
        "flowers/shops": {"text": 1, "id": 1},
    }
    assert summary["questions guarded against"] == 3


@pytest.mark.parametrize("least", [0.3, 0.5, 0.6, 0.75, 1.0])
def test_the_index_finds_just_what_comparing_all_finds(least: float) -> None:
    chance = random.Random(7)
    texts = [" ".join(chance.choices("abcde", k=chance.randint(1, 9))) for _ in range(300)]
    sets = [pairs_of(words_of(text)) for text in texts]
    index = PairIndex(sets[:200], least)
    for members in sets[200:]:
        every = [len(members & other) / len(members | other) for other in sets[:200]]
        best = max(every)
        expected = (best, every.index(best)) if best >= least else (0.0, -1)
        assert index.nearest(members) == pytest.approx(expected)


@pytest.mark.parametrize("near", [0.0, -1.0, 1.1, float("nan")])
def test_a_threshold_that_is_none_is_refused(near: float) -> None:
    with pytest.raises(UserError, match="near="):
        guard(near)


def test_tasks_without_data_are_named_and_the_others_guarded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.loading.catalogue import load_task

    class Absent:
        card = load_task("toolret/apibank").card
        measures = ("nDCG@10",)

        def load(self, source: object, setting: object) -> object:
            raise MissingData("not here")

    class Broken(Absent):
        card = load_task("toolret/apigen").card

        def load(self, source: object, setting: object) -> object:
            raise RuntimeError("out of order")

    tasks = [
        Absent(),
        Broken(),
        load_task("starter-tools/flights"),
        load_task("starter-agent/weather"),
    ]
    monkeypatch.setattr(leaks, "all_tasks", lambda: iter(tasks))
    found = LeakGuard.gather(Source(tmp_path))
    assert set(found.absent) == {"toolret/apibank", "toolret/apigen"}
    assert set(found.tasks) == {"starter-tools/flights", "starter-agent/weather"}
    problems = tasks[3].load(Source(tmp_path), leaks.Setting())[0].problems  # type: ignore[attr-defined]
    twin = found.twin([problems[0].text])
    assert twin is not None
    assert "starter-agent/weather" in twin.tasks


@pytest.mark.slow
def test_copies_are_found_among_much_that_shares_words() -> None:
    chance = random.Random(3)
    words = [f"w{i}" for i in range(30_000)]
    weights = list(accumulate(1 / (i + 1) for i in range(30_000)))

    def text() -> str:
        return " ".join(chance.choices(words, cum_weights=weights, k=chance.randint(6, 25)))

    questions = [Question("t", f"q{i}", text()) for i in range(20_000)]
    copied = [question.text for question in questions[:1000]]
    kept, refused = LeakGuard(questions).sift([text() for _ in range(39_000)], lambda row: (row,))
    assert len(kept) > 38_000  # chance makes next to no twins
    kept, refused = LeakGuard(questions).sift(copied, lambda row: (row,))
    assert (len(kept), len(refused)) == (0, 1000)


@pytest.mark.realdata
def test_evaluation_queries_of_real_tasks_are_refused(data: Path) -> None:
    from harness.loading.catalogue import load_task

    source = Source(data)
    found = LeakGuard(list(leaks._asked(load_task("toolret/gorilla-huggingface"), source)))
    assert found.tasks["toolret/gorilla-huggingface"] == 500
    assert all(found.twin([question.text]) is not None for question in found.questions)
