"""A chat model without a network or weights: it reads by counting words and looking at names.

    assay run -m 'genground(examples/my_reader.py:Reader())' -t qa/hotpotqa-100 --limit 5

It sees nothing but prompts, and plays every role of every answerer by the same few rules, so that
what an answerer gets out of it is the answerer's doing. What it knows is the form in which each of
them wants its turns.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from harness import Completion, Usage

SHOWN = re.compile(
    r"\[(?P<number>\d+)\] Title: (?P<title>.+?)\. Content: (?P<text>.+)"
    r'|Doc (?P<doc>\d+)\(Title: "+(?P<named>.+?)"+\) (?P<told>.+)'
)
NAME = re.compile(r"[A-Z][\w'’.-]*(?: (?:of|the|de|von|van|and|[A-Z][\w'’.-]*))* ?")
YEAR = re.compile(r"\b1[0-9]{3}\b|\b20[0-2][0-9]\b")
YES_NO = ("are ", "is ", "was ", "were ", "do ", "does ", "did ")
SMALL = {"the", "what", "which", "who", "whom", "whose", "when", "where", "and", "was", "were"}


class Shown(NamedTuple):
    """A passage of a prompt."""

    number: str
    title: str
    text: str


class Reader:
    """Reads passages by rules: see `answer` and `bridge`."""

    version = "1"

    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        """A turn; tokens are words."""
        said = self.turn(messages)
        read = sum(len(message.content.split()) for message in messages)
        return Completion(said, Usage(read, len(said.split())))

    def turn(self, messages):
        """What the role says that the first message describes."""
        rules, told = messages[0].content, "\n".join(m.content for m in messages[1:])
        whole = f"{rules}\n{told}"
        question = asked(whole)
        if "\nAction: the name" in rules:  # react-search
            question = next(m.content for m in messages if m.role == "user").strip()
            passages = observed(told)
            if told.count("Observation:") > 1:
                return f"Thought: enough is known.\nAnswer: {answer(question, passages)}"
            query = json.dumps({"query": following(question, passages), "k": 3})
            return f"Thought: more is needed.\nAction: search\nInput: {query}"
        passages = shown(told if "between <" not in rules else whole)
        if "between <" in rules:  # search-r1
            if whole.count("<information>Doc") > 1:
                return f"<think>It is known.</think><answer>{answer(question, passages)}</answer>"
            return f"<think>Not yet.</think><search>{following(question, passages)}</search>"
        if "FINISH[" in rules:  # genground, which deduces
            known = re.findall(r"^Answer \d+: (.*)$", told, re.MULTILINE)
            if len(known) > 1:
                return f"FINISH[{known[-1]}]"
            query = f"{question} {known[0]}" if known else question
            return f"<Thought> {query} </Thought>\n<Answer> {bridge(question, [])} </Answer>"
        if "<revise>" in rules:  # genground, which grounds
            best = ranked(question, passages)[0]
            if not words(best.title) & words(question):
                return "<ref> Empty </ref>"
            led = not question.endswith("?")  # something was found before
            found = answer(question, passages) if led else bridge(question, passages)
            return f"<ref> [{best.number}] {best.text} </ref>\n<revise> {found} </revise>"
        if "<FACT>" in rules or "<QUERY>" in rules:  # exsearch
            if "Give the final answer" in messages[-1].content:
                return answer(question, passages)
            searched = told.count("<SEARCH> [")
            fact = f"<FACT> {evidence(question, passages)}\n" if searched else ""
            if searched > 1:
                return f"{fact}<FINAL>"
            return f"{fact}<QUERY> {following(question, passages)}"
        if "in the form [2] > [1]" in rules:  # dro's selector, and exsearch's
            return " > ".join(f"[{passage.number}]" for passage in ranked(question, passages)[:5])
        if "the one sentence that comes" in rules:  # ircot, which reasons
            if "Reasoning so far: (nothing yet)" in told:
                return f"{bridge(question, passages)} is what it is about."
            return f"So the answer is: {answer(question, passages)}."
        said = answer(question, passages)
        if "So the answer is:" in rules:  # ircot, which reads, and iter-retgen
            return f"{bridge(question, passages)} is what it is about. So the answer is: {said}."
        best = ranked(question, passages)
        return f"{said} [{best[0].number}]" if "put the numbers" in rules and best else said


def asked(text):
    """The question."""
    found = re.findall(r"^Question: (.*)$", text, re.MULTILINE)
    return found[-1].strip() if found else ""


def shown(text):
    """The passages that a prompt shows, each once."""
    found = {}
    for match in SHOWN.finditer(text):
        title, told = match["title"] or match["named"], match["text"] or match["told"]
        found.setdefault(title, Shown(match["number"] or match["doc"], title, told))
    return list(found.values())


def observed(text):
    """The passages that observations of ReAct hold."""
    found = {}
    for line in re.findall(r"^Observation: (\{.*)$", text, re.MULTILINE):
        for number, row in enumerate(json.loads(line).get("results", ()), 1):
            found.setdefault(row["title"], Shown(str(number), row["title"], row["text"]))
    return list(found.values())


def words(text):
    """Its words of three letters and more."""
    return {word for word in re.findall(r"\w{3,}", text.casefold()) if word not in SMALL}


def ranked(question, passages):
    """Passages by the words that they share with the question, those of titles twice."""

    def shared(passage):
        title = words(passage.title)
        held = title | words(passage.text)
        return len(held & words(question)) + len(title & words(question)) / (1 + len(title))

    return sorted(passages, key=shared, reverse=True)


def names(text):
    """Names in a text, the longest first; the text itself where there is none in it."""
    found = [name.strip(" .'") for name in NAME.findall(text)]
    return sorted((n for n in found if words(n)), key=len, reverse=True) or [text][: len(text)]


def evidence(question, passages):
    """The sentence that shares most words with the question."""
    best = ranked(question, passages)[:1]
    sentences = [s for p in best for s in re.split(r"(?<=[.!?]) ", p.text)]
    return max(sentences, key=lambda s: len(words(s) & words(question)), default="")


def bridge(question, passages):
    """A name that the question lacks, of a title if one is mentioned: what leads on to more."""
    best = ranked(question, passages)[:1]
    text = " ".join(passage.text for passage in best)
    new = [name for name in names(text) if not words(name) & words(question)]
    titles = [p.title for p in passages if p.title in text and p.title not in question]
    return [*titles, *new, *names(question), "unknown"][0]


def following(question, passages):
    """What to search for next: the question, and what it led to."""
    return f"{question} {bridge(question, passages)}" if passages else question


def answer(question, passages):
    """Yes or no; of two things that are compared one; else a year or a name that is new."""
    first = question.casefold()
    if first.startswith(YES_NO) and " or " not in first:
        return "yes"
    options = re.search(r"(?:,|:) (.+?),? or (.+?)\?", question)
    if options:
        return compared(first, options.groups(), passages)
    text = evidence(question, passages)
    if first.startswith("when") or " year " in first:
        return next(iter(YEAR.findall(text)), "unknown")
    return bridge(question, passages)


def compared(question, options, passages):
    """The earlier or the later one of two, by the first year of the passage of each."""
    years = {}
    for option in options:
        about = [p for p in passages if words(option) & words(p.title)]
        found = YEAR.findall(about[0].text) if about else []
        years[option] = int(found[0]) if found else 0
    later = any(word in question for word in ("later", "younger", "recent", "last", "newer"))
    return (max if later else min)(options, key=years.get)
