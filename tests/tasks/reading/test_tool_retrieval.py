from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.contracts import Problems, ProblemSet
from harness.errors import UserError
from harness.material import checked
from harness.measures import parse
from harness.offers import accept
from harness.play.tool_documents import documentation
from harness.records import Expected, Gold, Message, Problem, Setting, TaskCard, ToolSpec
from harness.sources import Source
from harness.sources.folder import Folder
from tasks.reading.tool_retrieval import MEASURES, RetrievalTask, as_retrieval
from tasks.restbench import BENCHMARK as RESTBENCH
from tasks.toolflow import BENCHMARK as TOOLFLOW

SKY = Folder("sky", "clouds.json")
RAIN = ToolSpec("rain", "Tells rain.", {"type": "object", "properties": {"day": {}}}, None, "sky")
SNOW = ToolSpec("snow", "Tells snow.")
OTHER_RAIN = ToolSpec("rain", "Makes it rain.")


class Sky:
    """A tool-use task that gives what it is told to."""

    def __init__(self, *sets: ProblemSet, pools: Sequence[str] = ()) -> None:
        self.card = TaskCard("sky/asks", "Sky", "Weather.", kind="tool_use", licence="MIT")
        self.measures = ("path_recall",)
        self.pools = pools
        self.compats = {"odd": "an odd thing"}
        self._sets = sets
        self.asked: list[Setting] = []

    def load(self, source: Source, setting: Setting) -> Problems:
        self.asked.append(setting)
        return self._sets

    def requires(self) -> list[Folder]:
        return [SKY]


def problem(id: str, *tools: ToolSpec, gold: Gold) -> Problem:
    said = (Message("system", "Be brief."), Message("user", f"asks {id}"))
    return Problem(id, (said,), tools, gold)


def view(*problems: Problem, **statistics: int) -> tuple[Sky, RetrievalTask]:
    task = Sky(ProblemSet("test", problems))
    made = as_retrieval(task, statistics)
    assert isinstance(made, RetrievalTask)
    return task, made


def by_path(*names: str) -> Gold:
    return Gold(path=names)


def test_queries_are_what_users_say_and_documents_the_tools_once(tmp_path: Path) -> None:
    _, task = view(
        problem("1", RAIN, SNOW, gold=by_path("snow", "snow")),
        problem("2", SNOW, RAIN, gold=by_path("rain", "snow")),
    )
    (split,) = task.load(Source(tmp_path), Setting())
    assert [(query.id, query.text) for query in split.queries] == [("1", "asks 1"), ("2", "asks 2")]
    assert list(split.corpus.ids) == ["rain", "snow"]
    assert split.qrels == {"1": {"snow": 1}, "2": {"rain": 1, "snow": 1}}
    assert split.candidates is None
    assert checked((split,), task.card) == (split,)


def test_gold_calls_make_tools_relevant_too(tmp_path: Path) -> None:
    calls = (Expected("rain"), Expected("rain"))
    _, task = view(problem("1", RAIN, SNOW, gold=Gold(calls=calls)))
    (split,) = task.load(Source(tmp_path), Setting())
    assert split.qrels == {"1": {"rain": 1}}


def test_the_order_of_fields_makes_no_other_tool(tmp_path: Path) -> None:
    turned = replace(RAIN, parameters=dict(reversed(RAIN.parameters.items())))
    assert documentation(turned) != documentation(RAIN)
    _, task = view(
        problem("1", RAIN, gold=by_path("rain")), problem("2", turned, gold=by_path("rain"))
    )
    (split,) = task.load(Source(tmp_path), Setting())
    assert list(split.corpus.ids) == ["rain"]
    assert split.qrels == {"1": {"rain": 1}, "2": {"rain": 1}}


def test_a_tool_is_documented_as_json_and_seen_through_a_view(tmp_path: Path) -> None:
    fields = {
        "name": "rain",
        "description": "Tells rain.",
        "parameters": {"type": "object", "properties": {"day": {}}},
        "group": "sky",
    }
    assert json.loads(documentation(RAIN)) == fields
    assert list(json.loads(documentation(SNOW))) == ["name", "description", "parameters"]
    _, task = view(problem("1", RAIN, gold=by_path("rain")))
    for name, text in (
        ("documentation", json.dumps(fields)),
        ("python", str(fields)),
        ("name-description", "rain: Tells rain."),
    ):
        (split,) = task.load(Source(tmp_path), Setting(view=name))
        assert split.corpus["rain"].text == text


def test_tools_of_one_name_that_are_documented_differently_are_two(tmp_path: Path) -> None:
    _, task = view(
        problem("1", RAIN, gold=by_path("rain")),
        problem("2", OTHER_RAIN, gold=by_path("rain")),
        problem("3", ToolSpec("rain#2"), gold=by_path("rain#2")),
        problem("4", SNOW, gold=by_path("rain")),  # not its own: the first of that name
    )
    (split,) = task.load(Source(tmp_path), Setting())
    first, second, third, _ = split.corpus.ids
    assert (first, second) == ("rain", "rain#2")
    assert split.qrels == {"1": {first: 1}, "2": {second: 1}, "3": {third: 1}, "4": {first: 1}}


def test_candidates_are_the_problems_own_tools(tmp_path: Path) -> None:
    _, task = view(
        problem("1", SNOW, RAIN, gold=by_path("rain")), problem("2", SNOW, gold=by_path("snow"))
    )
    (split,) = task.load(Source(tmp_path), Setting(pool="candidates"))
    assert split.candidates == {"1": ["snow", "rain"], "2": ["snow"]}


def test_a_problem_without_gold_tools_is_not_asked(tmp_path: Path) -> None:
    _, task = view(
        problem("1", RAIN, gold=by_path("rain")),
        problem("2", RAIN, gold=Gold(wants_call=False)),
        problem("3", RAIN, gold=by_path("hail")),
    )
    (split,) = task.load(Source(tmp_path), Setting())
    assert [query.id for query in split.queries] == ["1"]
    assert split.unasked == {"2", "3"}
    assert set(split.qrels) == {"1"}


def test_every_split_searches_the_tools_of_all(tmp_path: Path) -> None:
    sets = (
        ProblemSet("a", [problem("1", RAIN, gold=by_path("rain"))], weight=2.0),
        ProblemSet("b", [problem("1", SNOW, gold=by_path("snow"))], notes={"mended": 1}),
        ProblemSet("c", []),
    )
    task = as_retrieval(Sky(*sets))
    a, b = task.load(Source(tmp_path), Setting())
    assert a.corpus is b.corpus  # type: ignore[union-attr]
    assert (a.split, a.weight, b.split, dict(b.notes)) == ("a", 2.0, "b", {"mended": 1})


@pytest.mark.parametrize(("offered", "asked"), [((), "all"), (("all", "candidates"), "candidates")])
def test_the_task_is_asked_for_a_pool_that_it_offers(
    tmp_path: Path, offered: tuple[str, ...], asked: str
) -> None:
    inner = Sky(ProblemSet("t", [problem("1", RAIN, gold=by_path("rain"))]), pools=offered)
    task = as_retrieval(inner)
    task.load(Source(tmp_path), Setting(pool="candidates", view="python", compat=("odd",)))
    (setting,) = inner.asked
    assert (setting.pool, setting.view, setting.compat) == (asked, "documentation", ("odd",))


def test_the_card_is_the_tasks_own_as_retrieval() -> None:
    inner, task = view(problem("1", RAIN, gold=by_path("rain")))
    assert task.card.name == "sky/asks-tools"
    assert task.card.title == "Sky, its tools"
    assert (task.card.kind, task.card.main_measure) == ("retrieval", "nDCG@10")
    assert task.card.licence == inner.card.licence
    assert task.compats == inner.compats
    assert task.requires() == (SKY,)
    accept(task, Setting(pool="candidates", view="name-description", compat=("odd",)))


def test_counts_that_differ_are_told(tmp_path: Path) -> None:
    _, task = view(problem("1", RAIN, gold=by_path("rain")), queries=1, documents=2, judgements=3)
    assert task.check(task.load(Source(tmp_path), Setting())) == (
        "sky/asks-tools has 1 documents, 2 published",
        "sky/asks-tools has 1 judgements, 3 published",
    )


def test_a_task_without_tools_or_problems_says_so(tmp_path: Path) -> None:
    _, bare = view(problem("1", gold=by_path("rain")))
    with pytest.raises(UserError, match="no tools to search"):
        bare.load(Source(tmp_path), Setting())
    of_retrieval = as_retrieval(bare)
    with pytest.raises(UserError, match="tool"):
        of_retrieval.load(Source(tmp_path), Setting())


def test_its_measures_are_measures_of_rankings() -> None:
    assert {parse(measure).kind for measure in MEASURES} == {"ranking"}


@pytest.mark.realdata
@pytest.mark.parametrize(
    "name",
    [
        task.card.name
        for benchmark in (RESTBENCH, TOOLFLOW)
        for task in benchmark.tasks.values()
        if task.card.kind == "retrieval"
    ],
)
@pytest.mark.parametrize("pool", ["all", "candidates"])
def test_the_real_views_have_the_published_counts(data: Path, name: str, pool: str) -> None:
    benchmark = RESTBENCH if name.startswith("restbench") else TOOLFLOW
    task = benchmark.tasks[name]
    assert isinstance(task, RetrievalTask)
    loaded = task.load(Source(data), Setting(pool=pool))
    assert task.check(loaded) == ()
    (split,) = checked(loaded, task.card)
    assert all(document in split.corpus for own in split.qrels.values() for document in own)
    assert not split.unasked
