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
