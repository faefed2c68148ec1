"""Without a terminal, progress is one plain line for each task, on standard error."""

from __future__ import annotations

import pytest

from harness.answering import Progress
from harness.records import Setting
from harness.render.progress import Watch

STATES = [("loading", 0), ("answering", 0), ("answering", 1_500), ("finished", 1_500)]


@pytest.fixture(autouse=True)
def _no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


def follow(watch: Watch, *states: tuple[str, int]) -> None:
    with watch:
        for state, done in states:
            watch(Progress("bm25", "tiny", Setting(k=7), done, 1_500, state))


def test_a_finished_task_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    follow(Watch(), *STATES)
    shown = capsys.readouterr()
    assert shown.out == ""
    [line] = shown.err.splitlines()
    assert line.startswith("finished: bm25 on tiny (k=7) 1,500 queries in ")


def test_a_task_that_was_there_is_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    follow(Watch(), ("loading", 0), ("reused", 0), ("loading", 0), ("missing", 0))
    assert capsys.readouterr().err == "reused: bm25 on tiny (k=7)\n"


def test_lines_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    follow(Watch(lines=False), *STATES)
    assert capsys.readouterr().err == ""


def test_in_a_terminal_it_is_a_bar_that_goes_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    follow(Watch(), *STATES)
    shown = capsys.readouterr().err
    assert "bm25 · tiny" in shown
    assert "finished: " not in shown
    assert shown.endswith("\x1b[2K")


def test_a_task_that_a_budget_ended_does_not_claim_all_queries(
    capsys: pytest.CaptureFixture[str],
) -> None:
    follow(Watch(), ("loading", 0), ("finished", 10))
    assert " 10 of 1,500 queries in " in capsys.readouterr().err


def test_a_model_may_be_called_what_it_likes(capsys: pytest.CaptureFixture[str]) -> None:
    with Watch() as watch:
        watch(Progress("a([/b])[red]", "tiny", Setting(), 3, 3, "finished"))
    assert "a([/b])[red] on tiny" in capsys.readouterr().err


@pytest.mark.parametrize("columns", [80, 100, 200])
def test_a_long_name_leaves_room_for_the_numbers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    model = "best_of(function-calling(openai('name', temperature=0.7)), n=5)"
    with Watch() as watch:
        for state, done in STATES[:3]:
            watch(Progress(model, "starter-agent/flights", Setting(), done, 1_500, state))
    shown = capsys.readouterr().err
    assert "1500/1500" in shown
    assert "flights" in shown
