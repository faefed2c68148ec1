"""One reader a format: a row of a benchmark's own file as a question.

A reader takes the row, its place in the file and the names of ids of Wikidata. It raises KeyError,
TypeError, ValueError or AttributeError where a row is not of its format.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeAlias

from harness.sources.rows import Row
from tasks.question_answering.questions import Paragraph, Question

Aliases: TypeAlias = Mapping[str, tuple[str, ...]]
"""Other names of what an id of Wikidata stands for."""
Reader: TypeAlias = Callable[[Row, int, Aliases], Question]


def _flat(row: Row, position: int, aliases: Aliases) -> Question:
    answers = next((row[key] for key in _ANSWERS if row.get(key) is not None), ())
    facts = _pairs(row.get("supporting_facts") or (), "title", "sent_id")
    titles = tuple(_texts(row.get("gold_titles") or [title for title, _ in facts]))
    id = row.get("id", position)
    details = {"supports": [list(fact) for fact in facts]} if facts else {}
    labels = _labels(type=row.get("type"), level=row.get("level"))
    return Question(
        _id(id),
        _text(row["question"]),
        _texts(_listed(answers)),
        titles,
        labels=labels,
        details=details,
    )


_ANSWERS = ("golden_answers", "answer", "answers")


def _patterns(row: Row, position: int, aliases: Aliases) -> Question:
    import regex

    found = _flat(row, position, aliases)
    for pattern in found.answers:
        try:
            regex.compile(pattern)
        except regex.error as error:
            raise ValueError(f"{pattern[:80]!a} is no regular expression: {error}") from None
    return replace(found, answers=(), details={**found.details, "patterns": list(found.answers)})


def _hotpotqa(row: Row, position: int, aliases: Aliases) -> Question:
    facts = _pairs(row.get("supporting_facts") or (), "title", "sent_id")
    paragraphs = tuple(
        Paragraph(_text(title), " ".join(text.strip() for text in _texts(sentences)))
        for title, sentences in _pairs(row.get("context") or (), "title", "sentences")
    )
    titles = tuple(dict.fromkeys(_text(title) for title, _ in facts))
    needed = tuple(place for place, p in enumerate(paragraphs) if p.title in titles)
    details: dict[str, Any] = {"supports": [list(fact) for fact in facts]} if facts else {}
    if row.get("type"):
        details["type"] = row["type"]
    return Question(
        _id(row["_id"] if "_id" in row else row["id"]),
        _text(row["question"]),
        _texts(row.get("answer")),
        titles,
        paragraphs,
        needed,
        _labels(type=row.get("type"), level=row.get("level"), hops="2"),
        details,
    )


def _two_wiki(row: Row, position: int, aliases: Aliases) -> Question:
    found = _hotpotqa(row, position, aliases)
    named = aliases.get(row.get("answer_id") or "", ())
    written = _json(row.get("evidences")) or ()
    ids = _json(row.get("evidences_id")) or [("", "", "")] * len(written)
    triples = [_triple(*pair, aliases) for pair in zip(written, ids, strict=True)]
    hops = "4" if row.get("type") == "bridge_comparison" else "2"
    return replace(
        found,
        answers=tuple(dict.fromkeys((*found.answers, *named))) if found.answers else (),
        labels={**found.labels, "hops": hops},
        details={**found.details, **({"triples": triples} if triples else {})},
    )


def _triple(triple: Any, ids: Any, aliases: Aliases) -> list[Any]:
    """A triple with every name of its subject and object, as 2Wiki's script compares them."""
    if isinstance(triple, Mapping):
        triple = [triple[name] for name in ("fact", "relation", "entity")]
    (subject, relation, object), (subject_id, _, object_id) = map(_text, triple), ids
    subjects = list(dict.fromkeys((subject, *aliases.get(subject_id, ()))))
    return [subjects, relation, list(dict.fromkeys((object, *aliases.get(object_id, ()))))]


def _musique(row: Row, position: int, aliases: Aliases) -> Question:
    rows = row.get("paragraphs") or ()
    paragraphs = tuple(Paragraph(_text(p["title"]), _text(p["paragraph_text"])) for p in rows)
    needed = tuple(place for place, p in enumerate(rows) if p.get("is_supporting") is True)
    # By title and number: the number alone is upstream's, the title tells people what it is.
    supports = [[paragraphs[place].title, rows[place]["idx"]] for place in needed]
    steps = [
        {"question": _text(step["question"]), "answer": _text(step["answer"])}
        for step in row.get("question_decomposition") or ()
    ]
    id = _id(row["id"])
    kind, marked, _ = id.partition("__")
    details: dict[str, Any] = {"supports": supports} if supports else {}
    if steps:
        details["decomposition"] = steps
    answers = (*_texts(row.get("answer")), *_texts(row.get("answer_aliases") or ()))
    if row.get("answerable") is False:
        details["answerable"], answers = False, ()
    titles = tuple(dict.fromkeys(paragraphs[place].title for place in needed))
    return Question(
        id,
        _text(row["question"]),
        tuple(dict.fromkeys(answers)),
        titles,
        paragraphs,
        needed,
        _labels(
            type=kind if marked else None,
            hops=str(len(steps)) if steps else kind[:1] if marked else None,
        ),
        details,
    )


def _kilt(row: Row, position: int, aliases: Aliases) -> Question:
    outputs = _json(row.get("output")) or ()
    said = (output.get("answer") for output in outputs)
    answers = (_text(answer).strip() for answer in said if answer)
    sources = [list(output.get("provenance") or ()) for output in outputs]
    evidence = [
        list(dict.fromkeys(str(p["wikipedia_id"]).strip() for p in pages if p.get("wikipedia_id")))
        for pages in sources
    ]
    titles = (p["title"] for pages in sources for p in pages if p.get("title"))
    return Question(
        _id(row["id"]),
        _text(row.get("input", "")),
        tuple(dict.fromkeys(filter(None, answers))),
        tuple(dict.fromkeys(map(_text, titles))),
        details={"provenance": [pages for pages in evidence if pages]},
    )


def _popqa(row: Row, position: int, aliases: Aliases) -> Question:
    answers = _texts(_json(row["possible_answers"]))
    labels = _labels(type=row.get("prop"))
    return Question(_id(row["id"]), _text(row["question"]), answers, labels=labels)


def _triviaqa(row: Row, position: int, aliases: Aliases) -> Question:
    id = row["question_id"] if "question_id" in row else row["QuestionId"]
    text = row["question"] if "question" in row else row["Question"]
    answer = row["answer"] if "answer" in row else row["Answer"]
    named = {key.lower(): value for key, value in answer.items()}
    others = (*(named.get("aliases") or ()), *(named.get("humananswers") or ()))
    names = (*_texts(named["value"]), *_texts(others))
    return Question(_id(id), _text(text), tuple(dict.fromkeys(names)))


def _bamboogle(row: Row, position: int, aliases: Aliases) -> Question:
    labels = {"hops": "2"}
    return Question(str(position), _text(row["Question"]), _texts(row["Answer"]), labels=labels)


def _strategyqa(row: Row, position: int, aliases: Aliases) -> Question:
    answer = row["answer"]
    if not isinstance(answer, bool):
        raise ValueError("its answer is neither true nor false")
    steps = [{"question": _text(step), "answer": ""} for step in row.get("decomposition") or ()]
    details = {
        "decomposition": steps,
        "facts": list(_texts(row.get("facts") or ())),
        "evidence": row.get("evidence") or [],
    }
    accepted = ("yes", "true") if answer else ("no", "false")
    labels = _labels(hops=str(len(steps)) if steps else None)
    return Question(
        _id(row["qid"]), _text(row["question"]), accepted, labels=labels, details=details
    )


def _wizard(row: Row, position: int, aliases: Aliases) -> Question:
    replies = row["labels"] if row.get("labels") is not None else row["eval_labels"]
    known = _texts(row.get("checked_sentence"))
    title = row.get("title")
    return Question(
        _id(row["turn"]) if "turn" in row else f"{row.get('split', 'turn')}-{position}",
        _text(row["text"]),
        _texts(replies),
        (_text(title),) if title and title != NOTHING_CHOSEN else (),
        details={"knowledge": list(known), "topic": row.get("chosen_topic", "")},
    )


NOTHING_CHOSEN = "no_passages_used"
"""What Wizard of Wikipedia calls the sentence, and its title, of a turn that rests on none."""
READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "flat": _flat,
        "patterns": _patterns,
        "hotpotqa": _hotpotqa,
        "2wiki": _two_wiki,
        "musique": _musique,
        "kilt": _kilt,
        "popqa": _popqa,
        "triviaqa": _triviaqa,
        "bamboogle": _bamboogle,
        "strategyqa": _strategyqa,
        "wizard": _wizard,
    }
)
"""By the name of the format."""


def _pairs(value: Any, first: str, other: str) -> list[tuple[Any, Any]]:
    """Pairs as upstream writes them, [[a, b], ...], or as copies on the hub do.

    These are {first: [a, ...], other: [b, ...]}, or [{first: a, other: b}, ...], in which sentences
    may be called "content".
    """
    value = _json(value)
    if isinstance(value, Mapping):
        return list(zip(value[first], _either(value, other), strict=True))
    return [
        (pair[first], _either(pair, other)) if isinstance(pair, Mapping) else _pair(*pair)
        for pair in value
    ]


def _pair(one: Any, other: Any) -> tuple[Any, Any]:
    return one, other


def _either(value: Mapping[str, Any], name: str) -> Any:
    """What stands under the name, or under "content" where that is there instead."""
    return value["content"] if name not in value and "content" in value else value[name]


def _json(value: Any) -> Any:
    """A value; where a text stands for a list, that list."""
    return json.loads(value) if isinstance(value, str) and value[:1] in ("[", "{") else value


def _listed(value: Any) -> Any:
    """A value; where a text is a JSON list of texts, as tables have it, that list."""
    if isinstance(value, str) and value[:1] == "[":
        with suppress(ValueError):
            found = json.loads(value)
            if all(isinstance(one, str) for one in found):
                return found
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is wanted, not {str(value)[:80]!a}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    """One text or a list of them; those that are empty are none."""
    listed = [value] if isinstance(value, str) else value or ()
    if isinstance(listed, Mapping):
        raise TypeError(f"a text or a list of them is wanted, not {str(value)[:80]!a}")
    return tuple(filter(str.strip, map(_text, listed)))


def _id(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise TypeError("its id is neither a text nor a whole number")
    return str(value)


def _labels(**labels: Any) -> dict[str, str]:
    return {name: value for name, value in labels.items() if isinstance(value, str) and value}
