"""The stage that makes training data for retrievers: read, guarded, counted, mined, written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from harness.contracts import Planned
from harness.errors import UserError
from harness.files import replacing
from harness.sources import Source
from harness.training.leaks import LeakGuard, words_of
from harness.training.work import Work
from models.training.retrieval.bases import Base
from models.training.retrieval.examples import Example, Examples, read_examples
from models.training.retrieval.mining import Miner

ROWS, DOCUMENTS, HELD_OUT = "rows.jsonl", "documents.jsonl", "held_out.jsonl"
REFUSED, LEFT_OUT, MINED = "refused.jsonl", "left_out.jsonl", "mined.jsonl"


@dataclass(frozen=True)
class Preparation:
    """How training data is made.

    Attributes:
        data: a file, or a folder; see `models.training.retrieval.examples`.
        leave_out: files of a folder that are not read.
        instruction: whether queries keep their instructions.
        per_source: queries of a source at most; 0 for all.
        held_out: queries that are not trained on, but measured by.
        negatives: of a row at most.
        mine: expression of the retriever that finds what rows lack of them; "" for none.
        mine_from: rank of the first document that is taken for one.
        near: similarity from which on a query is too near to an evaluation query.
        max_length: in tokens; 0 where nothing is too long.
        seed: of what is drawn by chance.
        device: where a neural miner runs.
    """

    data: Path
    leave_out: tuple[str, ...]
    instruction: bool
    per_source: int
    held_out: int
    negatives: int
    mine: str
    mine_from: int
    near: float
    max_length: int
    seed: int
    device: str | None


@dataclass(frozen=True, eq=False)
class Data:
    """Writes `rows.jsonl` and the `documents.jsonl` that they name by id.

    Beside them lie `held_out.jsonl`, `refused.jsonl` (rows that ask what evaluation asks, each with
    its twin) and `left_out.jsonl` (rows whose query is too long).

    Attributes:
        settings: see there.
        base: the model whose tokens count.
    """

    settings: Preparation
    base: Base
    name: str = field(init=False, default="data")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Reads everything, and counts; what the guard would refuse is not known yet."""
        examples = read_examples(self.settings.data, self.settings.leave_out, Source())
        rows = _capped(examples.rows, self.settings.per_source, self.settings.seed)
        rows = rows[: max(0, len(rows) - self.settings.held_out)]
        counts = {
            "rows": len(rows),
            "pairs": sum(len(row.positives) for row in rows),
            "documents": len(examples.documents),
            "sources": len({row.source for row in rows}),
        }
        note = "rows that ask what a registered task asks will be refused, which only running tells"
        return Planned(counts, notes=(note,))

    def run(self, work: Work) -> None:
        """Does it all, and mines source by source: what is mined already stays.

        Raises:
            UserError: a line is malformed, or nothing is left to train on.
        """
        settings, source = self.settings, Source()
        with source.recording() as reads:
            work.tell(0, 4, "reading")
            examples = read_examples(settings.data, settings.leave_out, source)
        read = len(examples.rows)
        rows = _merged(examples.rows, settings.instruction, examples.notes)
        rows, long = self._short(rows)
        work.tell(1, 4, "looking for evaluation queries")
        guard = LeakGuard.gather(Source(), settings.near)
        rows, refused = guard.sift(rows, lambda row: (row.query,), lambda row: row.id)
        work.tell(2, 4, "mining")
        rows = _capped(rows, settings.per_source, settings.seed)
        rows, held = _split(rows, settings.held_out, settings.seed)
        if not rows:
            raise UserError(
                f"of {read} rows in {settings.data.name} none is left to train on: "
                f"{len(refused)} ask what a registered task asks, {len(long)} are too long"
            )
        mined = self._mined([*rows, *held], examples, work)
        rows, held = mined[: len(rows)], mined[len(rows) :]
        _write(work.folder / LEFT_OUT, map(asdict, long))
        _write(
            work.folder / REFUSED,
            ({**asdict(row), "twin": asdict(twin)} for row, twin in refused),
        )
        _write(work.folder / HELD_OUT, map(asdict, held))
        used = self._documents(rows, held, examples, work.folder / DOCUMENTS)
        _write(work.folder / ROWS, map(asdict, rows))
        work.tell(4, 4, f"{len(rows)} rows")
        work.summarise(
            {
                "read": read,
                "rows": len(rows),
                "pairs": sum(len(row.positives) for row in rows),
                "held out": len(held),
                "too long, left out": len(long),
                "rows by source": dict(Counter(row.source for row in rows)),
                "negatives a row": sum(len(row.negatives) for row in rows) / len(rows),
                "rows with an instruction": sum(row.prompt is not None for row in rows),
                **used,
                "mended": {what: n for what, n in examples.notes.items() if n},
                "leaks": guard.summary(twin for _, twin in refused),
                "also read": [asdict(found) for found in reads],
            }
        )

    def _short(self, rows: Sequence[Example]) -> tuple[list[Example], list[Example]]:
        """The rows whose query fits, and those whose query does not."""
        limit = self.settings.max_length
        worded = [self.base.query(row.query, row.prompt) for row in rows]
        fits = [not limit or length <= limit for length in self.base.lengths(worded)]
        pairs = list(zip(rows, fits, strict=True))
        return [row for row, fit in pairs if fit], [row for row, fit in pairs if not fit]

    def _mined(self, rows: Sequence[Example], examples: Examples, work: Work) -> list[Example]:
        """The rows with as many negatives as they may have."""
        settings = self.settings
        rows = [replace(row, negatives=row.negatives[: settings.negatives]) for row in rows]
        if not settings.mine or not settings.negatives:
            return rows
        miner = Miner(settings.mine, examples.documents, settings.mine_from, settings.device)
        kept = work.rows(MINED)
        done: dict[str, list[list[str]]] = {row["source"]: row["negatives"] for row in kept}
        found: dict[int, Example] = {}
        groups: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            groups.setdefault(row.source, []).append(number)
        for source, numbers in groups.items():
            chosen = [rows[i] for i in numbers]
            if source not in done:
                pool = list(examples.pools[source])
                mined = list(miner.mined(chosen, pool, settings.negatives))
                done[source] = [list(row.negatives) for row in mined]
                kept.add({"source": source, "negatives": done[source]})
            for i, row, negatives in zip(numbers, chosen, done[source], strict=True):
                found[i] = replace(row, negatives=tuple(negatives))
        return [found[i] for i in range(len(rows))]

    def _documents(
        self, rows: Sequence[Example], held: Sequence[Example], examples: Examples, path: Path
    ) -> dict[str, int]:
        """Writes the documents that rows name."""
        listed: dict[str, None] = {}
        for row in (*rows, *held):
            listed.update(dict.fromkeys((*row.positives, *row.negatives)))
        texts = {id: examples.documents[id] for id in listed}
        lengths = self.base.lengths([self.base.document(text) for text in texts.values()])
        _write(
            path,
            (
                {"id": id, "tokens": n, "text": text}
                for (id, text), n in zip(texts.items(), lengths, strict=True)
            ),
        )
        limit = self.settings.max_length
        return {
            "documents": len(texts),
            "documents of which only the first max_length tokens are read": sum(
                bool(limit) and n > limit for n in lengths
            ),
        }


def read_rows(path: Path) -> list[Example]:
    """The rows of a file that the stage wrote."""
    found = []
    for row in _read(path):
        row["positives"], row["negatives"] = tuple(row["positives"]), tuple(row["negatives"])
        found.append(Example(**row))
    return found


def read_documents(path: Path) -> dict[str, str]:
    """Text by id, of the file that the stage wrote."""
    return {row["id"]: row["text"] for row in _read(path)}


def _read(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        yield from map(json.loads, file)


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with replacing(path) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def _merged(rows: Sequence[Example], instruction: bool, notes: Counter[str]) -> list[Example]:
    """Rows that ask the same become one: what is right for one of them is not wrong for another."""
    found: dict[tuple[str, str | None], Example] = {}
    for row in rows:
        prompt = row.prompt if instruction else None
        words = " ".join(words_of(row.query))
        if not words:
            notes["rows whose query has no word, left out"] += 1
            continue
        first = found.setdefault((words, prompt), replace(row, prompt=prompt))
        if first is not row:
            right = tuple(dict.fromkeys((*first.positives, *row.positives)))
            wrong = dict.fromkeys((*first.negatives, *row.negatives))
            left = tuple(id for id in wrong if id not in right)
            found[words, prompt] = replace(first, positives=right, negatives=left)
    notes["rows that ask what an earlier row asks, joined with it"] += (
        len(rows) - len(found) - notes["rows whose query has no word, left out"]
    )
    return list(found.values())


def _capped(rows: Sequence[Example], most: int, seed: int) -> list[Example]:
    """The rows, of each source at most so many, drawn by chance and in their order."""
    if not most:
        return list(rows)
    groups: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(row.source, []).append(number)
    random = np.random.default_rng([seed, 1])
    kept = {i for n in groups.values() for i in random.permutation(n)[:most].tolist()}
    return [row for number, row in enumerate(rows) if number in kept]


def _split(rows: Sequence[Example], n: int, seed: int) -> tuple[list[Example], list[Example]]:
    """The rows to train on, and `n` of them, drawn by chance, to measure by."""
    if n and n >= len(rows):
        raise UserError(f"held_out={n}: there are only {len(rows)} rows")
    chosen = set(np.random.default_rng([seed, 2]).permutation(len(rows))[:n].tolist())
    kept = [row for number, row in enumerate(rows) if number not in chosen]
    return kept, [row for number, row in enumerate(rows) if number in chosen]
