"""Which data is here is told without reading it or asking the network."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy import ToyTask

from harness.errors import UserError
from harness.sources import Source
from harness.sources.availability import Need, availability, survey, survey_row
from harness.sources.hub import Hub


class NoHub(Hub):
    """A hub that has nothing, and must not be asked for anything."""

    def load(self, *arguments: object, **options: object) -> object:  # type: ignore[override]
        raise AssertionError("nothing is loaded")

    def has(self, *arguments: object, **options: object) -> bool:
        return False


class Needing(ToyTask):
    def requires(self) -> list[tuple[str, str, str]]:
        return [("owner/a", "c", "s"), ("owner/b", "c", "s")]


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "hub" / "owner" / "a" / "c").mkdir(parents=True)
    (tmp_path / "hub" / "owner" / "a" / "c" / "s.jsonl").write_text("not even JSON")
    return Source(tmp_path, hub=NoHub())


def test_a_task_lists_what_it_has_and_what_it_lacks(source: Source) -> None:
    [found] = availability([Needing()], source)
    assert found.needs == (Need("owner/a", "c", "s", True), Need("owner/b", "c", "s", False))
    assert found.missing == (Need("owner/b", "c", "s", False),)
    assert not found.here


def test_a_task_that_needs_nothing_is_here(source: Source) -> None:
    [found] = availability([ToyTask()], source)
    assert (found.needs, found.here) == ((), True)


def test_a_survey_is_of_all_suites_one_suite_a_benchmark_or_a_task(source: Source) -> None:
    every = {part.name: part for part in survey(None, source)}
    assert not any(task.here for task in every["toolret"].tasks)
    assert survey("toolret", source) == [every["toolret"]]
    [one] = survey("toolret/apibank", source)
    assert [task.task for task in one.tasks] == ["toolret/apibank"]
    assert survey_row(one)["here"] is False
    with pytest.raises(UserError, match="toolrat"):
        survey("toolrat", source)
