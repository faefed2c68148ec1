"""What is said of tasks and of their data."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from toy import ToyTask

from harness.records import TaskCard
from harness.render.catalogue import data_card, task_card, task_list
from harness.sources import Source
from harness.sources.availability import Survey, availability
from harness.sources.folder import Folder, Requirement

MOON = Folder(
    "tooluse/moon",
    "files of github.com/someone/moon at 0123abc",
    (("data/*.json", ""), ("answers/*", "possible_answer")),
)


class Reading(ToyTask):
    def __init__(self, *reads: Requirement, **card: object) -> None:
        super().__init__()
        self.reads = reads
        self.card = TaskCard("toy/task", "Toy", "A toy.", **card)  # type: ignore[arg-type]

    def requires(self) -> list[Requirement]:
        return list(self.reads)


def shown(parts: object) -> str:
    console = Console(width=100, color_system=None)
    with console.capture() as capture:
        for part in parts:  # type: ignore[attr-defined]
            console.print(part)
    return capture.get()


def survey(source: Source, task: Reading) -> Survey:
    return Survey("toy", tuple(availability([task], source)))


def test_a_missing_folder_is_told_with_its_upstream_and_what_goes_where(tmp_path: Path) -> None:
    said = shown(data_card(survey(Source(tmp_path), Reading(MOON)), Path("/m")))
    root = "/m/tooluse/moon"
    assert "files of github.com/someone/moon at 0123abc" in said
    assert f"data/*.json  to  {root}\n" in said
    assert f"answers/*  to  {root}/possible_answer\n" in said
    assert "corpus.jsonl" not in said


def test_a_folder_that_is_there_needs_no_filling(tmp_path: Path) -> None:
    (tmp_path / "tooluse" / "moon").mkdir(parents=True)
    said = shown(data_card(survey(Source(tmp_path), Reading(MOON)), tmp_path))
    assert "Everything is here." in said
    assert "github" not in said


def test_a_folder_given_by_its_path_alone_is_a_folder(tmp_path: Path) -> None:
    [found] = availability([Reading(("beir/moon", "", ""))], Source(tmp_path))
    (need,) = found.missing
    assert (need.dataset, need.hub, need.folder) == ("beir/moon", False, Folder("beir/moon"))


def test_a_card_says_where_the_data_comes_from() -> None:
    said = shown(task_card(Reading(("owner/a", "c", "s"), ("owner/a", "c", "t"), MOON)))
    assert said.count("owner/a on the Hugging Face hub") == 1
    assert "tooluse/moon of a mirror: files of github.com/someone/moon at 0123abc" in said


def test_a_list_counts_queries_or_problems_and_keeps_names_whole() -> None:
    long = "a-benchmark/with_quite_a_long_name_of_a_task"
    tasks = [Reading(statistics={"problems": 1240}), Reading(statistics={"queries": 7})]
    tasks[0].card = TaskCard(long, "Long", "", statistics={"problems": 1240}, domain="d" * 40)
    said = shown(task_list(tasks))
    assert "1,240" in said.split(long)[1].splitlines()[0]
    assert any(line.split()[-1:] == ["7"] for line in said.splitlines())
