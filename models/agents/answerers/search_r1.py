"""Search-R1: one model thinks, searches and answers between tags of its own.

Jin et al., "Search-R1: Training LLMs to Reason and Leverage Search Engines with Reinforcement
Learning" (arXiv 2503.09516). The paper's are the tags, 4 searches, 3 passages each, the form of
what a search gave, and one last turn without a search; a question without "?" gets one. Its 500
tokens of what a search gave are taken for 2,000 characters.

Ours are the wording and two adaptations: what was found is a turn of the user, where the released
code goes on within one text, and a turn that cannot be read is asked for again, at most
`misreadings` times, where that code tells the model and counts it among the 4.
"""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass, replace
from typing import ClassVar

from harness.errors import UserError
from harness.records import Message
from models.agents.answerers.answering import (
    Answerer,
    Asked,
    Attempt,
    Reply,
    Stopped,
    Unreadable,
)
from models.agents.answerers.passages import NONE_FOUND, Passage

RULES = """\
You answer a question. Reason between <{think}> and </{think}> first, and again whenever you learn \
something new. If you lack some knowledge, search for it: write <{search}> what to look for \
</{search}> and stop there. What was found is then told between <{information}> and \
</{information}>. You may search several times. Once you need nothing more, write the answer \
itself between <{answer}> and </{answer}>, as short as it can be, without an explanation."""
NO_MORE = "No search is left: answer now."
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}")


@dataclass(frozen=True)
class Action:
    """What a turn does: a search or the answer.

    Attributes:
        text: the turn up to the end of the action.
        content: the query or the answer.
        answers: whether it is the answer.
    """

    text: str
    content: str
    answers: bool


@dataclass(eq=False)
class SearchR1(Answerer):
    """Thinks, searches and answers between tags.

    Attributes:
        turns: searches at most.
        k: passages of a search.
        context: characters of what one search gave.
        think: name of the tag of a thought.
        search: name of the tag of a query.
        information: name of the tag of what was found.
        answer: name of the tag of the answer.
    """

    _: KW_ONLY
    turns: int = 4
    k: int = 3
    context: int = 2_000
    think: str = "think"
    search: str = "search"
    information: str = "information"
    answer: str = "answer"

    name: ClassVar[str] = "search-r1"
    at_least_one: ClassVar[tuple[str, ...]] = ("turns", "k")

    def __post_init__(self) -> None:
        super().__post_init__()
        tags = self._tags()
        if len(set(tags.values())) < len(tags) or not all(map(_TAG.fullmatch, tags.values())):
            raise UserError(
                f"search-r1 with tags {', '.join(tags.values())}: they are four different names "
                "of letters, digits, - and _"
            )

    def _tags(self) -> dict[str, str]:
        names = ("think", "search", "information", "answer")
        return {name: getattr(self, name) for name in names}

    async def reply(self, attempt: Attempt, asked: Asked) -> Reply:
        """Turn by turn up to the answer."""
        question = asked.question.strip()
        question += "" if question.endswith("?") else "?"
        rules = RULES.format(**self._tags())
        view = replace(asked, system="").prompt("", rules, f"Question: {question}")
        if asked.system:
            view.insert(0, Message("system", asked.system))
        for searched in range(self.turns + 1):
            action = await attempt.turn("searcher", view, self.read, thoughts=True)
            if action.answers:
                return Reply(action.content)
            if searched == self.turns:
                break
            found = attempt.context.fitted(await attempt.search(action.content, self.k))
            told = f"<{self.information}>{_documents(found)}</{self.information}>"
            if searched == self.turns - 1:
                told = f"{told}\n{NO_MORE}"
            view += [Message("assistant", action.text), Message("user", told)]
        raise Stopped(f"no answer after {self.turns} searches")

    def read(self, text: str) -> Action:
        """The first action outside thoughts; a tag may be left open at the end.

        Raises:
            Unreadable: there is none, or it is empty.
        """
        ends, opens = f"</{self.think}>", f"<{self.think}>"
        unopened = ends in text and opens not in text.partition(ends)[0]
        place = text.index(ends) + len(ends) if unopened else 0
        last_end = text.rfind(ends)
        tags = re.compile(f"<({self.think}|{self.search}|{self.answer})>")
        while found := tags.search(text, place):
            tag, place = found[1], found.end()
            if tag != self.think:
                return self._action(text, tag, place)
            if place <= last_end:
                place = text.index(ends, place) + len(ends)
        raise Unreadable(f"it has neither <{self.search}> nor <{self.answer}>")

    def _action(self, text: str, tag: str, start: int) -> Action:
        """The action whose tag ends at a place of a turn."""
        content, closed, _ = text[start:].partition(f"</{tag}>")
        said = content.partition("<")[0].strip()
        if not said:
            raise Unreadable(f"there is nothing in <{tag}>")
        return Action(text[: start + len(content) + len(closed)], said, tag == self.answer)


def _documents(passages: list[Passage]) -> str:
    lines = (
        f'Doc {number}(Title: "{" ".join(p.title.split())}") {" ".join(p.text.split())}'
        for number, p in enumerate(passages, 1)
    )
    return "\n".join(lines) or NONE_FOUND
