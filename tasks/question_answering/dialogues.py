"""Dialogues of Wizard of Wikipedia as their authors publish them, taken apart into turns.

A file (train.json, valid_random_split.json, test_topic_split.json and their like) is a list of
dialogues {chosen_topic, dialog: [{speaker, text, checked_sentence, checked_passage}, ...]}. Every
turn of the wizard is one question, as in ParlAI's `WizardDialogKnowledgeTeacher`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.sources.rows import Row
from tasks.question_answering.readers import NOTHING_CHOSEN

_WIZARD = "Wizard"


def turns(dialogue: Row, position: int) -> Iterator[dict[str, Any]]:
    """The turns of the wizard, rows of the format `wizard`.

    What is asked is the topic and all that was said before, a line each, as KILT writes it. Where
    the wizard begins, its last turn is left out: ParlAI's teacher does so unless it is told
    otherwise (`--add-missing-turns`), and published numbers are without it. The sentence that a
    turn rests on is the first of `checked_sentence`, else `NOTHING_CHOSEN`, and its title the first
    of `checked_passage`, else what the key of the sentence says ("self_Maple_syrup_0").

    Args:
        dialogue: one of the file.
        position: its place in the file, by which its turns are called: "3-2" is the third turn of
            dialogue 3.

    Raises:
        KeyError: it has not the fields of one.
        TypeError: it is of another form.
    """
    messages, topic = dialogue["dialog"], dialogue["chosen_topic"]
    if not isinstance(messages, list):
        raise TypeError("its dialog is no list")
    begins = bool(messages) and _WIZARD in messages[0]["speaker"]
    places = range(0, len(messages), 2)[:-1] if begins else range(1, len(messages), 2)
    for number, place in enumerate(places):
        sentence, title = _chosen(messages[place])
        yield {
            "turn": f"{position}-{number}",
            "text": "\n".join([topic, *(message["text"] for message in messages[:place])]),
            "labels": [messages[place]["text"]],
            "checked_sentence": sentence,
            "title": title,
            "chosen_topic": topic,
        }


def _chosen(message: Mapping[str, Any]) -> tuple[str, str]:
    """Sentence that a turn rests on, and its title."""
    sentences, titles = message.get("checked_sentence") or {}, message.get("checked_passage") or {}
    key, sentence = next(iter(sentences.items()), ("", NOTHING_CHOSEN))
    if sentence == NOTHING_CHOSEN:
        return sentence, NOTHING_CHOSEN
    title = next(iter(titles.values()), "")
    return sentence, title or " ".join(key.split("_")[1:-1])
