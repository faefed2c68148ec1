"""Finding tasks and suites by the names that people give them."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy import ToyTask

import tasks as registered
from harness import registry
from harness.errors import UserError
from harness.loading.catalogue import all_suites, all_tasks, load_suite, load_task
from harness.suites import Aggregate, Benchmark, Suite

PASSAGES, FILMS = ToyTask("starter-passages/films"), ToyTask("starter-tools/films")
BANK, FOOD = ToyTask("toolret/apibank"), ToyTask("toolret/food")
SINGLE = ToyTask("lonely/one")


def suite(name: str, *tasks: str) -> Suite:
    return Suite(name, name, tasks, (Aggregate("mean", (tasks,)),))


@pytest.fixture(autouse=True)
def _table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A registry of our own, and an empty folder to stand in."""
    starter = Benchmark(
        "starter",
        {task.card.name: task for task in (PASSAGES, FILMS)},
        (suite("starter", PASSAGES.card.name, FILMS.card.name),),
    )
    toolret = Benchmark(
        "toolret",
        {task.card.name: task for task in (BANK, FOOD)},
        (suite("toolret", BANK.card.name), suite("toolret-web", FOOD.card.name)),
    )
    table = {"starter": starter, "toolret": toolret, "lonely": SINGLE}
    monkeypatch.setattr(registered, "BENCHMARKS", table)
    monkeypatch.setattr(registry.benchmarks, "_resolved", {})
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    folder = tmp_path / "my collection"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text('{"_id": "d1", "text": "red"}\n')
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "red"}\n')
    for split in ("test", "dev"):
        (folder / "qrels" / f"{split}.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    return folder


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("toolret/apibank", BANK),
        ("starter-passages/films", PASSAGES),
        ("apibank", BANK),
        ("lonely", SINGLE),
        ("lonely/one", SINGLE),
        ("one", SINGLE),
    ],
)
def test_a_registered_task_goes_by_its_name_or_its_last_part(name: str, task: object) -> None:
    assert load_task(name) is task


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("films", "choose starter-passages/films or starter-tools/films"),
        ("toolret/apibnak", "unknown task or folder 'toolret/apibnak'. Did you mean toolret/apib"),
        ("apibnak", "unknown task 'apibnak'. Did you mean apibank"),
        ("toolret", "'toolret' is a suite of tasks"),
        ("nothing/like/this", "unknown task or folder 'nothing/like/this'"),
        ("./nowhere", "there is no folder nowhere"),
        ("nowhere.py:T", "nowhere.py: no such file"),
        ("folder('nowhere')", "there is no folder nowhere"),
        ("folder('.', spilt='dev')", "folder has no parameter 'spilt'. Did you mean split?"),
        ("folder()", "folder needs a value for 'path'"),
        ("folder(here)", 'folder: a text goes in quotes, "here"'),
    ],
)
def test_an_unknown_task_is_one_line_with_the_closest_names(name: str, complaint: str) -> None:
    with pytest.raises(UserError) as caught:
        load_task(name)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("my collection", None),
        ("./my collection", None),
        ("my collection@dev", "dev"),
        ('folder("my collection", split="dev", drop_identical=true)', "dev"),
    ],
)
def test_a_folder_is_a_task_by_its_path(collection: Path, name: str, split: str | None) -> None:
    task = load_task(name)
    assert task.folder.resolve() == collection  # type: ignore[attr-defined]
    assert task.split == split  # type: ignore[attr-defined]
    assert task.drop_identical == ("drop" in name)  # type: ignore[attr-defined]


def test_a_name_keeps_its_meaning_wherever_one_stands(tmp_path: Path) -> None:
    (tmp_path / "toolret" / "apibank").mkdir(parents=True)
    assert load_task("toolret/apibank") is BANK
    assert load_task("./toolret/apibank") is not BANK


TASK = """
from harness import TaskCard


class MyTask:
    measures = ("nDCG@10",)

    def __init__(self, size=3):
        self.size = size
        self.card = TaskCard("mine", "Mine", "A task in a file.", "1", "CC0-1.0")

    def load(self, source, setting):
        return ()

ready = MyTask(9)
class Helper: ...
"""


@pytest.mark.parametrize(
    ("expression", "size"),
    [("my_task.py:MyTask", 3), ("my_task.py:MyTask(size=5)", 5), ("my_task.py:ready", 9)],
)
def test_a_task_in_a_file(tmp_path: Path, expression: str, size: int) -> None:
    (tmp_path / "my_task.py").write_text(TASK)
    assert load_task(expression).size == size  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("my_task.py", "my_task.py has 2 tasks: name one, my_task.py:MyTask or my_task.py:ready"),
        ("my_task.py:MyTsk", "my_task.py has no 'MyTsk': did you mean MyTask?"),
        ("my_task.py:Helper", "my_task.py:Helper is no task: it lacks card, measures, load"),
        ("my_task.py:ready(size=3)", "my_task.py:ready takes no arguments"),
        ("my_task.py:MyTask(sise=3)", "my_task.py:MyTask has no parameter 'sise'"),
        ("my_task.py:MyTask % 3", "is no task: expected"),
    ],
)
def test_a_task_file_that_does_not_do(tmp_path: Path, expression: str, complaint: str) -> None:
    (tmp_path / "my_task.py").write_text(TASK)
    with pytest.raises(UserError) as caught:
        load_task(expression)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_object_is_a_task_when_it_satisfies_the_contract() -> None:
    assert load_task(BANK) is BANK
    assert isinstance(load_task(ToyTask), ToyTask)
    with pytest.raises(UserError, match="is no task: it lacks card, measures, load"):
        load_task(3)


def test_entry_points_are_read_only_where_our_own_have_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    groups: list[str] = []
    monkeypatch.setattr(registry, "entry_points", lambda group: groups.append(group) or ())
    load_task("toolret/apibank")
    load_suite("toolret")
    assert groups == []
    with pytest.raises(UserError):
        load_suite("acme")
    assert set(groups) == {"assay.tasks"}


def test_suites_are_found_over_all_benchmarks() -> None:
    assert load_suite("toolret-web").tasks == ("toolret/food",)
    assert load_suite(load_suite("starter")) is load_suite("starter")
    with pytest.raises(UserError, match=r"unknown suite 'tolret'\. Did you mean toolret"):
        load_suite("tolret")


def test_everything_registered_can_be_listed() -> None:
    assert list(all_tasks()) == [PASSAGES, FILMS, BANK, FOOD, SINGLE]
    assert [found.name for found in all_suites()] == ["starter", "toolret", "toolret-web"]


@pytest.mark.parametrize("name", ["", "  "])
def test_no_name_is_no_folder(name: str) -> None:
    with pytest.raises(UserError, match="a task needs a name"):
        load_task(name)


def test_a_folder_may_be_called_like_a_python_file(tmp_path: Path) -> None:
    folder = tmp_path / "herbs.py"
    folder.mkdir()
    assert load_task(str(folder)).card.name == "herbs.py"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("card = None", "card must be a TaskCard with a name, not None"),
        ("card = TaskCard('', 'T', '')", "card must be a TaskCard with a name"),
        ("measures = ()", r"measures must be texts such as .*, not \(\)"),
        ("measures = 'AP'", "measures must be texts such as .*, not 'AP'"),
    ],
)
def test_a_task_without_card_or_measures_is_refused(
    tmp_path: Path, fields: str, message: str
) -> None:
    path = tmp_path / "bare.py"
    path.write_text(f"""
from harness import TaskCard

class Bare:
    card = TaskCard("bare", "Bare", "")
    measures = ("AP",)
    {fields}

    def load(self, source, setting):
        return ()
""")
    with pytest.raises(UserError, match=message):
        load_task(f"{path}:Bare")
