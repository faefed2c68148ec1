from __future__ import annotations

import json
from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from harness.measures.attempt import Attempt
from harness.measures.notation import attempt_measures, parse
from harness.measures.qa import passages
from harness.measures.qa.invariants import broken_invariants
from harness.measures.qa.normalisation import DEFINITIONS, By
from harness.measures.tools import question_answering as qa
from harness.measures.tools.judgements import response_correct
from harness.measures.tools.outcome import success
from harness.records import Gold, Judgement, Message, Problem, Trajectory

COMPARING = (
    *("exact_match", "answer_f1", "answer_precision", "answer_recall", "cover_exact_match"),
    *("mutual_cover", "strict_match", "answer_rouge_l", "answerability"),
)


def attempt(answer: str | None, *accepted: str, details: Any = None, **made: Any) -> Attempt:
    gold = Gold("exact_match", answers=accepted, details=details or {})
    problem = Problem("q", ((Message("user", "?"),),), gold=gold)
    return Attempt(problem, Trajectory("q", answer=answer, **made))


def test_the_five_accuracies_of_one_answer() -> None:
    made = attempt("Yes, Paris.", "Paris", judgements=(Judgement("j", "Yes", "response"),))
    assert qa.cover_exact_match(made) == 1
    assert qa.mutual_cover(made) == 1
    assert qa.strict_match(made) == 0
    assert isnan(qa.yes_no_accuracy(made))  # no question of yes or no
    assert response_correct(made) == 1
    assert qa.exact_match(made) == 0


def test_success_is_what_the_problem_names() -> None:
    assert success(attempt("the Paris", "Paris")) == 1
    assert success(attempt("Lyon", "Paris")) == 0


@pytest.mark.parametrize(
    ("notation", "value"),
    [
        # yes it was | yes: 1 shared, P = 1/3, R = 1, F1 = 2/4.
        ("answer_f1", 1 / 2),
        ("answer_f1(by=kilt)", 1 / 2),
        ("answer_f1(by=hotpotqa)", 0),
        ("answer_precision", 1 / 3),
        ("answer_recall", 1),
        ("answer_recall(by=hotpotqa)", 0),
        ("exact_match", 0),
        ("cover_exact_match", 1),
        ("yes_no_accuracy", 1),
    ],
)
def test_the_definition_is_an_option(notation: str, value: float) -> None:
    assert parse(notation).compute(attempt("Yes, it was", "yes")) == pytest.approx(value)


def test_rouge_is_the_best_over_aliases() -> None:
    # a suicide | suicide: P = 1/2, R = 1, F = 2/3; the package's epsilon takes 4e-9 off.
    assert qa.answer_rouge_l(attempt("a suicide", "war", "suicide")) == pytest.approx(2 / 3)


@pytest.mark.parametrize("name", COMPARING)
@pytest.mark.parametrize("end", ["missing", "error", "malformed"])
def test_an_attempt_that_does_not_count_gets_0(name: str, end: str) -> None:
    assert attempt_measures()[name](attempt(None, "", end=end)) == 0
    assert attempt_measures()[name](attempt(None, details={"answerable": False}, end=end)) == 0


def test_no_answer_is_the_empty_one() -> None:
    assert qa.exact_match(attempt(None, "Paris", end="stopped")) == 0
    assert qa.exact_match(attempt(None, "The")) == 1  # of which nothing is left


@pytest.mark.parametrize("answer", ["", "  ", None, "noanswer", "No answer."])
@pytest.mark.parametrize("by", DEFINITIONS)
def test_abstaining_from_a_question_without_an_answer_is_right_by_all(
    answer: str | None, by: By
) -> None:
    made = attempt(answer, details={"answerable": False})
    assert qa.exact_match(made, by=by) == qa.answer_f1(made, by=by) == 1
    assert qa.cover_exact_match(made, by=by) == 1


def test_abstaining_is_right_to_the_letter_too() -> None:
    made = attempt("", details={"answerable": False})
    assert qa.strict_match(made) == 1
    assert qa.answer_rouge_l(made) == pytest.approx(1)


@pytest.mark.parametrize(
    ("answer", "right"), [("", 1), (None, 1), ("Unanswerable.", 1), ("No answer", 1), ("Rome", 0)]
)
def test_a_question_without_an_answer_wants_none(answer: str | None, right: int) -> None:
    made = attempt(answer, details={"answerable": False})
    assert qa.exact_match(made) == qa.cover_exact_match(made) == qa.answerability(made) == right
    assert isnan(qa.exact_match(made, of="answerable"))
    assert isnan(qa.answer_f1(made, of="answerable"))


def test_answerability_is_what_was_said_of_it() -> None:
    assert qa.answerability(attempt("Rome", "Rome", state={"answerable": False})) == 0
    assert qa.answerability(attempt("", "Rome", state={"answerable": True})) == 1
    assert qa.answerability(attempt("", "Rome")) == 0
    assert qa.answerability(attempt("Rome", "Rome", state={"answerable": "no"})) == 1


def test_of_a_question_that_has_no_accepted_answer_nothing_is_said() -> None:
    assert isnan(qa.exact_match(attempt("Rome")))
    assert isnan(qa.answer_f1(attempt("")))


def test_sources_are_no_part_of_an_answer() -> None:
    assert qa.exact_match(attempt("Rome\n[Sources: 12, 7]", "Rome")) == 1
    assert qa.exact_match(attempt("[Sources: 12]", "12")) == 0
    assert qa.exact_match(attempt("Rome [Sources: 12] so", "Rome")) == 0  # not at the end


@pytest.mark.parametrize(
    ("answer", "gold", "value"),
    [("Yes.", "yes", 1), ("True", "yes", 1), ("No", "yes", 0), ("maybe", "no", 0), ("", "no", 0)],
)
def test_yes_no_accuracy(answer: str, gold: str, value: float) -> None:
    assert qa.yes_no_accuracy(attempt(answer, gold)) == value
    assert qa.yes_no_accuracy(attempt(answer, gold, end="missing")) == 0


@pytest.mark.parametrize(
    "answer",
    [
        "x " * 2_000_000,
        "[Sources:" * 100_000,
        "the " * 500_000,
        "7" * 1_000_000,
        "\0" * 1_000_000,
        "\u202e\u05d0" * 100_000,
        "a" + "\u0315" * 100_000 + "\u0327" * 100_000,  # marks of two classes in the wrong order
    ],
    ids=["words", "sources", "articles", "digits", "NUL", "right to left", "marks"],
)
def test_giant_answers_are_compared(answer: str) -> None:
    made = attempt(answer, "Rome")
    assert qa.exact_match(made) == qa.answer_f1(made) == qa.cover_exact_match(made) == 0
    assert qa.exact_match(made, by="nq_open") == qa.answer_rouge_l(made) == 0
    assert passages.has_answer([answer], ["Rome"], "dpr") == 0


def runs(data: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    folder = data / "qa" / "hotpotqa_reflexion_runs"
    for path in sorted(folder.glob("*.jsonl")):
        yield path.stem, [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.realdata
def test_every_run_of_reflexion_scores_to_the_em_that_it_logged(data: Path) -> None:
    """Question by question: CORRECT is what hotpotqa_runs of noahshinn/reflexion logged."""
    differing, correct = [], {}
    for name, rows in runs(data):
        values = [qa.exact_match(attempt(r["pred"], *r["golden_answers"])) for r in rows]
        pairs = zip(rows, values, strict=True)
        differing += [
            (name, r["id"], value) for r, value in pairs if (r["logged"] == "CORRECT") != value
        ]
        correct[name] = sum(values)
    assert differing == []
    assert correct["react.trial1"] == 34  # of 100, as the run's own summary says
    assert len(correct) == 14


@pytest.mark.realdata
def test_values_of_react_by_other_definitions_are_those_known(data: Path) -> None:
    """Those that the functions of the scripts named in `DEFINITIONS` give for the same file."""
    rows = dict(runs(data))["react.trial1"]
    made = [attempt(r["pred"], *r["golden_answers"]) for r in rows]

    def mean(notation: str) -> float:
        return 100 * sum(map(parse(notation).compute, made)) / len(made)

    assert mean("answer_f1") == pytest.approx(44.14, abs=0.005)
    assert mean("answer_f1(by=parlai)") == pytest.approx(44.81, abs=0.005)
    assert mean("cover_exact_match") == pytest.approx(44)
    assert mean("mutual_cover") == pytest.approx(47)
    assert mean("strict_match") == pytest.approx(32)


@pytest.mark.realdata
def test_no_row_of_any_run_breaks_an_invariant(data: Path) -> None:
    names = [name for name in COMPARING if name != "answerability"]
    names += ["answer_f1(by='hotpotqa')", "answer_f1(by='parlai')", "exact_match(by='parlai')"]
    measures = [parse(name) for name in names]
    for _, rows in runs(data):
        for r in rows:
            made = attempt(r["pred"], *r["golden_answers"])
            assert broken_invariants({m.name: m.compute(made) for m in measures}) == []


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        # A ship floats. -> ship floats; "it floats" shares 1 of 2 with 2: F1 = 1/2.
        ("It floats.", 1 / 2),
        ("A ship floats", 1),
        ("No.", 0),
        ("", 0),
        # Of the second sentence, well known -> 2 words, both said among three: P 2/3, R 1, F1 4/5.
        ("quite well-known", 4 / 5),
        # The sources are no part of the answer.
        ("A ship floats. [Sources: d1]", 1),
    ],
)
def test_knowledge_f1_compares_with_the_sentence_that_a_turn_rests_on(
    answer: str, value: float
) -> None:
    details = {"knowledge": ["A ship floats.", "Well known"]}
    assert qa.knowledge_f1(attempt(answer, "Ships float.", details=details)) == pytest.approx(value)


def test_knowledge_f1_is_that_of_parlais_own_test_of_it() -> None:
    # tests/tasks/test_wizard_of_wikipedia.py: 1 of the sentence itself, 0 of other words; a turn
    # that rests on nothing is held against the words "no passages used".
    none = {"knowledge": ["no_passages_used"]}
    assert qa.knowledge_f1(attempt("no passages used", "x", details=none)) == 1
    assert qa.knowledge_f1(attempt("All is well.", "x", details=none)) == 0
    assert isnan(qa.knowledge_f1(attempt("x", "x")))
    assert qa.knowledge_f1(attempt(None, "x", details=none, end="missing")) == 0


@pytest.mark.parametrize(
    ("answer", "found"),  # by drqa, flashrag, flashrag_acc
    [
        # Two patterns; normalised it is "20320 feet", of which the second matches a part.
        ("20,320 feet", (1, 0, 1)),
        ("20,320 F", (1, 1, 1)),
        ("It is 20320 feet", (0, 0, 1)),
        ("Denali\n20,320 feet", (0, 0, 1)),
        ("20 320 feet", (0, 0, 0)),
        ("", (0, 0, 0)),
    ],
)
def test_patterns_are_matched_at_the_start_whole_or_anywhere(
    answer: str, found: tuple[int, int, int]
) -> None:
    made = attempt(answer, details={"patterns": ["nothing", "20,?320 f"]})
    notations = [f"pattern_match(by='{by}')" for by in ("drqa", "flashrag", "flashrag_acc")]
    assert tuple(parse(text).compute(made) for text in notations) == found
    assert isnan(qa.exact_match(made))


def test_a_pattern_that_takes_for_ever_matches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.measures.qa.answers.SECONDS", 0.05)
    made = attempt("a" * 50 + "!", details={"patterns": [r"(a|a)*(a|a)*$b"]})
    assert qa.pattern_match(made, by="flashrag_acc") == 0
    assert isnan(qa.pattern_match(attempt("x", "x")))
    assert qa.pattern_match(attempt(None, details={"patterns": ["x"]}, end="error")) == 0
