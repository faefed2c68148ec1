"""A folder of synthetic submissions with the records of their checks, of any size.

No model ran: abilities, difficulties and noise are drawn from a seeded generator. Everything that
depends on the drawn values is computed from them, so means, intervals and per-query values agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from harness.contracts import Task
from harness.loading.catalogue import load_suite, load_task
from harness.records import Setting
from harness.store.schema import Value, setting_to_json
from leaderboard.checked import CHECKED, Cell, Checked, Queries, Sample, Samples, encoded
from leaderboard.records import Card, Environment, FileEntry, Manifest, ResultEntry, TrainingData

KINDS = ("embedder", "reranker", "lexical", "late interaction", "sparse", "hybrid")
FIRST_DAY = date(2026, 1, 1)
SAMPLED, DEPTH = 2, 5
ENVIRONMENT = Environment(
    packages={"assay-harness": "0.1.0", "numpy": "2.3.0"},
    python="3.11.9",
    system="Linux",
    processor="x86_64",
    cores=2,
    commit=None,
)


def write_board(
    folder: Path,
    *,
    systems: int,
    suite: str = "mair",
    queries: int = 80,
    seed: int = 0,
    samples: bool = True,
    settings: Sequence[Setting] = (Setting(),),
) -> Path:
    """Writes `folder/submissions`, as if that many models had been submitted and checked.

    Every fifth is self-reported; kinds, sizes, licences and training data take turns.

    Args:
        folder: where to write.
        systems: how many submissions.
        suite: a registered suite; every submission has all of its tasks.
        queries: of every task.
        seed: of everything drawn.
        samples: whether samples are written too.
        settings: every submission has every task under each of them.

    Returns:
        The folder of submissions.
    """
    out = folder / "submissions"
    tasks = [load_task(name) for name in load_suite(suite).tasks]
    for sub in ("queries", "samples"):
        (out / CHECKED / sub).mkdir(parents=True, exist_ok=True)
    digests = [_write_queries(out, task, queries) for task in tasks]
    rng = np.random.default_rng(seed)
    difficulty = rng.normal(0, 0.15, (len(tasks), 1)) + rng.normal(0, 0.2, (len(tasks), queries))
    for number in range(systems):
        name = f"system-{number:04d}"
        ability = rng.normal(0.45, 0.1)
        noise = rng.normal(0, 0.15, (len(settings), len(tasks), queries))
        scores = np.clip(ability - difficulty + noise, 0, 1).round(4)
        cells = list(_cells(name, number, tasks, settings, digests, scores))
        _write_submission(out, name, number, cells)
        if samples:
            record = _samples(cells, queries, rng)
            _write(out / CHECKED / "samples" / f"{name}.json", record.model_dump_json())
    return out


def _write(path: Path, text: str) -> FileEntry:
    data = text.encode()
    path.write_bytes(data)
    return FileEntry(sha256=sha256(data).hexdigest(), bytes=len(data))


def _data_hash(task: Task) -> str:
    return sha256(task.card.name.encode()).hexdigest()


def _shows_text(task: str) -> bool:
    return task.startswith("starter")


def _write_queries(out: Path, task: Task, queries: int) -> str:
    """Writes the queries of a task and returns the digest that names them."""
    text = Queries(
        task=task.card.name,
        data_hash=_data_hash(task),
        ids=[f"q{i}" for i in range(queries)],
        splits=["test"] * queries,
        clusters=list(range(queries)),
        weights=[1.0] * queries,
        texts=[f"query number {i}" for i in range(queries)]
        if _shows_text(task.card.name)
        else None,
    ).model_dump_json()
    digest = sha256(text.encode()).hexdigest()
    _write(out / CHECKED / "queries" / f"{digest}.json", text)
    return digest


def _cells(
    name: str,
    number: int,
    tasks: Sequence[Task],
    settings: Sequence[Setting],
    digests: Sequence[str],
    scores: NDArray[np.float64],
) -> Iterator[Cell]:
    """One cell a setting and task. `scores` has the shape (settings, tasks, queries)."""
    n = scores.shape[-1]
    means = scores.mean(-1)
    half = 1.96 * scores.std(-1) / np.sqrt(n)
    for s, setting in enumerate(settings):
        for t, task in enumerate(tasks):
            yield Cell(
                task=task.card.name,
                task_version=task.card.version,
                data_hash=_data_hash(task),
                setting=setting_to_json(setting),
                level="self-reported" if number % 5 == 4 else "re-scored",
                why="the data is not at hand" if number % 5 == 4 else "",
                partial=False,
                drift=[],
                main_measure=task.card.main_measure,
                measures=_measures(task.measures, float(means[s, t]), float(half[s, t]), n),
                counts={"queries": n, "answered": n, "missing": 0, "malformed": 0, "errors": 0},
                queries=digests[t],
                values=encoded(scores[s, t]),
                seconds=round(1 + float(means[s, t]), 3),
                command=f"assay run {name} {task.card.name}",
            )


def _measures(names: Sequence[str], mean: float, half: float, n: int) -> dict[str, Value]:
    """The main measure as drawn; each of the others 0.95 times the one before."""
    return {
        name: Value(
            value=round(mean * factor, 6),
            ci_low=round(max(0.0, mean - half) * factor, 6),
            ci_high=round(min(1.0, mean + half) * factor, 6),
            n=n,
        )
        for name, factor in zip(names, 0.95 ** np.arange(len(names)), strict=True)
    }


def _write_submission(out: Path, name: str, number: int, cells: Sequence[Cell]) -> None:
    """The submission's folder without its predictions, and the record of its check."""
    folder = out / name
    folder.mkdir(exist_ok=True)
    card = _card(name, number)
    fingerprint = sha256(name.encode()).hexdigest()
    text = yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False)
    manifest = Manifest(
        submission=name,
        created=FIRST_DAY + timedelta(days=number % 60),
        assay="0.1.0",
        model=name,
        model_fingerprint=fingerprint,
        results=[
            ResultEntry(
                path=f"results/{i:03d}/{cell.task.replace('/', '_')}",
                task=cell.task,
                task_version=cell.task_version,
                data_hash=cell.data_hash,
                setting=cell.setting,
                predictions_hash=sha256(cell.values.encode()).hexdigest(),
            )
            for i, cell in enumerate(cells)
        ],
        files={
            "environment.json": _write(
                folder / "environment.json", ENVIRONMENT.model_dump_json(indent=2)
            ),
            "model.yaml": _write(folder / "model.yaml", text),
        },
    )
    entry = _write(folder / "manifest.json", manifest.model_dump_json(indent=2))
    record = Checked(
        submission=name,
        manifest=entry.sha256,
        submitted=manifest.created,
        assay="0.1.0",
        model=name,
        model_fingerprint=fingerprint,
        card=card,
        environment=ENVIRONMENT,
        cells=list(cells),
    )
    _write(out / CHECKED / f"{name}.json", record.model_dump_json())


def _card(name: str, number: int) -> Card:
    training = ([], "undisclosed", [TrainingData(dataset="some/train", overlap=["mair"])])
    return Card(
        name=f"System {number}",
        kind=KINDS[number % len(KINDS)],  # type: ignore[arg-type]
        revision="main",
        parent=None,
        licence="Apache-2.0",
        open_weights=number % 4 != 3,
        parameters=(0, 33_000_000, 110_000_000, 7_000_000_000, None)[number % 5],
        prompt=None,
        max_length=512,
        dtype="float32",
        training=training[number % 3],  # type: ignore[arg-type]
        contact="nobody <nobody@example.org>",
        released=FIRST_DAY - timedelta(days=30 * (number % 40)),
        description=f"{name}, of which only its scores exist.",
    )


def _samples(cells: Sequence[Cell], queries: int, rng: np.random.Generator) -> Samples:
    """For two queries of each cell five documents in some order."""
    rows = sorted({0, queries - 1})[:SAMPLED]
    found = [
        Sample(
            rows=rows,
            found=[
                [
                    (f"d{doc}", float(DEPTH - i), 1 if doc == 0 else None)
                    for i, doc in enumerate(order)
                ]
                for order in rng.permuted(
                    np.tile(np.arange(DEPTH), (len(rows), 1)), axis=1
                ).tolist()
            ],
        )
        for _ in cells
    ]
    texts = {
        cell.task: {f"d{i}": f"The text of document {i}." for i in range(DEPTH)}
        for cell in cells
        if _shows_text(cell.task)
    }
    return Samples(cells=list(found), texts=texts)
