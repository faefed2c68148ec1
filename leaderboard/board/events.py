"""What changed, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from leaderboard.board.reading import Shelf
from leaderboard.board.records import Event
from leaderboard.board.systems import Systems
from leaderboard.printed.records import PrintedTable


def events(
    shelf: Shelf, tables: Sequence[PrintedTable], titles: dict[str, str], systems: Systems
) -> tuple[Event, ...]:
    """Every event of the board.

    Args:
        shelf: submissions, reproductions, retractions.
        tables: the printed tables that are shown.
        titles: suite -> its title.
        systems: whose pages are linked.
    """
    found = [*_submitted(shelf, systems), *_retracted(shelf, systems), *_printed(tables, titles)]
    return tuple(sorted(found, key=lambda e: (-e.on.toordinal(), e.kind, e.subject, e.text)))


def _submitted(shelf: Shelf, systems: Systems) -> Iterator[Event]:
    for submission in shelf.submissions:
        link, name = systems.of_submission(submission).id, submission.card.name
        tasks = len({entry.task for entry in submission.entries})
        checked = "self-reported" if submission.name in shelf.unchecked else "checked"
        text = f"{_counted(tasks, 'task')}, {checked}"
        yield Event(submission.submitted, "submitted", name, link, text)
        if (rerun := submission.reproduced) is not None:
            same, cells = sum(cell.identical for cell in rerun.cells), len(rerun.cells)
            text = f"run again by {rerun.by}: {same} of {_counted(cells, 'result')} identical"
            yield Event(rerun.on, "reproduced", name, link, text)


def _retracted(shelf: Shelf, systems: Systems) -> Iterator[Event]:
    shown = {submission.name: submission for submission in shelf.submissions}
    for retraction in shelf.retractions:
        submission = shown.get(retraction.submission)
        if submission is not None:
            link, name = systems.of_submission(submission).id, submission.card.name
            what = f"{_counted(len(retraction.tasks), 'task')}: " if retraction.tasks else ""
            yield Event(retraction.on, "retracted", name, link, f"{what}{retraction.reason}")


def _printed(tables: Sequence[PrintedTable], titles: dict[str, str]) -> Iterator[Event]:
    for table in tables:
        on = table.date or date(table.source.year, 1, 1)
        text = f"{table.source.title}, {table.source.where}: {_counted(len(table.rows), 'row')}"
        yield Event(on, "printed", titles.get(table.suite, table.suite), table.suite, text)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
