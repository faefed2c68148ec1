"""Search-R1: one model thinks, searches and answers between tags of its own.

Jin et al., "Search-R1: Training LLMs to Reason and Leverage Search Engines with Reinforcement
Learning" (arXiv 2503.09516). The tags are the paper's. From the released code (PeterGriffinJin/
Search-R1, search_r1/llm_agent/generation.py and its evaluation scripts) are 3 passages a search, 4
turns and one more in which nothing is searched any more, the form of what a search gave, and the
"?" that a question without one gets. Its 500 tokens of what a search gave are taken for 2,000
characters.

Reconstruction, beside the wording: what was found is a turn of the user, where that code goes on
within one text; before the last turn the model is told that no search is left, where that code
says nothing; a turn that cannot be read is asked for again, at most `misreadings` times, where that
code tells the model and counts it among the 4; and what is within a thought is no action and an
action may be left open at the end of a turn, where that code takes the first pair of tags.
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
from models.agents.answerers.passages import NONE_FOUND, Passage, quoted

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
        think: name of the tag of a thought. A chat model that takes what stands before </think> for
            thoughts of its own leaves it out of its turn, and then it is not read again; under
            another name it stays in the conversation.
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
        f'Doc {number}(Title: "{quoted(p.title)}") {quoted(p.text)}'
        for number, p in enumerate(passages, 1)
    )
    return "\n".join(lines) or NONE_FOUND
