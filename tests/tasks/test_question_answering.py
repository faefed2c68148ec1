from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness import evaluate, score
from harness.contracts import Collection, ProblemSet, Session
from harness.errors import MissingData, NotAsked, UserError
from harness.loop import run
from harness.measures import parse
from harness.measures.attempt import Attempt
from harness.measures.tools.evidence import passage_all, passage_recall
from harness.measures.tools.question_answering import exact_match
from harness.offers import accept
from harness.records import Problem, Setting, ToolCall, Trajectory
from harness.sources import Source
from models.agents.function_calling import FunctionCalling
from models.scripted import Scripted
from tasks.question_answering import BENCHMARK, PassageTask, QuestionTask
from tasks.question_answering.file import QuestionFile
from tasks.question_answering.readers import READERS
from tasks.question_answering.task import COMPATS
from tasks.worlds.search import SearchWorld

HOTPOT: list[dict[str, Any]] = [
    {
        "_id": "a",
        "question": "Which is older?",
        "answer": "Alpha",
        "type": "comparison",
        "level": "hard",
        "supporting_facts": [["Alpha", 0], ["Beta", 1], ["Alpha", 1]],
        "context": [
            ["Alpha", ["Alpha is of 1900.", " It is old."]],
            ["Beta", ["Beta is a ship.", " It is of 1950."]],
            ["Gamma", ["Gamma is a letter."]],
        ],
    },
    {
        "_id": "b",
        "question": "Who built Beta?",
        "answer": "Delta",
        "type": "bridge",
        "supporting_facts": [["Beta", 0], ["Delta", 0]],
        "context": [
            ["Beta", ["Beta is a ship.", " It is of 1950."]],
            ["Delta", ["Delta built Beta."]],
        ],
    },
]
FIRST = HOTPOT[0]
MUSIQUE: dict[str, Any] = {
    "id": "2hop__1_2",
    "question": "Where was the builder of Beta born?",
    "answer": "Oslo",
    "answer_aliases": ["Kristiania", "Oslo"],
    "answerable": True,
    "paragraphs": [
        {"idx": 0, "title": "Oslo", "paragraph_text": "A town.", "is_supporting": False},
        {"idx": 1, "title": "Delta", "paragraph_text": "Born in Oslo.", "is_supporting": True},
        {"idx": 2, "title": "Delta", "paragraph_text": "Built Beta.", "is_supporting": True},
    ],
    "question_decomposition": [
        {"id": 2, "question": "Beta >> builder", "answer": "Delta", "paragraph_support_idx": 2},
        {"id": 1, "question": "#1 >> birthplace", "answer": "Oslo", "paragraph_support_idx": 1},
    ],
}


def written(path: Path, rows: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.suffix == ".jsonl" or path.name == "id_aliases.json"
    path.write_text("\n".join(map(json.dumps, rows)) if lines else json.dumps(rows))
    return path


def problems(
    path: Path, rows: Any, aliases: Any = None, **setting: Any
) -> tuple[ProblemSet, dict[str, Problem]]:
    """The questions of a file with these rows."""
    written(path, rows)
    if aliases:
        written(path.with_name("id_aliases.json"), aliases)
    [split] = QuestionFile(path).load(Source(path.parent), Setting(**setting))
    return split, {problem.id: problem for problem in split.problems}


def only(path: Path, row: Any, **more: Any) -> Problem:
    _, found = problems(path, [row], **more)
    [problem] = found.values()
    return problem


def test_a_question_of_hotpotqa_keeps_its_type_and_its_supporting_sentences(tmp_path: Path) -> None:
    found = only(tmp_path / "dev.json", FIRST)
    assert found.text == "Which is older?"
    assert (found.gold.answers, found.gold.success) == (("Alpha",), "exact_match")
    assert found.gold.details == {
        "supports": [["Alpha", 0], ["Beta", 1], ["Alpha", 1]],
        "type": "comparison",
    }
    assert found.labels == {"type": "comparison", "level": "hard", "hops": "2"}


def test_the_rows_of_the_hub_say_the_same(tmp_path: Path) -> None:
    facts, context = FIRST["supporting_facts"], FIRST["context"]
    row = {key: value for key, value in FIRST.items() if key != "_id"} | {
        "id": "a",
        "supporting_facts": {"title": [t for t, _ in facts], "sent_id": [n for _, n in facts]},
        "context": {"title": [t for t, _ in context], "sentences": [s for _, s in context]},
    }
    for pool in ("all", "pooled"):
        here = only(tmp_path / "hub.jsonl", row, pool=pool)
        assert here == only(tmp_path / "dev.json", FIRST, pool=pool)


def test_pooled_passages_are_there_once_and_the_gold_ones_are_named(tmp_path: Path) -> None:
    split, found = problems(tmp_path / "dev.json", HOTPOT, pool="pooled")
    # In order of appearance: Alpha p0, Beta p1, Gamma p2, Delta p3; Beta stands in both rows.
    assert found["a"].gold.details["passages"] == ["p0", "p1"]
    assert found["b"].gold.details["passages"] == ["p1", "p3"]
    assert [tool.name for tool in found["a"].tools] == ["search"]
    assert split.environment is not None
    assert titles(split, found["a"], "Delta ship") == {"Delta", "Beta"}


def test_in_the_distractor_pool_a_question_searches_its_own_passages(tmp_path: Path) -> None:
    split, found = problems(tmp_path / "dev.json", HOTPOT, pool="distractor")
    assert titles(split, found["a"], "Delta ship letter") == {"Beta", "Gamma"}
    assert titles(split, found["b"], "Delta ship letter") == {"Delta", "Beta"}


def titles(split: ProblemSet, problem: Problem, query: str) -> set[str]:
    """What a search in the problem's world gives, of what shares a word with the query."""
    assert split.environment is not None
    session = run(split.environment.open(problem))
    told = run(session.call(ToolCall("search", {"query": query, "k": 10})))
    run(session.close())
    results = json.loads(told.content)["results"]
    return {passage["title"] for passage in results if passage["score"] > 0}


def test_the_searches_of_an_agent_are_held_against_the_gold_passages(tmp_path: Path) -> None:
    split, found = problems(tmp_path / "dev.json", HOTPOT, pool="pooled")
    assert split.environment is not None
    says = Scripted([ToolCall("search", {"query": "Alpha", "k": 1}), "Alpha"])
    session = run(split.environment.open(found["a"]))
    made = run(FunctionCalling(says).solve(found["a"], session))
    attempt = Attempt(found["a"], made)
    assert (exact_match(attempt), passage_recall(attempt), passage_all(attempt)) == (1.0, 0.5, 0.0)


def test_without_a_corpus_an_agent_answers_from_what_it_knows(tmp_path: Path) -> None:
    class Closed:
        async def solve(self, problem: Problem, session: Session) -> Trajectory:
            return Trajectory(problem.id, answer="Alpha" if "older" in problem.text else "Beta")

    task = QuestionFile(written(tmp_path / "dev.json", HOTPOT))
    [result] = evaluate([Closed()], [task], data=tmp_path).results
    assert result.measures["exact_match"].value == 0.5
    [missing] = evaluate([FunctionCalling(Scripted(["Alpha"]))], [task], data=tmp_path).missing
    assert re.search(r"there is no corpus to search: .*--pool", missing.reason)


def test_without_a_corpus_nothing_can_be_searched_and_it_is_told_how(tmp_path: Path) -> None:
    split, found = problems(tmp_path / "dev.json", HOTPOT)
    assert split.environment is None
    assert found["a"].tools == ()
    assert "--pool" in QuestionFile(tmp_path / "dev.json").unplayed


def test_a_server_searches_a_corpus_of_its_own(tmp_path: Path) -> None:
    search = 'search("http://localhost:8893/api/search")'
    for pool in ("all", "wiki-2018"):
        split, found = problems(tmp_path / "dev.json", HOTPOT, pool=pool, search=search)
        assert isinstance(split.environment, SearchWorld)
        assert split.environment.retriever == search
        assert [tool.name for tool in found["a"].tools] == ["search"]
        assert "passages" not in found["a"].gold.details


def corpus(folder: Path, *titles: str) -> Path:
    rows = [{"id": f"d{n}", "title": t, "text": f"On {t}."} for n, t in enumerate(titles)]
    written(folder / "corpus.jsonl", rows)
    return folder


def test_gold_passages_of_any_corpus_are_found_by_their_titles(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "wiki", "Delta", "Alpha", "Beta")
    _, found = problems(tmp_path / "dev.json", HOTPOT, pool=str(folder))
    assert found["a"].gold.details["passages"] == ["d1", "d2"]
    assert found["b"].gold.details["passages"] == ["d2", "d0"]


def test_a_title_of_several_passages_does_not_tell_which_is_meant(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "wiki", "Delta", "Delta", "Alpha", "Beta")
    _, found = problems(tmp_path / "dev.json", HOTPOT, pool=str(folder))
    assert found["a"].gold.details["passages"] == ["d2", "d3"]
    assert "passages" not in found["b"].gold.details


def test_a_corpus_without_titles_that_the_gold_needs_is_refused_by_name(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "wiki", "Beta", "Gamma")
    with pytest.raises(UserError, match=r"lacks titles .*'Alpha' \(question a\), 'Delta'"):
        problems(tmp_path / "dev.json", HOTPOT, pool=str(folder))
    split, found = problems(
        tmp_path / "dev.json", HOTPOT, pool=str(folder), compat=("absent-gold",)
    )
    assert split.notes == {"gold titles that the corpus lacks": 2}
    assert "passages" not in found["a"].gold.details


def test_rows_without_their_gold_page_are_named_as_well(tmp_path: Path) -> None:
    row = FIRST | {"context": FIRST["context"][1:]}
    with pytest.raises(UserError, match=r"lacks titles .*'Alpha' \(question a\)"):
        only(tmp_path / "dev.json", row, pool="pooled")


def test_a_shared_corpus_is_a_folder_of_the_mirror(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"no corpora/wiki-2018: .*--data"):
        problems(tmp_path / "dev.json", HOTPOT, pool="wiki-2018")
    contents = [{"id": n, "contents": f'"{t}"\nOn it.'} for n, t in enumerate(("Alpha", "Beta"))]
    written(tmp_path / "corpora" / "wiki-2018" / "corpus.jsonl", contents)
    found = only(tmp_path / "dev.json", FIRST, pool="wiki-2018")
    assert found.gold.details["passages"] == ["0", "1"]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("flat.jsonl", {"question": "Who?", "golden_answers": []}),
        ("flat.jsonl", {"question": "Who?", "answer": [" "]}),
        ("dev.json", FIRST | {"answer": None}),
        ("kilt.jsonl", {"id": "0", "input": "Who?", "output": [{"provenance": []}]}),
    ],
)
def test_a_question_without_an_answer_is_refused_by_name(
    tmp_path: Path, name: str, row: dict[str, Any]
) -> None:
    with pytest.raises(UserError, match=r"questions without an answer: '(0|a)'"):
        only(tmp_path / name, row)


def test_every_name_of_2wikis_answer_is_accepted_and_triples_have_all_names(tmp_path: Path) -> None:
    row = FIRST | {
        "type": "bridge_comparison",
        "answer_id": "Q1",
        "evidences": [["Alpha", "country", "Norway"], ["Beta", "date", "1950"]],
        "evidences_id": [["Q1", "country", "Q20"], ["Q2", "date", "1950"]],
    }
    aliases = [
        {"Q_id": "Q1", "aliases": ["The Alpha"], "demonyms": []},
        {"Q_id": "Q20", "aliases": ["NO"], "demonyms": ["Norse"]},
    ]
    found = only(tmp_path / "dev.json", row, aliases=aliases)
    assert found.gold.answers == ("Alpha", "The Alpha")
    assert found.gold.details["triples"] == [
        [["Alpha", "The Alpha"], "country", ["Norway", "NO", "Norse"]],
        [["Beta"], "date", ["1950"]],
    ]
    assert found.labels["hops"] == "4"
    unnamed = only(tmp_path / "plain" / "dev.json", row | {"evidences_id": []})
    assert unnamed.gold.details["triples"][0] == [["Alpha"], "country", ["Norway"]]


def test_a_question_of_musique_has_steps_and_passages_of_equal_titles(tmp_path: Path) -> None:
    found = only(tmp_path / "dev.jsonl", MUSIQUE, pool="pooled")
    assert found.gold.answers == ("Oslo", "Kristiania")
    assert found.gold.details == {
        "supports": [["Delta", 1], ["Delta", 2]],
        "decomposition": [
            {"question": "Beta >> builder", "answer": "Delta"},
            {"question": "#1 >> birthplace", "answer": "Oslo"},
        ],
        "passages": ["p1", "p2"],
    }
    assert found.labels == {"type": "2hop", "hops": "2"}


def test_the_version_that_cannot_be_answered_has_no_answer_and_an_id_of_its_own(
    tmp_path: Path,
) -> None:
    apart = [dict(p, is_supporting=False) for p in MUSIQUE["paragraphs"][:1]]
    other = MUSIQUE | {"answerable": False, "paragraphs": apart}
    _, found = problems(tmp_path / "full.jsonl", [MUSIQUE, other])
    assert list(found) == ["2hop__1_2", "2hop__1_2#2"]
    gold = found["2hop__1_2#2"].gold
    assert (gold.answers, gold.details["answerable"]) == ((), False)


def test_kilts_pages_are_a_set_for_each_way_to_answer(tmp_path: Path) -> None:
    pages = [{"wikipedia_id": 7, "title": "Alpha"}, {"wikipedia_id": "7"}, {"wikipedia_id": "8"}]
    outputs = [
        {"answer": " Alpha ", "provenance": pages},
        {"answer": "Alpha"},
        {"provenance": [{"wikipedia_id": "9", "title": "Beta"}, {"wikipedia_id": None}]},
    ]
    found = only(tmp_path / "k.jsonl", {"id": 3, "input": "Who?", "output": outputs})
    assert (found.id, found.gold.answers) == ("3", ("Alpha",))
    assert found.gold.details == {"provenance": [["7", "8"], ["9"]]}


@pytest.mark.parametrize(
    ("row", "id", "answers"),
    [
        ({"question": "Who?", "answer": ["A", "B"]}, "0", ("A", "B")),
        ({"id": "x", "question": "Who?", "golden_answers": ["A"]}, "x", ("A",)),
        ({"id": 7, "question": "Who?", "possible_answers": '["A", "B"]'}, "7", ("A", "B")),
        (
            {"question_id": "t", "question": "Who?", "answer": {"value": "A", "aliases": ["B"]}},
            "t",
            ("A", "B"),
        ),
        (
            {"QuestionId": "t", "Question": "Who?", "Answer": {"Value": "A", "Aliases": ["A"]}},
            "t",
            ("A",),
        ),
        ({"Question": "Who?", "Answer": "A"}, "0", ("A",)),
        ({"qid": "s", "question": "Who?", "answer": False}, "s", ("no", "false")),
        (
            {"text": "Who?", "eval_labels": ["A"], "checked_sentence": "A.", "split": "test"},
            "test-0",
            ("A",),
        ),
    ],
)
def test_the_format_is_seen_in_the_first_row(
    tmp_path: Path, row: dict[str, Any], id: str, answers: tuple[str, ...]
) -> None:
    found = only(tmp_path / "questions.jsonl", row)
    assert (found.id, found.text, found.gold.answers) == (id, "Who?", answers)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "Who?"}, r"line 1: is of no format that is known \(it has: text\)"),
        ({"question": 7, "answer": "A"}, "line 1: is no row of flat: a text is wanted"),
        ({"question": "Who?", "answer": [7]}, "is no row of flat"),
        ({"_id": "a", "question": "Who?", "context": [1]}, "is no row of hotpotqa"),
        ({"_id": "a", "question": "Who?", "context": {"title": []}}, "has no 'sentences'"),
        ({"qid": "s", "question": "Who?", "answer": "yes"}, "neither true nor false"),
        ({"id": None, "question": "Who?", "answer": "A"}, "its id is neither"),
    ],
)
def test_a_row_of_another_form_is_named(tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        only(tmp_path / "questions.jsonl", row)


def test_two_questions_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a second question has the id 'a'"):
        problems(tmp_path / "dev.json", [FIRST, FIRST])


@pytest.mark.parametrize(
    ("content", "reason"),
    [("[", "cannot be read"), ("{}", "no list of objects"), ("[1]", "no list"), ("[]", "has no q")],
)
def test_a_file_that_is_no_table_is_named(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "dev.json"
    path.write_text(content)
    with pytest.raises(UserError, match=reason):
        QuestionFile(path).load(Source(tmp_path), Setting())


def test_a_file_of_questions_may_say_its_format(tmp_path: Path) -> None:
    path = written(tmp_path / "dev.json", [FIRST])
    [split] = QuestionFile(path, "flat").load(Source(tmp_path), Setting())
    assert [problem.id for problem in split.problems] == ["0"]  # "_id" is HotpotQA's
    with pytest.raises(UserError, match=r"unknown format 'hotpot'\. Did you mean hotpotqa"):
        QuestionFile(path, "hotpot")


def test_all_that_the_cards_say_can_be_used() -> None:
    for name, task in BENCHMARK.tasks.items():
        card = task.card
        for measure in (*task.measures, card.main_measure):
            parse(measure)
        asked = task if isinstance(task, QuestionTask) else None
        if asked is not None:
            assert card.main_measure in asked.measures, name
            assert {form for _, form in asked.places.files} <= set(READERS)  # type: ignore[union-attr]
            accept(task, Setting(pool="./folder", compat=tuple(COMPATS)))
        assert card.citation.strip()
        assert card.licence
    for suite in BENCHMARK.suites:
        assert set(suite.tasks) <= set(BENCHMARK.tasks)


def task(name: str) -> QuestionTask:
    found = BENCHMARK.tasks[f"qa/{name}"]
    assert isinstance(found, QuestionTask)
    return found


def test_a_benchmark_is_read_from_the_first_file_that_is_there(tmp_path: Path) -> None:
    flat = {"id": "x", "question": "Who?", "golden_answers": ["A"]}
    written(tmp_path / "qa" / "hotpotqa_dev" / "hotpotqa_dev.queries.jsonl", [flat])
    [split] = task("hotpotqa").load(Source(tmp_path), Setting())
    assert [problem.id for problem in split.problems] == ["x"]
    with pytest.raises(MissingData, match="its rows have no passages"):
        task("hotpotqa").load(Source(tmp_path), Setting(pool="pooled"))
    written(tmp_path / "qa" / "hotpotqa" / "hotpot_dev_distractor_v1.json", HOTPOT)
    [split] = task("hotpotqa").load(Source(tmp_path), Setting())
    assert [problem.id for problem in split.problems] == ["a", "b"]
    assert task("hotpotqa").check((split,)) == ("qa/hotpotqa has 2 problems, 7,405 published",)


def test_a_benchmark_that_the_mirror_lacks_is_read_from_the_hubs_copy(tmp_path: Path) -> None:
    row = {"id": 1, "question": "Who?", "possible_answers": '["A"]', "prop": "author"}
    written(tmp_path / "hub" / "akariasai" / "PopQA" / "default" / "test.jsonl", [row])
    source = Source(tmp_path)
    with source.recording() as reads:
        [split] = task("popqa").load(source, Setting())
    assert split.problems[0].labels == {"type": "author"}
    assert [(read.dataset, read.split) for read in reads] == [("akariasai/PopQA", "test")]


def test_what_is_nowhere_says_where_it_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"no qa/musique/musique_full_v1\.0_dev\.jsonl: .*--data"):
        task("musique-full").load(Source(tmp_path), Setting())


def test_questions_search_for_their_gold_passages(tmp_path: Path) -> None:
    written(tmp_path / "qa" / "hotpotqa" / "hotpot_dev_distractor_v1.json", HOTPOT)
    found = BENCHMARK.tasks["qa/hotpotqa-passages"]
    assert isinstance(found, PassageTask)
    [split] = found.load(Source(tmp_path), Setting())
    assert isinstance(split, Collection)
    assert split.qrels == {"a": {"p0": 1, "p1": 1}, "b": {"p1": 1, "p3": 1}}
    assert len(split.corpus) == 4
    [own] = found.load(Source(tmp_path), Setting(pool="candidates"))
    assert own.candidates == {"a": ["p0", "p1", "p2"], "b": ["p1", "p3"]}
    # Of two gold passages each, the rankings have one and none at 1, two and one at 2.
    ranked = {"a": ["p0", "p1"], "b": ["p0", "p3"]}
    result = score(found, ranked, data=tmp_path, measures=["R@1", "R@2", "Completeness@2"])
    values = {name: value.value for name, value in result.measures.items()}
    assert values == {"R@1": 0.25, "R@2": 0.75, "Completeness@2": 0.5}


def test_a_corpus_that_tells_no_gold_passage_is_not_asked(tmp_path: Path) -> None:
    written(tmp_path / "qa" / "hotpotqa" / "hotpot_dev_distractor_v1.json", [HOTPOT[1]])
    folder = corpus(tmp_path / "wiki", "Delta", "Delta", "Beta")
    with pytest.raises(NotAsked, match="does not tell which passages are right"):
        BENCHMARK.tasks["qa/hotpotqa-passages"].load(Source(tmp_path), Setting(pool=str(folder)))


@pytest.mark.realdata
def test_the_data_at_hand_has_the_counts_that_were_published(data: Path) -> None:
    source, read = Source(data), 0
    for found in BENCHMARK.tasks.values():
        try:
            material = found.load(source, Setting())
        except MissingData:
            continue
        read += 1
        assert found.check(material) == ()  # type: ignore[attr-defined]
    assert read >= 20


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("system", "printed"),
    [  # fast-graphrag, benchmarks/README.md: all evidence found, of 51 and of 101 questions
        ("vdb", (0.4902, 0.4158)),
        ("lightrag", (0.4706, 0.4455)),
        ("nano", (0.7451, 0.7327)),
        ("graph", (0.9608, 0.9307)),
    ],
)
def test_systems_over_the_2wiki_passages_score_as_printed(
    data: Path, system: str, printed: tuple[float, float]
) -> None:
    [split] = BENCHMARK.tasks["qa/2wiki-101-passages"].load(Source(data), Setting())
    assert isinstance(split, Collection)
    ids = {document.title: document.id for document in split.corpus}
    asked = {query.text: query.id for query in split.queries}
    for size, wanted in zip((51, 101), printed, strict=True):
        rows = json.loads(
            (data / f"qa/hipporag_2wiki/fast_graphrag/run_{system}_{size}.json").read_text()
        )
        # Titles that the corpus lacks are nobody's evidence: all the gold ones are in it.
        ranked = {
            asked[row["question"]]: [ids[title] for title in row["evidence"] if title in ids]
            for row in rows
        }
        result = score(
            BENCHMARK.tasks["qa/2wiki-101-passages"],
            ranked,
            data=data,
            measures="Completeness@8",
        )
        # Questions that a system was not asked count 0 here: the mean is over 101.
        found = result.measures["Completeness@8"].value * 101 / size
        assert round(found, 4) == wanted
