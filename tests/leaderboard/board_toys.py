"""Boards for tests: one written out by hand, and folders of synthetic submissions of any size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
from synthetic_submissions import write_board
from trained import lineage

from harness.records import TaskCard
from leaderboard.board.records import (
    Board,
    Claim,
    Column,
    Effect,
    Event,
    Number,
    PerQuery,
    Rank,
    Row,
    Savvy,
    Source,
    SuiteBoard,
    System,
    TaskBoard,
)
from leaderboard.checked import (
    Flag,
    Queries,
    Reproduced,
    Rerun,
    Retraction,
    Sample,
    Samples,
    encoded,
)
from leaderboard.records import Card, Environment, TrainingData

__all__ = ["HOSTILE", "PAPER", "toy_board", "write_board"]

HOSTILE = (
    "<script>window.__owned=1</script>\"'><img src=x onerror=window.__owned=1>"
    "</title></style></textarea>{{7*7}}${7*7} & | ` % $ # _ { } ~ ^ \\ ]]> <!-- javascript:alert(1)"
)
"""Markup, templates, Markdown and TeX in one text; it must be shown, and do nothing."""

PAPER = Source(
    title="A Paper of Toys",
    where="Table 4",
    url="https://example.org/paper?a=1&b=2",
    year=2025,
    table="toys",
)

TASKS = ("toy/apples", "toy/pears", "toy/cars", "toy/trains")
PRINTED_TASKS = ("paper/maps", "paper/trees")
OLD = "version 1"

AGGREGATES = {"average": TASKS, "micro": TASKS, "fruit": TASKS[:2]}
"""Equal weights: every task has four queries, so average and micro are the same."""

VALUES: dict[str, dict[str, tuple[float, float, float, float]]] = {
    # row -> task -> nDCG@10 of its four queries
    "oracle": dict.fromkeys(TASKS, (1.0, 1.0, 1.0, 1.0)),
    "alpha--with-instruction": {
        "toy/apples": (0.9, 0.7, 0.8, 0.4),  # 0.70
        "toy/pears": (0.5, 0.5, 0.8, 0.6),  # 0.60
        "toy/cars": (1.0, 0.6, 0.2, 0.2),  # 0.50
        "toy/trains": (0.6, 0.6, 0.9, 0.3),  # 0.60; average 0.60
    },
    "alpha--without-instruction": {
        "toy/apples": (0.8, 0.6, 0.8, 0.4),  # 0.65
        "toy/pears": (0.5, 0.3, 0.8, 0.6),  # 0.55
        "toy/cars": (1.0, 0.6, 0.4, 0.2),  # 0.55
        "toy/trains": (0.6, 0.6, 0.9, 0.3),  # 0.60; average 0.5875
    },
    "bm25": {
        "toy/apples": (0.4, 0.4, 0.6, 0.2),  # 0.40
        "toy/pears": (0.5, 0.1, 0.4, 0.2),  # 0.30
        "toy/cars": (1.0, 0.6, 0.6, 0.2),  # 0.60
        "toy/trains": (0.2, 0.4, 0.6, 0.0),  # 0.30; average 0.40
    },
    "hostile": dict.fromkeys(TASKS, (0.2, 0.2, 0.2, 0.2)),
    "gamma": dict.fromkeys(TASKS[:3], (0.5, 0.5, 0.5, 0.5)),  # without trains
    "delta": {
        "toy/apples": (0.9, 0.9, 0.9, 0.7),  # 0.85, the best where it took part
        "toy/pears": (0.5, 0.5, 0.5, 0.5),  # of an old version of the task
    },
}

PRINTED: dict[str, dict[str, str]] = {
    "alpha--as-printed": {"average": "51.25", "paper/maps": "60.0", "paper/trees": "42.5"},
    "paper-model": {"average": "55.5", "paper/maps": "61.0", "paper/trees": "5.00"},
}
DEFECT = "The paper prints 5.00; its average only comes out with 50.0."


def toy_board() -> Board:
    """Two suites and seven systems: every kind of row and mark that a page can meet.

    `toy` has four tasks of four queries; "average" and "micro" are over all, "fruit" over two. Its
    rows: an oracle, one model with and without instructions (reproduced), BM25 (re-scored), a
    self-reported one that lacks a task, one with two tasks of which one in an old edition, and one
    whose every text is hostile and which is retracted on a task. `paper` is printed only.
    """
    rows = {row.id: row for row in _rows()}
    numbers = _toy_numbers()
    suites = (_toy_suite(rows, numbers), _paper_suite(rows))
    return Board(
        version="0.1.0",
        as_of=date(2026, 3, 9),
        suites=suites,
        tasks={
            **{task: _task(task, rows, numbers) for task in TASKS},
            **{task: _printed_task(task, rows) for task in PRINTED_TASKS},
        },
        systems={system.id: system for system in _systems()},
        rows=rows,
        per_query={
            row: tuple(
                PerQuery(row, task, _digest(task), encoded(np.array(values)))
                for task, values in tasks.items()
            )
            for row, tasks in VALUES.items()
            if row != "gamma"
        },
        samples={name: _samples(name) for name in ("alpha", "bm25", "hostile")},
        sample_cells={
            (row, task): (row.partition("--")[0], cell)
            for row in ("alpha--with-instruction", "bm25", "hostile")
            for cell, task in enumerate(TASKS)
        },
        claims=_claims(),
        effects=_effects(),
        savvy=(
            Savvy(
                points=(("Alpha", 0.6, 0.5), ("BM25", 0.4, 0.4), (HOSTILE, 0.2, 0.3)),
                conventional="mean nDCG@10 over the tasks of A Paper of Toys",
                tools="average of the suite toy",
                # deviations from the means 0.4 and 0.4: (.2, 0, -.2), (.1, 0, -.1)
                pearson=1.0,
                spearman=1.0,
                low=0.5,
                high=1.0,
            ),
        ),
        events=_events(),
        retractions=(
            Retraction(submission="hostile", tasks=[TASKS[3]], on=date(2026, 3, 9), reason=HOSTILE),
        ),
        unchecked={"gamma": "the record is about another manifest: check it again"},
    )


def _card(name: str, kind: str = "embedder", **fields: object) -> Card:
    given: dict[str, object] = {
        "name": name,
        "kind": kind,
        "revision": "0123abc",
        "parent": None,
        "licence": "Apache-2.0",
        "open_weights": True,
        "parameters": 33_000_000,
        "prompt": None,
        "max_length": 512,
        "dtype": "float32",
        "training": [],
        "contact": "A. Person <person@example.org>",
    }
    return Card.model_validate(given | fields)


CARDS: Mapping[str, Card] = {
    "alpha": _card(
        "Alpha",
        parent="alpha-base",
        prompt="Instruct: {instruction}\nQuery: {query}",
        training=[TrainingData(dataset="toys/train", overlap=["toy"], note="Half of apples.")],
        links={"paper": "https://example.org/alpha", "code": "https://example.org/code"},
        released=date(2025, 5, 1),
        description="A model of **toys**.",
        citation="@misc{alpha, title = {Alpha}}",
    ),
    "bm25": _card(
        "BM25", "lexical", revision=None, parameters=0, max_length=None, dtype=None,
        released=date(1994, 11, 1),
    ),
    "gamma": _card(
        "Gamma", "reranker", training="undisclosed", open_weights=False, parameters=None,
        licence="proprietary", released=date(2026, 1, 15),
    ),
    "delta": _card("Delta", "late interaction", parameters=110_000_000),
    "oracle": _card("Oracle", "reference", revision=None, parameters=0, dtype=None),
    "hostile": _card(
        HOSTILE, "other", revision=HOSTILE, parent=HOSTILE, licence=HOSTILE, prompt=HOSTILE,
        dtype=HOSTILE, contact=HOSTILE, description=HOSTILE, citation=HOSTILE,
        parameters=7_000_000_000, released=date(2026, 2, 1),
        training=[TrainingData(dataset=HOSTILE, overlap=[HOSTILE], note=HOSTILE)],
        links={"paper": "https://example.org/{{7*7}}&a=1#x"},
        lineage=lineage(
            method=HOSTILE, version=HOSTILE, parent={"name": HOSTILE, "revision": HOSTILE},
            data={"data": {"name": HOSTILE, "sha256": "d" * 64}}, config={HOSTILE: HOSTILE},
        ),
    ),
}  # fmt: skip

ENVIRONMENT = Environment(
    packages={"assay-harness": "0.1.0", "numpy": "2.3.0"},
    python="3.11.9",
    system="Linux",
    processor="x86_64",
    cores=2,
    accelerators=[],
    commit="0123abcd",
    dirty=False,
)


def _rows() -> Iterable[Row]:
    def row(id: str, level: str, **fields: object) -> Row:
        system = id.partition("--")[0]
        card = CARDS.get(system)
        overlap = card.overlaps(list(TASKS)) if card else None
        given: dict[str, object] = {
            "name": card.name if card else "Paper Model",
            "kind": card.kind if card else "embedder",
            "parameters": card.parameters if card else 7_000_000_000,
            "open_weights": card.open_weights if card else None,
            "instruction": None,
            "setting": {},
            "overlap": {"toy": overlap, "paper": overlap},
            "released": card.released if card else date(2025, 1, 1),
            "submission": system,
        }
        return Row(id=id, system=system, level=level, **(given | fields))  # type: ignore[arg-type]

    yield row("oracle", "re-scored")
    yield row("alpha--with-instruction", "reproduced", instruction=True)
    yield row(
        "alpha--without-instruction",
        "reproduced",
        instruction=False,
        setting={"instruction": "none", "pool": "category"},
    )
    yield row("bm25", "re-scored", instruction=True)
    yield row("hostile", "re-scored", instruction=True, setting={"view": HOSTILE})
    yield row("gamma", "self-reported", instruction=True)
    yield row("delta", "re-scored", instruction=True)
    yield row("alpha--as-printed", "as printed", submission=None, source=PAPER)
    yield row("paper-model", "as printed", submission=None, source=PAPER)


LEVEL = {
    "oracle": "re-scored",
    "alpha--with-instruction": "reproduced",
    "alpha--without-instruction": "reproduced",
    "bm25": "re-scored",
    "hostile": "re-scored",
    "gamma": "self-reported",
    "delta": "re-scored",
}


def _ranked(values: Mapping[str, float]) -> dict[str, int]:
    """Rank of each: one more than how many are better."""
    return {
        key: 1 + sum(other > value for other in values.values()) for key, value in values.items()
    }


def _number(row: str, value: float, n: int, rank: int | None, **fields: object) -> Number:
    spread = {"gamma": None, "oracle": 0.0}.get(row, 0.1)
    return Number(
        value=value,
        low=None if spread is None else max(0.0, round(value - spread, 6)),
        high=None if spread is None else min(1.0, round(value + spread, 6)),
        n=n,
        level=LEVEL[row],  # type: ignore[arg-type]
        rank=rank,
        seconds=None if row == "gamma" else 1.5,
        **fields,  # type: ignore[arg-type]
    )


def _toy_numbers() -> dict[tuple[str, str], dict[str, Number]]:
    numbers: dict[tuple[str, str], dict[str, Number]] = {}
    for task in TASKS:
        old = [row for row in VALUES if row == "delta" and task == "toy/pears"]
        retracted = {"hostile"} if task == TASKS[3] else set()
        means = {
            row: round(sum(tasks[task]) / 4, 6) for row, tasks in VALUES.items() if task in tasks
        }
        unranked = {"oracle", *retracted, *old}
        ranks = _ranked({row: mean for row, mean in means.items() if row not in unranked})
        ranks |= dict.fromkeys(old, 1)  # of its edition
        for row, mean in means.items():
            edition = OLD if row in old else ""
            main = _number(
                row, mean, 4, ranks.get(row), edition=edition, retracted=row in retracted
            )
            half = _number(row, round(mean / 2, 6), 4, ranks.get(row), edition=edition)
            numbers[row, task] = {"nDCG@10": main, "R@10": half}
    for column, averaged in AGGREGATES.items():
        means = {
            row: round(sum(sum(tasks[task]) / 4 for task in averaged) / len(averaged), 6)
            for row, tasks in VALUES.items()
            if set(averaged) <= set(tasks) and row != "delta"  # its pears are of an old edition
        }
        ranks = _ranked({row: mean for row, mean in means.items() if row != "oracle"})
        n = 4 * len(averaged)
        for row, mean in means.items():
            numbers[row, column] = {
                "nDCG@10": _number(row, mean, n, ranks.get(row)),
                "R@10": _number(row, round(mean / 2, 6), n, ranks.get(row)),
            }
    return numbers


def _toy_suite(
    rows: Mapping[str, Row], numbers: Mapping[tuple[str, str], Mapping[str, Number]]
) -> SuiteBoard:
    both = "tasks and queries"
    return SuiteBoard(
        name="toy",
        title="Toys",
        description="Four tasks about toys.",
        measures=("nDCG@10", "R@10"),
        columns=(
            Column("average", "Average", "aggregate", "Mean over the four tasks.", TASKS),
            Column("micro", "Micro", "aggregate", "Every query counts the same.", TASKS),
            Column("fruit", "Fruit", "aggregate", "Mean over apples and pears.", TASKS[:2]),
            *(Column(task, task.partition("/")[2], "task", tasks=(task,)) for task in TASKS),
        ),
        rows=tuple(rows[row] for row in VALUES),
        numbers=numbers,
        ranks={
            "alpha--with-instruction": Rank(1, 1, 2, 1, both),
            "alpha--without-instruction": Rank(2, 1, 2, 1, both),
            "bm25": Rank(3, 3, 3, 2, both),
            "hostile": Rank(4, 4, 4, 3, both),
        },
        coverage={row: len(tasks) for row, tasks in VALUES.items()},
        commands={
            (row, task): f"assay run {row.partition('--')[0]} {task}"
            for row, tasks in VALUES.items()
            for task in tasks
        },
        seconds=dict.fromkeys(("oracle", "alpha--with-instruction", "bm25", "hostile"), 6.0),
        groups=("Only apples and pears have instructions.",),
    )


def _printed_numbers() -> dict[tuple[str, str], dict[str, Number]]:
    columns = ("average", *PRINTED_TASKS)
    numbers: dict[tuple[str, str], dict[str, Number]] = {}
    for column in columns:
        values = {row: float(cells[column]) / 100 for row, cells in PRINTED.items()}
        for row, rank in _ranked(values).items():
            wrong = (row, column) == ("paper-model", "paper/trees")
            numbers[row, column] = {
                "nDCG@10": Number(
                    value=round(values[row], 6),
                    printed=PRINTED[row][column],
                    rank=rank,
                    defect=DEFECT if wrong else "",
                )
            }
    return numbers


def _paper_suite(rows: Mapping[str, Row]) -> SuiteBoard:
    return SuiteBoard(
        name="paper",
        title="A printed benchmark",
        description="Only what a paper prints.",
        measures=("nDCG@10",),
        columns=(
            Column("average", "Average", "aggregate", "As printed.", PRINTED_TASKS),
            *(
                Column(task, task.partition("/")[2], "task", tasks=(task,))
                for task in PRINTED_TASKS
            ),
        ),
        rows=(rows["paper-model"], rows["alpha--as-printed"]),
        numbers=_printed_numbers(),
        ranks={
            "paper-model": Rank(1, 1, 2, 1, "tasks"),
            "alpha--as-printed": Rank(2, 1, 2, 1, "tasks"),
        },
        coverage={"paper-model": 2, "alpha--as-printed": 2},
        commands={},
        seconds={},
        groups=(f"{PAPER.title}, {PAPER.where}",),
    )


def _digest(task: str) -> str:
    return task.replace("/", "-").encode().hex().ljust(64, "0")


def _queries(task: str) -> Queries:
    hostile = task == TASKS[0]
    return Queries(
        task=task,
        data_hash=_digest(task),
        ids=["q1", "q2", "q3", HOSTILE if hostile else "q4"],
        splits=["test"] * 4,
        clusters=[0, 1, 2, 2],
        weights=[1.0] * 4,
        texts=["red", "green", "blue", HOSTILE] if hostile else None,
    )


def _task(
    task: str, rows: Mapping[str, Row], numbers: Mapping[tuple[str, str], Mapping[str, Number]]
) -> TaskBoard:
    cells = {row: numbers[row, task] for row in VALUES if (row, task) in numbers}
    best = sorted(cells, key=lambda row: (-cells[row]["nDCG@10"].value, row))
    current = [row for row in cells if row != "oracle" and not cells[row]["nDCG@10"].edition]
    difficulty = np.mean([VALUES[row][task] for row in current], axis=0)
    return TaskBoard(
        name=task,
        card=_task_card(task),
        suites=("toy",),
        measures=("nDCG@10", "R@10"),
        rows=tuple(rows[row] for row in best),
        numbers=cells,
        queries={"": _queries(task)},
        difficulty={"": tuple(round(float(value), 6) for value in difficulty)},
        commands={row: f"assay run {rows[row].system} {task}" for row in best},
        licence_shows_text=task == TASKS[0],
    )


def _task_card(task: str) -> TaskCard:
    text = HOSTILE if task == TASKS[3] else f"Which {task.partition('/')[2]} does a query mean?"
    return TaskCard(
        name=task,
        title=f"Toys: {task.partition('/')[2]}",
        description=text,
        version="2" if task == "toy/pears" else "1",
        language=("en",),
        domain="toys",
        licence="CC-BY-4.0",
        citation="@misc{toys, title = {Toys}}",
        homepage="https://example.org/toys",
        statistics={"queries": 4, "documents": 3},
        defects=("Two queries have one text.", text),
    )


def _printed_task(task: str, rows: Mapping[str, Row]) -> TaskBoard:
    numbers = {row: cells for (row, column), cells in _printed_numbers().items() if column == task}
    best = sorted(numbers, key=lambda row: (-numbers[row]["nDCG@10"].value, row))
    return TaskBoard(
        name=task,
        card=None,
        suites=("paper",),
        measures=("nDCG@10",),
        rows=tuple(rows[row] for row in best),
        numbers=numbers,
        queries={},
        difficulty={},
        commands={},
    )


def _systems() -> Iterable[System]:
    ids = {row.id: row.system for row in _rows()}
    for system in dict.fromkeys(ids.values()):
        card = CARDS.get(system)
        yield System(
            id=system,
            name=card.name if card else "Paper Model",
            expression=system if card else None,
            kind=card.kind if card else "embedder",
            card=card,
            environment=ENVIRONMENT if card else None,
            submissions=(system,) if card else (),
            sources=(PAPER,) if system in {"alpha", "paper-model"} else (),
            rows=tuple(row for row, of in ids.items() if of == system),
            flags=(Flag(check="ties", task=TASKS[0], message=HOSTILE),)
            if system == "hostile"
            else (),
            reproduced=_reproduced() if system == "alpha" else None,
        )


def _reproduced() -> Reproduced:
    return Reproduced(
        submission="alpha",
        manifest="ab" * 32,
        on=date(2026, 3, 1),
        by="A. Maintainer",
        environment=ENVIRONMENT,
        cells=[
            Rerun(
                task=task,
                setting={},
                identical=task != TASKS[1],
                main_measure="nDCG@10",
                submitted=0.6,
                rerun=0.6,
            )
            for task in TASKS
        ],
    )


def _samples(submission: str) -> Samples:
    sample = Sample(
        rows=[0, 3],
        found=[[("d1", 2.5, 1), ("d2", 1.5, None)], [(HOSTILE, 2.0, 0), ("d1", 1.0, None)]],
    )
    missing = submission == "bm25"
    return Samples(
        cells=[sample, sample, sample, None if missing else sample],
        texts={TASKS[0]: {"d1": "A red apple.", "d2": HOSTILE, HOSTILE: HOSTILE}},
    )


def _claims() -> tuple[Claim, ...]:
    def claim(what: str, ours: float | None, verdict: str, why: str = "") -> Claim:
        return Claim(
            what=what,
            task=TASKS[0],
            measure="nDCG@10",
            paper=0.7,
            printed="70.0",
            source=PAPER,
            ours=ours,
            command="assay run alpha toy/apples",
            verdict=verdict,  # type: ignore[arg-type]
            why=why,
        )

    return (
        claim("Alpha on apples", 0.7, "exact"),
        claim("BM25 on apples", 0.7004, "within", "another tokenizer"),
        claim("Gamma on apples", 0.65, "off", "the data moved"),
        claim(HOSTILE, None, "unreachable", HOSTILE),
    )


def _effects() -> tuple[Effect, ...]:
    # with minus without: apples +0.05, pears +0.05, cars -0.05, trains 0; mean 0.0125
    return (
        Effect(
            suite="toy",
            system="alpha",
            name="Alpha",
            level="reproduced",
            improved=2,
            worsened=1,
            unchanged=1,
            mean=0.0125,
            low=-0.04,
            high=0.06,
            by_task=dict(zip(TASKS, (0.05, 0.05, -0.05, 0.0), strict=True)),
        ),
        Effect("toy", "hostile", HOSTILE, "self-reported", 0, 0, 4, 0.0, None, None),
    )


def _events() -> tuple[Event, ...]:
    return (
        Event(date(2026, 3, 9), "retracted", HOSTILE, "hostile", HOSTILE),
        Event(date(2026, 3, 1), "reproduced", "Alpha", "alpha", "4 results ran again"),
        Event(date(2026, 2, 1), "submitted", "BM25", "bm25", "4 results"),
        Event(date(2025, 1, 1), "printed", "A printed benchmark", "paper", "2 rows of a paper"),
    )
