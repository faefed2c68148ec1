"""A training method of one's own: which words of a document answer which words of a query?

assay train examples/my_producer.py:Associations --set data=pairs.jsonl --out associated
assay run -m associated/ -s starter-tools
"""

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from harness.contracts import Planned

LEARNED = "associations.json"


@dataclass(frozen=True)
class Associations:
    """Learns from pairs of a query and the documents that answer it.

    Attributes:
        data: JSONL with a "query" and a list "positive" a line.
        most: words that a word of a query brings along.
        seen: times that two words must have met.
    """

    data: str
    most: int = 3
    seen: int = 2

    adapter = "./my_producer.py:Associating"  # what runs the checkpoint; paths start at its folder
    parent = {}  # noqa: RUF012 -- trained from nothing

    @property
    def inputs(self):
        """The files that it reads; their hashes become part of the checkpoint's card."""
        return {"data": Path(self.data)}

    def stages(self):
        """What is done, in order. What is over is not done again after a kill."""
        return [Count(self), Choose(self)]


@dataclass(frozen=True)
class Count:
    """Counts which words meet, and keeps a row for each pair that it has read."""

    settings: Associations
    name: str = "count"

    def plan(self, before):
        """Says how much there is to do; nothing is written."""
        with open(self.settings.data, encoding="utf-8") as file:
            return Planned({"pairs": sum(1 for _ in file)})

    def run(self, work):
        """Goes on behind the rows that are there."""
        rows = work.rows("met.jsonl")
        done = len(rows)
        lines = Path(self.settings.data).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines[done:], done + 1):
            pair = json.loads(line)
            asked, told = words(pair["query"]), words(" ".join(pair["positive"]))
            rows.add({"asked": sorted(asked), "told": sorted(told - asked)})
            work.spend(pairs=1)
            work.tell(number, len(lines))


@dataclass(frozen=True)
class Choose:
    """Keeps the words that met more often than chance would have it, and writes the checkpoint."""

    settings: Associations
    name: str = "choose"

    def plan(self, before):
        """As much as was counted."""
        return Planned(before["count"].counts)

    def run(self, work):
        """Leaves in `work.out` whatever the adapter opens."""
        met, asked, told = Counter(), Counter(), Counter()
        for line in (work.before("count") / "met.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            asked.update(row["asked"])
            told.update(row["told"])
            met.update((one, other) for one in row["asked"] for other in row["told"])
        learned = {}
        for (one, other), n in sorted(met.items(), key=lambda pair: -pair[1] / told[pair[0][1]]):
            if n >= self.settings.seen and len(learned.get(one, ())) < self.settings.most:
                learned.setdefault(one, []).append(other)
        work.summarise({"words": len(learned)})
        (work.out / LEARNED).write_text(json.dumps(learned), encoding="utf-8")
        shutil.copy(__file__, work.out)


class Associating:
    """The checkpoint's adapter: counts shared words; what was learned to go along counts half."""

    def __init__(self):
        learned = Path(__file__).with_name(LEARNED).read_text(encoding="utf-8")
        self.learned = json.loads(learned)

    def index(self, corpus):
        """Called once for each corpus."""
        return Index(self.learned, {document.id: words(document.full_text) for document in corpus})


class Index:
    """One corpus, ready to be searched."""

    def __init__(self, learned, documents):
        self.learned, self.documents = learned, documents

    def search(self, queries, k, *, within=None, without=None):
        """The best k documents of each query, as {query id: {document id: score}}."""
        return {query.id: self.best(query, k, within, without) for query in queries}

    def best(self, query, k, within, without):
        """The best k documents of one query."""
        asked = words(query.text)
        along = {other for word in asked for other in self.learned.get(word, ())} - asked
        pool = set((within or {}).get(query.id, self.documents))
        scores = {
            id: len(asked & self.documents[id]) + 0.5 * len(along & self.documents[id])
            for id in pool.difference((without or {}).get(query.id, ()))
        }
        return {id: scores[id] for id in sorted(scores, key=lambda id: (-scores[id], id))[:k]}


def words(text):
    """The words of a text that have more than two letters."""
    return {word for word in text.lower().split() if len(word) > 2}
