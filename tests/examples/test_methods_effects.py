"""The table of effects: from trainings and evaluations to what a person reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import schooling  # noqa: E402

from examples.methods import effects  # noqa: E402
from examples.methods.comparing import (  # noqa: E402
    HELDOUT,
    Budget,
    Choice,
    Comparison,
    Place,
    Training,
    Trainings,
    Value,
    compared,
    worlds_file,
)
from examples.methods.lessons import WORLDS  # noqa: E402
from examples.methods.paired import FAULT  # noqa: E402
from examples.methods.spending import Spent, spent, together  # noqa: E402
from harness.errors import UserError  # noqa: E402
from harness.loading import load_task  # noqa: E402
from harness.training import costs_of  # noqa: E402

SETTINGS: Mapping[str, Value] = {
    "base": "{base}",
    "data": "{lessons}/said.jsonl",
    "seed": "{seed}",
    "device": "cpu",
    "batch": 4,
    "template": "",
}
ASKED = """
from harness.contracts import ProblemSet
from harness.records import Expected, Gold, Message, Problem, TaskCard, ToolSpec

class Asked:
    measures = ("exact_match",)

    def __init__(self, seed: int = 0):
        self.seed = seed
        self.card = TaskCard(
            f"asked-{seed}", "Asked", "Says hello.", kind="tool_use", main_measure="exact_match"
        )

    def load(self, source, setting):
        gold = Gold("exact_match", answers=("It is the dog",), calls=(Expected("bark"),))
        problems = [
            Problem(f"{self.seed}-{n}", ((Message("user", "hello"),),), (), gold) for n in range(4)
        ]
        return (ProblemSet("test", problems, single=True),)
"""
AGENT = 'function-calling(transformers("{%s}", max_tokens=8, device="cpu"))'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    root = tmp_path_factory.mktemp("effects")
    schooling.base(root / "base")
    schooling.lines(root / "said.jsonl", [{"prompt": "hello", "completion": "It is the dog"}] * 4)
    (root / "asked.py").write_text(ASKED)
    return Place(str(root / "base"), root, root / "out", seeds=(0, 1), worlds=(7, 8))


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def comparison(place: Place) -> Comparison:
    """A training of a step, one of many that goes on from it, and one as long as that."""
    many = {**SETTINGS, "base": "{short}", "lr": 1e-2}
    return Comparison(
        {
            "short": Training("sft", {**SETTINGS, "epochs": 1, "lr": 1e-6}),
            "long": Training("sft", {**many, "epochs": 50}),
            "alike": Training("sft", {**many, "steps": Budget("long")}),
        },
        {"baseline": AGENT % "short", "method": AGENT % "long", "as long": AGENT % "alike"},
        {
            f"{place.lessons}/asked.py:Asked(seed={{world}})": (
                "exact_match",
                "fault: missing call",
            )
        },
    )


def test_a_method_is_told_apart_from_its_baseline(place: Place, comparison: Comparison) -> None:
    said: list[str] = []
    sides, by_task = compared(comparison, place, said.append)
    trained = [f"seed {n}: training {name}" for n in (0, 1) for name in ("short", "long", "alike")]
    assert sorted(what for what in said if "training" in what) == sorted(trained)
    (gaps,) = by_task.values()
    method, fault, alike, _, control, _ = gaps
    assert (method.sides, method.measure) == (("baseline", "method"), "exact_match")
    assert method.means == (0.0, 1.0)
    assert method.difference == (1.0, 1.0, 1.0)
    assert (method.n, method.agreeing) == (8, 2)
    assert method.p == pytest.approx(2 / 2**8)  # all signs alike, of 4 problems in 2 worlds
    assert fault.means == (1.0, 1.0)  # a call is wanted of each, and neither makes one
    assert alike.means[1] == 1.0
    assert (control.sides, control.difference[0], control.p) == (("method", "as long"), 0.0, 1.0)
    assert [side.name for side in sides] == ["baseline", "method", "as long"]


def test_costs_are_those_of_all_trainings_that_lead_to_a_side(
    place: Place, comparison: Comparison
) -> None:
    sides, _ = compared(comparison, place)
    short, long, alike = (
        costs_of(place.out / "seed-0" / name).amounts["tokens"]
        for name in ("short", "long", "alike")
    )
    assert alike == long == 50 * short
    assert [side.costs[0].learned for side in sides] == [short, short + long, short + alike]
    assert {side.costs[0].passed for side in sides} == {0}


def test_a_budget_is_all_that_leads_to_the_other_training_alone(place: Place) -> None:
    many = {**SETTINGS, "epochs": 1}
    trainings = {
        "shared": Training("sft", many),
        "own": Training("sft", {**many, "base": "{shared}", "epochs": 4}),
        "method": Training("sft", {**many, "base": "{own}", "epochs": 2}),
        "whole": Training("sft", {**many, "base": "{shared}", "steps": Budget("method")}),
        "third": Training("sft", {**many, "base": "{shared}", "steps": Budget("method", 1 / 3)}),
        "next": Training("sft", {**many, "base": "{third}", "steps": Budget("method", 1 / 3)}),
    }
    comparison = Comparison(trainings, {"a": AGENT % "next"}, {})
    made = Trainings(comparison, replace(place, out=place.out.parent / "budget"), 0, str)
    # An epoch of four rows in batches of 4 is a step: 4 + 2 of them, and the shared one is no part.
    steps = [
        spent(made.trained(name)).learned / spent(made.trained("shared")).learned
        for name in ("whole", "third", "next")
    ]
    assert steps == [6, 2, 2]
    assert made.costs("a").learned == 5 * spent(made.trained("shared")).learned


def test_a_side_that_may_choose_is_the_first_of_its_best(
    place: Place, comparison: Comparison
) -> None:
    compared(comparison, place)
    short, long, alike = (AGENT % name for name in ("short", "long", "alike"))
    asked = (f"{place.lessons}/asked.py:Asked(seed=9)",)
    sides = {
        "worse first": Choice((short, long, alike), asked, "exact_match"),
        "others": Choice((alike, long), asked, "exact_match"),
    }
    said: list[str] = []
    made = Trainings(replace(comparison, sides=sides), place, 0, said.append)
    assert [made.agent(side).split('"')[1] for side in sides] == [
        str(place.out / "seed-0" / name) for name in ("long", "alike")
    ]
    assert said[-1].startswith("seed 0: others is function-calling")
    assert made.costs("others") == made.costs("worse first")  # all that it chose among has its cost


def test_what_is_over_is_not_done_again(place: Place, comparison: Comparison) -> None:
    before = compared(comparison, place)
    files = {p: p.stat().st_mtime_ns for p in place.out.rglob("*") if p.suffix == ".safetensors"}
    asked = place.out.glob(
        "seed-*/results/[!c]*/**/result.json"
    )  # what is "chosen" is asked elsewhere
    results = {p: p.stat().st_mtime_ns for p in asked}
    assert len(files) == 6
    assert len(results) == 12
    assert compared(comparison, place) == before
    assert all(path.stat().st_mtime_ns == then for path, then in {**files, **results}.items())


def test_worlds_are_the_comparisons_own_where_nobody_says_otherwise(
    place: Place, comparison: Comparison
) -> None:
    """A world has four problems."""
    own = replace(comparison, worlds=(7,))
    for given, problems in (((), 4), ((7, 8), 8)):
        _, by_task = compared(own, replace(place, worlds=given))
        assert {gap.n for gaps in by_task.values() for gap in gaps} == {problems}


def test_the_table_has_a_row_for_each_side(place: Place, comparison: Comparison) -> None:
    lines = list(effects.table(*compared(comparison, place)))
    assert lines[0] == "Asked(seed={world}), exact_match, 8 problems"
    assert lines[2] == "| | seed 0 | seed 1 | mean | difference | p | Holm |"
    assert lines[4] == "| baseline | 0.0 [0.0, 0.0] | 0.0 [0.0, 0.0] | 0.0 |  |  |  |"
    whole = "100.0 [100.0, 100.0]"
    # Holm: the smallest of six p-values, 2 / 256, times 6.
    told = "+100.0 [+100.0, +100.0], 2 of 2 seeds | .008 | .047 |"
    assert lines[5] == f"| method | {whole} | {whole} | 100.0 | {told}"
    assert lines[6].startswith(f"| as long | {whole} | {whole} | 100.0 | +100.0")
    none = "+0.0 [+0.0, +0.0], 2 of 2 seeds | 1.000 | 1.000 |"
    assert lines[7] == f"| as long less method |  |  |  | {none}"
    costs = lines[-3:]
    assert all(re.match(r"\| [a-z ]+ \| [0-9,]+ \| 0 \| [0-9,]+ \| ", line) for line in costs)


def test_the_command_prints_the_table_and_writes_the_numbers(
    place: Place,
    comparison: Comparison,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(effects, "COMPARISONS", {"out": comparison})
    root = place.out.parent
    options = ["--base", place.base, "--lessons", str(root), "--out", str(root)]
    effects.main(["out", *options, "--seeds", "0", "1", "--worlds", "7", "8"])
    assert "| method | 100.0 [100.0, 100.0]" in capsys.readouterr().out
    found = json.loads((place.out / "effects.json").read_text())
    (gaps,) = found["gaps"].values()
    assert gaps[0]["p"] == pytest.approx(2 / 2**8)
    assert found["costs"]["method"]["1"]["learned"] > 0


def test_a_name_in_braces_that_nothing_has_is_a_mistake(place: Place) -> None:
    training = Training("sft", {**SETTINGS, "base": "{bsae}"})
    comparison = Comparison({"mine": training}, {"a": AGENT % "mine"}, {})
    with pytest.raises(UserError, match=r"bsae.*base"):
        Trainings(comparison, place, 0, lambda what: None).trained("mine")


def test_a_measure_that_a_task_lacks_is_named(place: Place, comparison: Comparison) -> None:
    (task,) = comparison.tasks
    wrong = replace(comparison, tasks={task: ("nDCG@10",)})
    with pytest.raises(UserError, match="nDCG"):
        compared(wrong, place)


def test_tokens_that_are_not_learned_cost_a_third(tmp_path: Path) -> None:
    training = tmp_path / "training"
    (training / "3-teach_1" / "train").mkdir(parents=True)
    (training / "3-teach_1" / "train" / "curves.jsonl").write_text("{}\n")
    schooling.lines(
        training / "ledger.jsonl",
        [
            {"stage": "data", "seconds": 1.0, "amounts": {"sequences": 7}},
            {"stage": "sample", "seconds": 2.0, "amounts": {"tokens": 30, "tokens_read": 20}},
            {"stage": "sample", "seconds": 2.0, "amounts": {"small_output_tokens": 10}},
            {"stage": "teach_1", "seconds": 3.0, "kwh": 0.5, "amounts": {"tokens": 90}},
        ],
    )
    found = spent(tmp_path)
    assert found == Spent(learned=90, passed=60, seconds=8.0, kwh=None)  # not all was read
    assert found.budget == pytest.approx(90 + 60 / 3)
    both = together([found, Spent(1, 2, 3.0, 0.5)])
    assert both == Spent(learned=91, passed=62, seconds=11.0, kwh=None)


@pytest.mark.parametrize("name", effects.COMPARISONS)
def test_what_is_compared_can_be_trained_and_asked(name: str, place: Place, tmp_path: Path) -> None:
    comparison = effects.COMPARISONS[name]
    assert not {*comparison.worlds} & {*WORLDS, *range(350, HELDOUT[0])}
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    trainings = Trainings(comparison, replace(place, lessons=lessons, out=tmp_path), 0, str)
    (tmp_path / "seed-0").mkdir()
    for checkpoint, training in comparison.trainings.items():
        (tmp_path / "seed-0" / checkpoint).symlink_to(place.base)
        for value in map(str, training.settings.values()):
            for file in re.findall(r"\{lessons\}/([a-z-]+\.jsonl)", value):
                (lessons / file).write_text("{}\n")
    for training in comparison.trainings.values():
        budgets = {k: v.of for k, v in training.settings.items() if isinstance(v, Budget)}
        assert set(budgets.values()) <= set(comparison.trainings)
        assert trainings.loaded(training, dict.fromkeys(budgets, 3)).name == training.producer
    for side in comparison.sides.values():
        for agent in side.agents if isinstance(side, Choice) else (side,):
            assert "{}" not in agent
            assert set(re.findall(r"\{(\w+)\}", agent)) <= set(comparison.trainings)
    for task, measures in comparison.tasks.items():
        asked = load_task(task.format(worlds=worlds_file(), world=400))
        assert all(m in asked.measures or m in FREE or m.startswith(FAULT) for m in measures)


@pytest.mark.parametrize("name", ["exsearch", "dro"])
def test_who_is_compared_with_the_best_of_rounds_has_rounds_too(name: str) -> None:
    comparison = effects.COMPARISONS[name]
    method, (baseline, *_) = comparison.trainings["em"].settings, comparison.sides.values()
    assert isinstance(baseline, Choice)
    assert baseline.tasks == method["heldout"]
    assert len(baseline.agents) == method["rounds"] + 1  # the warm-up is one of the method's, too
    shares = [
        value.share
        for training in comparison.trainings.values()
        for value in training.settings.values()
        if isinstance(value, Budget)
    ]
    assert sum(shares) == pytest.approx(1.0)


FREE = ("steps", "input_tokens", "output_tokens", "latency")
"""What every attempt has, whether its task names it or not."""
