"""Only numbers about the same thing are compared."""

from __future__ import annotations

import pytest

from harness.records import Setting, TaskCard
from leaderboard.board.editions import aggregate_edition, entry_edition, written
from leaderboard.board.entries import Entry, Measured

CARD = TaskCard("t/a", "A", "A task.", version="2")
ENTRY = Entry(
    task="t/a",
    version="2",
    data_hash="3fa9c2" + "0" * 58,
    setting=Setting(),
    level="re-scored",
    partial=False,
    vouched=True,
    drift=(),
    main_measure="nDCG@10",
    measured=Measured(),
    command="",
    position=0,
)


def _edition(card: TaskCard | None = CARD, **fields: object) -> str:
    return written(entry_edition(ENTRY._replace(**fields), card))  # type: ignore[arg-type]


def test_the_current_task_over_the_published_data_has_no_edition() -> None:
    assert _edition() == ""


@pytest.mark.parametrize(
    ("fields", "edition"),
    [
        ({"version": "1"}, "version 1"),
        ({"setting": Setting(pool="category")}, "pool category"),
        ({"setting": Setting(view="python")}, "view python"),
        ({"setting": Setting(compat=("a", "b"))}, "compat a + b"),
        ({"setting": Setting(limit=1500), "partial": True}, "first 1,500 queries"),
        ({"setting": Setting(instruction="no")}, ""),
        ({"setting": Setting(join="newline")}, ""),
        ({"setting": Setting(k=10)}, ""),
        ({"setting": Setting(tools="gold+5")}, "tools gold+5"),
        ({"setting": Setting(tool_order="shuffled")}, "tools shuffled"),
        ({"setting": Setting(faults="0.1")}, "faults 0.1"),
        ({"setting": Setting(simulator="chat")}, "simulated by chat"),
        ({"setting": Setting(search="minilm")}, ""),
        ({"setting": Setting(trials=4)}, ""),
        ({"version": "2, judged by chat"}, "judged by chat"),
        ({"version": "1, judged by chat"}, "version 1; judged by chat"),
        ({"version": "1", "setting": Setting(pool="task")}, "version 1; pool task"),
        ({"partial": True}, "unfinished [3fa9c2]"),
        ({"vouched": False}, "data not vouched for [3fa9c2]"),
    ],
)
def test_what_is_asked_otherwise_is_another_edition(
    fields: dict[str, object], edition: str
) -> None:
    assert _edition(**fields) == edition


@pytest.mark.parametrize(
    ("drift", "said"),
    [
        (["code has 3,794 tools, 3,794,000 published"], "3,794 of 3,794,000 tools"),
        (
            ["apibank has 99 queries, 101 published", "web has 7,500 tools, 44,453 published"],
            "7,500 of 44,453 tools and 1 more",
        ),
        (["Something else is odd"], "Something else is odd"),
        (["x" * 90], "x" * 77 + "..."),
    ],
)
def test_data_that_differs_is_named_by_its_largest_difference(drift: list[str], said: str) -> None:
    assert _edition(drift=tuple(drift), partial=True) == f"data at hand: {said} [3fa9c2]"


def test_other_data_is_another_edition_whatever_the_reason_says() -> None:
    drift = ("web has 7,500 tools, 44,453 published",)
    assert _edition(drift=drift) != _edition(drift=drift, data_hash="b" * 64)


def test_a_task_that_is_not_registered_is_told_by_its_data() -> None:
    assert _edition(None) == "data at hand [3fa9c2]"


def test_a_mean_over_current_tasks_is_current() -> None:
    assert aggregate_edition({"t/a": (), "t/b": ()}) == ()


def test_what_all_tasks_share_stays_readable_in_their_mean() -> None:
    assert aggregate_edition({"t/a": ("pool category",), "t/b": ("pool category",)}) == (
        "pool category",
    )


def test_means_are_of_one_edition_only_where_every_task_is() -> None:
    first = {"t/a": ("data at hand [aaaaaa]",), "t/b": ()}
    other = {"t/a": ("data at hand [bbbbbb]",), "t/b": ()}
    (said,) = aggregate_edition(first)
    assert said.startswith("data at hand in 1 of 2 tasks [")
    assert aggregate_edition(first) == aggregate_edition(dict(reversed(first.items())))
    assert aggregate_edition(first) != aggregate_edition(other)
    assert aggregate_edition({"t/a": ("version 1",), "t/b": ("data at hand [bbbbbb]",)})[
        0
    ].startswith("other versions or data in 2 of 2 tasks")
