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


DPR = """id\ttext\ttitle
1\t"Alpha is a ship ( or ""the Alpha"" )."\tAlpha
2\tIt sails.\tBeta
"""
"""In the form of DPR's psgs_w100.tsv."""
ABSTRACTS = [
    {"id": "12", "url": "u", "title": "Alpha", "text": ["Alpha is a ship.", " It sails."]},
    {"id": "13", "url": "u", "title": "Beta", "text": ["Beta."], "charoffset": [[[0, 4]]]},
]
"""In the form of HotpotQA's abstracts."""
BEIR = [{"_id": "12", "title": "Alpha", "text": "A"}, {"_id": "13", "title": "Beta", "text": "B"}]
FLASHRAG = [{"id": "0", "contents": '"Alpha"\nA.'}, {"id": "1", "contents": "Beta\nB."}]


@pytest.mark.parametrize(
    ("pool", "file", "content", "ids"),
    [
        ("wiki-2018", "psgs_w100.tsv", DPR, ["1", "2"]),
        ("wiki-2018", "corpus.jsonl", FLASHRAG, ["0", "1"]),
        ("abstracts", "corpus.jsonl", ABSTRACTS, ["12", "13"]),
        ("abstracts", "corpus.jsonl", BEIR, ["12", "13"]),
        ("./folder", "psgs_w100.tsv", DPR, ["1", "2"]),
        ("./folder", "corpus.jsonl", BEIR, ["12", "13"]),
    ],
)
def test_corpora_are_read_in_the_forms_in_which_they_are_handed_out(
    tmp_path: Path, pool: str, file: str, content: Any, ids: list[str]
) -> None:
    folder = tmp_path / "corpora" / pool
    if isinstance(content, str):
        folder.mkdir(parents=True)
        (folder / file).write_text(content)
    else:
        written(folder / file, content)
    name = str(folder) if pool == "./folder" else pool
    split, found = problems(tmp_path / "dev.json", [FIRST], pool=name)
    assert found["a"].gold.details["passages"] == ids
    assert split.environment is not None
    session = run(split.environment.open(found["a"]))
    told = run(session.call(ToolCall("search", {"query": "Alpha", "k": 1})))
    run(session.close())
    [passage] = json.loads(told.content)["results"]
    assert (passage["id"], passage["title"]) == (ids[0], "Alpha")
    if content is DPR:
        assert passage["text"] == 'Alpha is a ship ( or "the Alpha" ).'
    if content is ABSTRACTS:
        assert passage["text"] == "Alpha is a ship. It sails."


def test_copies_of_the_hub_that_write_pairs_as_objects_say_the_same(tmp_path: Path) -> None:
    triples = {"evidences": [["Alpha", "country", "Norway"]], "type": "comparison"}
    upstream = FIRST | triples
    row = upstream | {
        "supporting_facts": [{"title": t, "sent_id": n} for t, n in FIRST["supporting_facts"]],
        "context": [{"title": t, "content": s} for t, s in FIRST["context"]],
        "evidences": [{"fact": "Alpha", "relation": "country", "entity": "Norway"}],
    }
    written = {k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()}
    here = only(tmp_path / "dev.json", upstream, pool="pooled")
    assert here.gold.details["triples"] == [[["Alpha"], "country", ["Norway"]]]
    assert only(tmp_path / "hub.jsonl", row, pool="pooled") == here
    assert only(tmp_path / "texts.jsonl", written, pool="pooled") == here


def test_a_passage_that_is_one_text_is_not_taken_for_its_letters(tmp_path: Path) -> None:
    row = FIRST | {"context": [["Alpha", "Alpha is old."], ["Beta", ["A ship."]]]}
    split, found = problems(tmp_path / "dev.json", [row], pool="pooled")
    assert split.environment is not None
    session = run(split.environment.open(found["a"]))
    told = run(session.call(ToolCall("search", {"query": "Alpha", "k": 1})))
    run(session.close())
    assert json.loads(told.content)["results"][0]["text"] == "Alpha is old."


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


def test_titles_are_the_same_with_and_without_marks_of_html_and_composed(tmp_path: Path) -> None:
    # HotpotQA writes "&amp;" and "&quot;"; DPR's passages of Wikipedia do not.
    names = ["Of Mice &amp; Men", "Caf\u00e9 &quot;X&quot;"]
    row = FIRST | {"supporting_facts": [[name, 0] for name in names]}
    folder = corpus(tmp_path / "wiki", 'Cafe\u0301  "X"', "Of Mice & Men")
    found = only(tmp_path / "dev.json", row, pool=str(folder))
    assert found.gold.details["passages"] == ["d1", "d0"]
    assert found.gold.details["supports"] == [[name, 0] for name in names]


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


def test_an_unknown_pool_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"pool 'wiki-2019'.*\n?.*wiki-2018.*a folder's path"):
        problems(tmp_path / "dev.json", HOTPOT, pool="wiki-2019")


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


@pytest.mark.parametrize(
    ("field", "answers"),
    [
        ("answers", {"text": ["Paris"], "answer_start": [0]}),  # SQuAD's
        ("answer", {"value": "Paris", "aliases": ["City of Light"]}),  # TriviaQA's
    ],
)
def test_an_object_is_no_answer(tmp_path: Path, field: str, answers: Any) -> None:
    with pytest.raises(UserError, match="a text or a list of them is wanted"):
        only(tmp_path / "flat.jsonl", {"question": "Where?", field: answers})


def test_a_list_of_answers_may_be_written_as_a_text(tmp_path: Path) -> None:
    """As tables have it; what only looks like one is an answer."""
    for written, answers in (('["Paris", "paris"]', ("Paris", "paris")), ("[sic] a", ("[sic] a",))):
        row = {"question": "Where?", "golden_answers": written}
        assert only(tmp_path / "flat.jsonl", row).gold.answers == answers


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


def test_popqas_own_file_is_read_and_a_row_that_is_cut_off_is_named(tmp_path: Path) -> None:
    # As pandas writes it: answers are JSON in one field, its quotes doubled.
    head = "id\tprop\tquestion\tpossible_answers\n"
    row = '4222362\toccupation\tWhat is X\'s occupation?\t"[""politician"", ""pol""]"\n'
    path = tmp_path / "qa" / "popqa" / "popQA.tsv"
    path.parent.mkdir(parents=True)
    path.write_text(head + row)
    [split] = task("popqa").load(Source(tmp_path), Setting())
    [problem] = split.problems
    assert (problem.id, problem.gold.answers) == ("4222362", ("politician", "pol"))
    assert problem.labels == {"type": "occupation"}
    for broken in ("7\toccupation\n", f"{row[:-1]}\tmore\n"):
        path.write_text(head + row + broken)
        with pytest.raises(UserError, match=r"popQA\.tsv line 3: has not the 4 columns"):
            task("popqa").load(Source(tmp_path), Setting())


def test_names_that_people_gave_to_an_answer_of_triviaqa_are_accepted(tmp_path: Path) -> None:
    # `get_ground_truths` of triviaqa's dataset_utils.py takes aliases and "HumanAnswers".
    answer = {"Value": "A", "Aliases": ["B"], "HumanAnswers": ["C"], "NormalizedAliases": ["b"]}
    rows = {"Data": [{"QuestionId": "t", "Question": "Who?", "Answer": answer}]}
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(rows))
    [split] = QuestionFile(path).load(Source(tmp_path), Setting())
    assert split.problems[0].gold.answers == ("A", "B", "C")


def test_questions_without_a_text_are_refused_by_name(tmp_path: Path) -> None:
    # KILT's TriviaQA as it is handed out has no "input".
    row = {"id": "tc_3", "output": [{"answer": "A"}]}
    written(tmp_path / "qa" / "kilt" / "triviaqa-dev-kilt.jsonl", [row])
    with pytest.raises(UserError, match=r"without a text: 'tc_3'.*get_triviaqa_input\.py"):
        task("kilt-triviaqa").load(Source(tmp_path), Setting())


def message(speaker: str, text: str, checked: Any = None, passage: Any = None) -> dict[str, Any]:
    """A message of a dialogue of Wizard of Wikipedia as its authors publish it."""
    return {
        "speaker": speaker,
        "text": text,
        "checked_sentence": checked or {},
        "checked_passage": passage or {},
    }


WIZARD = [
    message("0_Apprentice", "Hi. I like ships."),
    message("1_Wizard", "Ships float.", {"chosen_Ship_0": "A ship floats."}, {"chosen": "Ship"}),
    message("0_Apprentice", "Why?"),
    message("1_Wizard", "No idea.", {"no_passages_used": "no_passages_used"}),
    message("0_Apprentice", "And syrup?"),
    message("1_Wizard", "Sweet.", {"self_Maple_syrup_3": "Syrup is sweet."}),
]


def test_the_turns_of_the_wizard_are_questions_about_the_dialogue_so_far(tmp_path: Path) -> None:
    rows = [
        {"chosen_topic": "Ship", "dialog": WIZARD},
        {"chosen_topic": "Ship", "dialog": [message("0_Wizard", "Ask me."), *WIZARD[:3]]},
        {"chosen_topic": "Ship", "dialog": []},
    ]
    _, found = problems(tmp_path / "test_random_split.json", rows)
    # The second dialogue begins with the wizard, whose turns are 0 and 2; ParlAI's teacher has
    # (4 - 1) // 2 = 1 of them.
    assert list(found) == ["0-0", "0-1", "0-2", "1-0"]
    assert found["0-0"].text == "Ship\nHi. I like ships."
    assert found["0-1"].text == "Ship\nHi. I like ships.\nShips float.\nWhy?"
    assert found["1-0"].text == "Ship"
    assert [found[f"0-{n}"].gold.answers for n in range(3)] == [
        ("Ships float.",),
        ("No idea.",),
        ("Sweet.",),
    ]
    known = [found[f"0-{n}"].gold.details["knowledge"] for n in range(3)]
    assert known == [["A ship floats."], ["no_passages_used"], ["Syrup is sweet."]]


def test_pages_of_a_turn_are_found_in_a_corpus_by_their_titles(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "wiki", "Maple syrup", "Ship")
    rows = [{"chosen_topic": "Ship", "dialog": WIZARD}]
    _, found = problems(tmp_path / "test_random_split.json", rows, pool=str(folder))
    given = [found[f"0-{n}"].gold.details.get("passages") for n in range(3)]
    assert given == [["d1"], None, ["d0"]]


@pytest.mark.parametrize(
    "dialog",
    [7, [7], [{"speaker": "0_A"}, {"speaker": "1_Wizard"}], [{"speaker": 7}], {"a": 1}, [[]]],
)
def test_a_dialogue_of_another_form_is_named(tmp_path: Path, dialog: Any) -> None:
    with pytest.raises(UserError, match=r"row 1: (is no row of wizard|has no '\w+', which wizard)"):
        problems(tmp_path / "dev.json", [{"chosen_topic": "Ship", "dialog": dialog}])


def test_answers_that_are_patterns_are_matched_and_broken_ones_are_named(tmp_path: Path) -> None:
    path = written(tmp_path / "trec.jsonl", [{"question": "How high?", "answer": ["20,?320 f"]}])
    [split] = QuestionFile(path, "patterns").load(Source(tmp_path), Setting())
    [problem] = split.problems
    assert (problem.gold.answers, problem.gold.details) == ((), {"patterns": ["20,?320 f"]})
    written(path, [{"question": "How high?", "answer": ["(20"]}])
    with pytest.raises(UserError, match=r"line 1: is no row of patterns: '\(20' is no regular"):
        QuestionFile(path, "patterns").load(Source(tmp_path), Setting())
    written(path, [{"question": "How high?", "answer": []}])
    with pytest.raises(UserError, match="questions without an answer: '0'"):
        QuestionFile(path, "patterns").load(Source(tmp_path), Setting())


def test_two_questions_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a second question has the id 'a'"):
        problems(tmp_path / "dev.json", [FIRST, FIRST])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("{}", "no list of objects"),
        ("[1]", "no list"),
        ("[]", "has no q"),
    ],
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
