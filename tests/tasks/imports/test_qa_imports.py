from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness import score
from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.formats.trajectories import read_trajectories, write_trajectories
from harness.measures import parse
from harness.records import Gold, Problem, Setting, Trajectory
from harness.sources import Source
from tasks.imports import hotpotqa, kilt, musique, twowiki
from tasks.question_answering import BENCHMARK
from tasks.question_answering.file import QuestionFile

PROBLEMS = {
    "a": Problem("a", (), gold=Gold(details={"supports": [["Oslo", 1], ["Oslo", 4]]})),
    "b": Problem("b", ()),
    "b#2": Problem("b#2", ()),
    "7": Problem("7", ()),
}
IMPORTERS = [found.IMPORTER for found in (hotpotqa, twowiki, musique, kilt)]


def converted(
    importer: Importer, path: Path, content: Any, problems: Any = PROBLEMS
) -> list[Trajectory | Unreadable]:
    if isinstance(content, str):
        path.write_text(content)
    elif isinstance(content, list):
        path.write_text("\n".join(map(json.dumps, content)))
    else:
        path.write_text(json.dumps(content))
    return list(importer.convert(path, problems))


def one(importer: Importer, path: Path, content: Any) -> Trajectory:
    (found,) = converted(importer, path, content)
    assert isinstance(found, Trajectory)
    return found


def refused(importer: Importer, path: Path, content: Any) -> str:
    (found,) = converted(importer, path, content)
    assert isinstance(found, Unreadable)
    return found.reason


def test_hotpotqas_answers_and_facts_are_read(tmp_path: Path) -> None:
    content = {"answer": {"a": "Oslo", "b": ""}, "sp": {"a": [["Oslo", 1]], "7": [["Oslo", 0]]}}
    first, second, third = converted(hotpotqa.IMPORTER, tmp_path / "pred.json", content)
    assert isinstance(first, Trajectory)
    assert isinstance(second, Trajectory)
    assert (first.problem, first.answer, first.end) == ("a", "Oslo", "finished")
    assert [(m.role, m.content) for m in first.messages] == [("assistant", "Oslo")]
    assert first.state == {"supports": [["Oslo", 1]]}
    assert (second.answer, second.state) == ("", None)
    assert third == Trajectory("7", end="gave up", state={"supports": [["Oslo", 0]]})


def test_2wikis_evidence_becomes_triples(tmp_path: Path) -> None:
    content = {
        "answer": {"a": "Oslo"},
        "sp": {"a": [["Oslo", 1]]},
        "evidence": {"a": [["Oslo", "country", "Norway"]]},
    }
    found = one(twowiki.IMPORTER, tmp_path / "pred.json", content)
    assert found.state == {
        "supports": [["Oslo", 1]],
        "triples": [["Oslo", "country", "Norway"]],
    }


@pytest.mark.parametrize("importer", IMPORTERS[:2], ids=lambda found: found.name)
def test_one_broken_prediction_costs_only_itself(importer: Importer, tmp_path: Path) -> None:
    content = {"answer": {"a": ["Oslo"], "b": "Oslo", "zz": "Oslo"}, "sp": {"7": {}}}
    found = converted(importer, tmp_path / "pred.json", content)
    assert [f.problem if isinstance(f, Trajectory) else f.reason for f in found] == [
        "its answer is not a text",
        "b",
        "the task has no problem 'zz'",
        "its supports are no list",
    ]


@pytest.mark.parametrize("importer", IMPORTERS[:2], ids=lambda found: found.name)
@pytest.mark.parametrize(
    "content",
    ["", "[]", "7", "{}", '{"answer": []}', '{"answer": {}, "sp": 7}', "[" * 100_000, "\x00"],
)
def test_a_file_of_another_form_is_refused(
    importer: Importer, content: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"pred\.json"):
        converted(importer, tmp_path / "pred.json", content)


@pytest.mark.parametrize("importer", IMPORTERS[:2], ids=lambda found: found.name)
@pytest.mark.parametrize(
    "facts", ["[" * 500 + "]" * 500, "[NaN]", "[" + "9" * 400 + "]", '["\\ud800"]']
)
def test_facts_that_are_not_to_be_trusted_are_refused(
    importer: Importer, facts: str, tmp_path: Path
) -> None:
    content = f'{{"answer": {{"a": "Oslo"}}, "sp": {{"a": {facts}}}}}'
    assert refused(importer, tmp_path / "pred.json", content)


def test_musiques_numbers_become_titles_and_numbers(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "predicted_answer": "Oslo",
        "predicted_support_idxs": [4, 9],
        "predicted_answerable": True,
    }
    found = one(musique.IMPORTER, tmp_path / "pred.jsonl", [row])
    assert (found.problem, found.answer) == ("a", "Oslo")
    assert found.state == {"supports": [["Oslo", 4], ["", 9]], "answerable": True}


def test_the_second_line_of_an_id_is_on_the_second_version(tmp_path: Path) -> None:
    rows = [{"id": "b", "predicted_answer": text} for text in ("one", "two")]
    found = converted(musique.IMPORTER, tmp_path / "pred.jsonl", rows)
    assert [(f.problem, f.answer) for f in found if isinstance(f, Trajectory)] == [
        ("b", "one"),
        ("b#2", "two"),
    ]


def test_kilts_pages_are_ids_in_order(tmp_path: Path) -> None:
    pages = [{"wikipedia_id": 3, "title": "A"}, {"title": "B"}, {"wikipedia_id": " 1 "}]
    row = {"id": 7, "output": [{"answer": " Oslo ", "provenance": pages}]}
    found = one(kilt.IMPORTER, tmp_path / "pred.jsonl", [row])
    assert (found.problem, found.answer) == ("7", "Oslo")
    assert found.state == {"passages": ["3", "1"]}


def test_a_line_of_kilt_without_an_answer_has_given_up(tmp_path: Path) -> None:
    row = {"id": "a", "output": [{"provenance": []}]}
    found = one(kilt.IMPORTER, tmp_path / "pred.jsonl", [row])
    assert (found.answer, found.end, found.state) == (None, "gave up", {"passages": []})


@pytest.mark.parametrize(
    ("importer", "row", "reason"),
    [
        (musique.IMPORTER, {"id": 7}, "no id that is a text"),
        (musique.IMPORTER, {"id": "c"}, "no problem 'c'"),
        (musique.IMPORTER, {"id": "a", "predicted_answer": 7}, "answer is not a text"),
        (musique.IMPORTER, {"id": "a", "predicted_support_idxs": "1"}, "no list"),
        (musique.IMPORTER, {"id": "a", "predicted_support_idxs": [True]}, "no whole number"),
        (musique.IMPORTER, {"id": "a", "predicted_answerable": "yes"}, "neither true nor false"),
        (kilt.IMPORTER, {"id": True, "output": [{}]}, "no id"),
        (kilt.IMPORTER, {"id": "a", "output": []}, "exactly one"),
        (kilt.IMPORTER, {"id": "a", "output": [{}, {}]}, "exactly one"),
        (kilt.IMPORTER, {"id": "a", "output": [{"answer": ["x"]}]}, "answer is not a text"),
        (kilt.IMPORTER, {"id": "a", "output": [{"provenance": {}}]}, "no list of objects"),
        (
            kilt.IMPORTER,
            {"id": "a", "output": [{"provenance": [{"wikipedia_id": []}]}]},
            "wikipedia_id is neither",
        ),
    ],
)
def test_a_line_of_another_form_is_told(
    importer: Importer, row: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    assert reason in refused(importer, tmp_path / "pred.jsonl", [row])


@pytest.mark.parametrize("importer", IMPORTERS[2:], ids=lambda found: found.name)
@pytest.mark.parametrize("line", ["{", "7", "null", '"a"', "[" * 100_000, '{"id": NaN}'])
def test_a_line_that_is_no_object_is_told(importer: Importer, line: str, tmp_path: Path) -> None:
    assert refused(importer, tmp_path / "pred.jsonl", line)


def scored(
    importer: Importer, gold: Path, predictions: Path, folder: Path, measures: list[str]
) -> dict[str, float]:
    """A file of predictions on the questions of a file, imported, written, read and scored."""
    task = QuestionFile(gold)
    [split] = task.load(Source(folder), Setting())
    problems = {problem.id: problem for problem in split.problems}
    made = folder / "made.jsonl"
    write_trajectories(made, importer.convert(predictions, problems))  # type: ignore[arg-type]
    result = score(task, made, data=folder, measures=measures)
    return {name: result.measures[str(parse(name))].value for name in measures}


def test_predictions_in_kilts_format_score_as_its_own_tests_say(tmp_path: Path) -> None:
    # Of the shape of facebookresearch/KILT's tests/test_data/gold1.out and guess1_1.out: the answer
    # itself on the right page, with an article on a wrong one, and a third of the words on a wrong
    # one. The values are those of its tests/test_eval_downstream.py.
    def row(id: int, answer: str, page: str) -> dict[str, Any]:
        output = {"answer": answer, "provenance": [{"wikipedia_id": page}]}
        return {"id": id, "input": "How did it end?", "output": [output]}

    gold, guess = tmp_path / "gold.jsonl", tmp_path / "guess.jsonl"
    right = [row(1, "peace", "10"), row(2, "peace", "10"), row(3, "it was peace", "10")]
    given = [row(1, "peace", "10"), row(2, "a peace", "999"), row(3, "peace", "999")]
    gold.write_text("\n".join(map(json.dumps, right)))
    guess.write_text("\n".join(map(json.dumps, given)))
    expected = {
        "kilt_exact_match": 1 / 3,
        "kilt_f1": 1 / 3,
        "kilt_rouge_l": 0.3333333316666667,
        "exact_match": 2 / 3,
        "answer_f1(by=kilt)": 0.8333333333333334,
        "answer_rouge_l": 0.7222222178240741,
        "r_precision": 1 / 3,
        "provenance_recall@5": 1 / 3,
    }
    found = scored(kilt.IMPORTER, gold, guess, tmp_path, list(expected))
    assert found == pytest.approx(expected, abs=1e-9)


def test_pages_are_found_as_kilts_test_of_retrieval_says(tmp_path: Path) -> None:
    # Of the shape of tests/test_data/gold2.jsonl and guess2_1.jsonl, ids as texts and as numbers;
    # the values are those of tests/test_eval_retrieval.py.
    def output(*pages: Any, **more: Any) -> dict[str, Any]:
        return {"provenance": [{"wikipedia_id": page} for page in pages], **more}

    outputs = [output(1, "2", answer="x"), output(5, answer="y"), output(7, "9", 11, answer="z")]
    gold, guess = tmp_path / "gold.jsonl", tmp_path / "guess.jsonl"
    gold.write_text(json.dumps({"id": 1, "output": outputs}))
    expected = {
        "r_precision": 1 / 2,
        "provenance_precision@1": 1,
        "provenance_precision@5": 2 / 5,
        "provenance_recall@5": 2 / 3,
        "provenance_any@5": 1,
    }
    # Twice the same page, as where several paragraphs of it are given, is one page upstream.
    for pages in ([2, 5, 7, 33, 1, "9", 44, 88], [2, "2", 5, 7, 33, 5, 1, "9", 44, 88]):
        guess.write_text(json.dumps({"id": "1", "output": [output(*pages)]}))
        found = scored(kilt.IMPORTER, gold, guess, tmp_path, list(expected))
        assert found == pytest.approx(expected)


def test_predictions_in_hotpotqas_format_score_as_worked_out(tmp_path: Path) -> None:
    question = {"question": "Who?", "answer": "Jan Berg", "context": []}
    facts = [["A", 0], ["B", 1]]
    rows = [question | {"_id": id, "supporting_facts": facts} for id in ("x", "y", "z")]
    gold, pred = tmp_path / "gold.json", tmp_path / "pred.json"
    gold.write_text(json.dumps(rows))
    # x: all right. y: one of two words, one fact of two and a wrong one. z: nothing predicted.
    predictions = {
        "answer": {"x": "jan berg.", "y": "Berg"},
        "sp": {"x": facts, "y": [["A", 0], ["C", 0]]},
    }
    pred.write_text(json.dumps(predictions))
    # y: answer P 1, R 1/2, F1 2/3; facts P 1/2, R 1/2, F1 1/2; joint P 1/2, R 1/4, F1 1/3.
    expected = {
        "exact_match(by=hotpotqa)": 1 / 3,
        "answer_f1(by=hotpotqa)": (1 + 2 / 3) / 3,
        "support_exact_match": 1 / 3,
        "support_f1": (1 + 1 / 2) / 3,
        "joint_exact_match": 1 / 3,
        "joint_f1": (1 + 1 / 3) / 3,
    }
    found = scored(hotpotqa.IMPORTER, gold, pred, tmp_path, list(expected))
    assert found == pytest.approx(expected)


def test_predictions_in_2wikis_format_score_as_worked_out(tmp_path: Path) -> None:
    row = {
        "_id": "x",
        "question": "Where?",
        "answer": "New York",
        "answer_id": "Q1",
        "supporting_facts": [["A", 0]],
        "context": [],
        "evidences": [["A", "place", "New York"], ["A", "date", "1950"]],
        "evidences_id": [["Q9", "place", "Q1"], ["Q9", "date", "1950"]],
    }
    gold, pred = tmp_path / "gold.json", tmp_path / "pred.json"
    gold.write_text(json.dumps([row]))
    aliases = {"Q_id": "Q1", "aliases": ["NYC"], "demonyms": ["New Yorker"]}
    (tmp_path / "id_aliases.json").write_text(json.dumps(aliases))
    predictions = {
        "answer": {"x": "N.Y.C."},
        "sp": {"x": [["a", 0]]},
        "evidence": {"x": [["a", "place", "nyc"], ["a", "owner", "b"]]},
    }
    pred.write_text(json.dumps(predictions))
    # The answer and the fact are right by an alias and in lower case; one triple of two, of two.
    expected = {
        "exact_match(by=hotpotqa)": 1.0,
        "support_exact_match(by=2wiki)": 1.0,
        "triple_exact_match": 0.0,
        "triple_f1": 0.5,
        "joint_f1(by=2wiki)": 0.5,
    }
    found = scored(twowiki.IMPORTER, gold, pred, tmp_path, list(expected))
    assert found == pytest.approx(expected)


def test_predictions_in_musiques_format_score_as_worked_out(tmp_path: Path) -> None:
    paragraphs = [
        {"idx": n, "title": "T", "paragraph_text": f"{n}.", "is_supporting": n < 2}
        for n in range(3)
    ]
    row = {
        "id": "2hop__1_2",
        "question": "Who?",
        "answer": "Jan Berg",
        "answer_aliases": ["Berg"],
        "paragraphs": paragraphs,
        "answerable": True,
    }
    without = row | {"answerable": False, "paragraphs": paragraphs[2:]}
    gold, pred = tmp_path / "gold.jsonl", tmp_path / "pred.jsonl"
    gold.write_text("\n".join(map(json.dumps, (row, without))))
    lines = [
        ("the Berg", [0, 2], True),
        ("Jan", [], True),
    ]
    names = ("predicted_answer", "predicted_support_idxs", "predicted_answerable")
    rows = [{"id": row["id"], **dict(zip(names, line, strict=True))} for line in lines]
    pred.write_text("\n".join(map(json.dumps, rows)))
    # The first is right by an alias, with one paragraph of two and a wrong one of the same title;
    # that the second cannot be answered was not seen.
    expected = {
        "exact_match(of=answerable)": 1.0,
        "support_f1": 0.5,
        "answerability": 0.5,
    }
    found = scored(musique.IMPORTER, gold, pred, tmp_path, list(expected))
    assert found == pytest.approx(expected)


@pytest.mark.realdata
def test_the_official_example_of_2wiki_is_read(data: Path) -> None:
    path = data / "qa/official_formats/2wiki_prediction_format.json"
    ids = json.loads(path.read_text())["answer"]
    problems = {id: Problem(id, ()) for id in ids}
    found = list(twowiki.convert(path, problems))
    assert len(found) == 2
    for made in found:
        assert isinstance(made, Trajectory)
        assert [len(made.state[part]) for part in ("supports", "triples")] == [2, 2]


@pytest.mark.realdata
def test_every_run_of_reflexion_scores_what_its_log_says(data: Path, tmp_path: Path) -> None:
    task = BENCHMARK.tasks["qa/hotpotqa-100"]
    [split] = task.load(Source(data), Setting())
    problems = {p.id: p for p in split.problems}  # type: ignore[union-attr]
    files = sorted((data / "qa/hotpotqa_reflexion_runs").glob("*.jsonl"))
    assert len(files) == 14
    for file in files:
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        pred, made = tmp_path / "pred.json", tmp_path / "made.jsonl"
        answers = {row["id"]: row["pred"] for row in rows}
        pred.write_text(json.dumps({"answer": answers, "sp": {}}))
        write_trajectories(made, hotpotqa.convert(pred, problems))  # type: ignore[arg-type]
        assert len(list(read_trajectories(made))) == len(rows)
        result = score(task, made, data=data, measures="exact_match")
        logged = sum(row["logged"] == "CORRECT" for row in rows)
        assert round(result.measures["exact_match"].value * 100) == logged, file.name
