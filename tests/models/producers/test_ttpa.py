"""Preferences about calls, from conversations to a model that calls better."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import ambivalent  # noqa: E402
import schooling  # noqa: E402

from harness.contracts import Planned, Producer  # noqa: E402
from harness.errors import UserError  # noqa: E402
from harness.measures.faults import SEVERITY  # noqa: E402
from harness.records import ToolCall  # noqa: E402
from harness.training.configuration import load_producer  # noqa: E402
from harness.training.ledger import read_ledger  # noqa: E402
from models.producers.ttpa import Ttpa  # noqa: E402
from models.training.preferences import sampling  # noqa: E402
from models.training.preferences.construction import Construct  # noqa: E402
from models.training.preferences.policy import Branching, Policy  # noqa: E402
from models.training.preferences.reversal import Budget  # noqa: E402
from models.transformers_chat import TransformersChat  # noqa: E402

SETTINGS: Mapping[str, Any] = {
    "device": "cpu",
    "batch": 4,
    "lr": 1e-3,
    "warmup": 0.0,
    "delta": 0.7,
    "max_tokens": 60,
}
BERGEN, OSLO, NEWS = (call for call, _ in ambivalent.TURNS)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ambivalent.teach(tmp_path_factory.mktemp("base"))


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def producer(base: Path, tmp_path: Path, *golds: ToolCall, **more: Any) -> Ttpa:
    """One that learns from conversations of a call each; Oslo is right where nothing is said."""
    tmp_path.mkdir(exist_ok=True)
    rows = [ambivalent.conversation(gold) for gold in golds or (OSLO,)]
    data = schooling.lines(tmp_path / "data.jsonl", rows)
    return Ttpa(str(base), str(data), **{**SETTINGS, **more})


def planned(made: Ttpa) -> dict[str, Planned]:
    found: dict[str, Planned] = {}
    for stage in made.stages():
        found[stage.name] = stage.plan(dict(found))
    return found


def sampled(made: Ttpa, root: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The steps and the summary of sampling."""
    cut = schooling.train(_Only(made, "sample"), root)
    assert cut.exists()
    folder = root / "1-sample"
    return schooling.rows(folder / "steps.jsonl"), json.loads((folder / "summary.json").read_text())


class _Only:
    """A producer up to one of its stages."""

    def __init__(self, made: Ttpa, last: str) -> None:
        names = [stage.name for stage in made.stages()]
        self._stages = made.stages()[: names.index(last) + 1]

    def stages(self) -> Any:
        return self._stages


def test_it_calls_better_for_what_it_nearly_said(base: Path, tmp_path: Path) -> None:
    """Before, the right call has a chance of 0.3: behind 0.5 and before 0.2 of the wrong ones."""
    made = producer(base, tmp_path, steps=5, lr=1e-5)
    out = schooling.train(made, tmp_path / "t")
    curves = schooling.rows(tmp_path / "t" / "4-train" / "curves.jsonl")
    assert curves[0]["loss"] == pytest.approx(math.log(2), abs=1e-5)
    turn = schooling.rows(tmp_path / "t" / "1-sample" / "steps.jsonl")[0]["turns"][2]

    def chance(model: Path) -> float:
        chat = TransformersChat(str(model), device="cpu")
        sums = chat.log_probs(ambivalent.ASKED, turn["ids"], ambivalent.TOOLS).sum()
        return math.exp(float(sums))

    assert turn["calls"] == [{"name": "weather", "arguments": {"city": "Oslo"}}]
    assert chance(base) == pytest.approx(0.3, abs=0.02)
    assert chance(out) > 0.6
    assert isinstance(made, Producer)


def test_candidates_are_scored_by_their_errors_and_paired(base: Path, tmp_path: Path) -> None:
    """A wrong value takes 0.3, a wrong tool 0.8."""
    [row], told = sampled(producer(base, tmp_path), tmp_path / "t")
    assert [turn["calls"][0]["name"] for turn in row["turns"]] == ["weather", "news", "weather"]
    assert [turn["score"] for turn in row["turns"]] == pytest.approx([0.7, 0.2, 1.0])
    assert [[e["fault"] for e in turn["wrong"]] for turn in row["turns"]] == [
        ["wrong value"],
        ["wrong tool"],
        [],
    ]
    assert row["pairs"] == [[2, 0], [2, 1]]
    assert told == {
        "steps": 1,
        "too_long": 0,
        "candidates": 3,
        "cut": 0,
        "same": 0,
        "steps_with_pairs": 1,
        "pairs": 2,
        "policy_right": 0,
        "best_right": 1,
        "policy_by_fault": {"wrong value": 1},
        "pairs_by_fault": {"wrong tool": 1, "wrong value": 1},
    }


def test_a_call_where_none_is_needed_is_rejected_if_answers_are_steps(
    base: Path, tmp_path: Path
) -> None:
    """The base always calls something; the second conversation has no call."""
    rows = [ambivalent.conversation(OSLO), ambivalent.conversation()]
    data = schooling.lines(tmp_path / "data.jsonl", rows)
    made = Ttpa(str(base), str(data), **SETTINGS, gold=True)
    calls, _ = sampled(made, tmp_path / "calls")
    assert [(row["line"], row["number"]) for row in calls] == [(1, 1)]
    every, told = sampled(replace(made, answers=True), tmp_path / "every")
    assert [(row["line"], row["number"]) for row in every] == [(1, 1), (1, 3), (2, 1)]
    needless = every[-1]
    assert needless["policy"] == ["needless call"]
    assert needless["turns"][3] == needless["turns"][3] | {"said": "Yes", "score": 1.0}
    assert needless["pairs"] == [[3, 0], [3, 1], [3, 2]]
    assert told["pairs_by_fault"]["needless call"] >= 3
    assert planned(replace(made, answers=True))["sample"].counts["steps"] == 3


@pytest.mark.parametrize(
    ("more", "pairs"),
    [
        ({"margin": 0.4}, [[2, 1]]),
        ({"against": "worst"}, [[2, 1]]),
        ({"weight_value": 0.9}, [[2, 0], [2, 1]]),
        ({"weight_value": 0.05, "weight_tool": 0.5}, [[2, 1]]),  # 1 and 0.95 are too near
        ({"delta": 0.5}, [[1, 0]]),
    ],
)
def test_every_choice_is_a_setting(
    base: Path, tmp_path: Path, more: dict[str, Any], pairs: list[list[int]]
) -> None:
    [row], _ = sampled(producer(base, tmp_path, **more), tmp_path / "t")
    assert row["pairs"] == pairs


def test_the_right_call_may_be_a_candidate_that_the_base_never_says(
    base: Path, tmp_path: Path
) -> None:
    paris = ToolCall("weather", {"city": "Paris"})
    [row], _ = sampled(producer(base, tmp_path / "a", paris), tmp_path / "a")
    assert [turn["score"] for turn in row["turns"]] == pytest.approx([0.7, 0.2, 0.7])
    assert row["pairs"] == [[0, 1]]
    [row], _ = sampled(producer(base, tmp_path / "b", paris, gold=True), tmp_path / "b")
    assert row["turns"][3]["calls"] == [{"name": "weather", "arguments": {"city": "Paris"}}]
    assert row["pairs"] == [[3, 0], [3, 1], [3, 2]]
    [row], _ = sampled(producer(base, tmp_path / "c", gold=True), tmp_path / "c")
    assert (len(row["turns"]), row["same"]) == (3, 1)  # it says Oslo by itself


def test_rows_are_the_tokens_that_the_base_drew(base: Path, tmp_path: Path) -> None:
    schooling.train(_Only(producer(base, tmp_path), "data"), tmp_path / "t")
    [step] = schooling.rows(tmp_path / "t" / "1-sample" / "steps.jsonl")
    rows = schooling.rows(tmp_path / "t" / "2-data" / "rows.jsonl")
    assert len(rows) == 2
    for row, (chosen, rejected) in zip(rows, step["pairs"], strict=True):
        for side, number in (("chosen", chosen), ("rejected", rejected)):
            assert row[side]["ids"] == step["prompt"] + step["turns"][number]["ids"]
            learned = "".join(p["text"] for p in row[side]["parts"] if p["trained"])
            assert learned.startswith("<tool_call>")
            assert learned.endswith("<|im_end|>")


@pytest.mark.parametrize("span", [1, 2])
def test_so_many_tokens_may_be_learned_from_where_both_sides_part(
    base: Path, tmp_path: Path, span: int
) -> None:
    schooling.train(_Only(producer(base, tmp_path, span=span), "data"), tmp_path / "t")
    [step] = schooling.rows(tmp_path / "t" / "1-sample" / "steps.jsonl")
    rows = schooling.rows(tmp_path / "t" / "2-data" / "rows.jsonl")
    assert len(rows) == 2
    for row, pair in zip(rows, step["pairs"], strict=True):
        turns = [step["turns"][number]["ids"] for number in pair]
        apart = next(
            at for at, (one, other) in enumerate(zip(*turns, strict=False)) if one != other
        )
        assert apart > 0  # all begin with <tool_call>
        for side, turn in zip(("chosen", "rejected"), turns, strict=True):
            assert row[side]["ids"] == step["prompt"] + turn[: apart + span]
            begin = len(step["prompt"]) + apart
            assert row[side]["spans"] == [[begin, begin + span]]
    told = json.loads((tmp_path / "t" / "2-data" / "summary.json").read_text())
    assert told["ends"] == []  # these tokens end no turn


def test_a_coin_decides_in_the_control(base: Path, tmp_path: Path) -> None:
    """Of 40 pairs about half are turned: 20, give or take four times sqrt(10)."""
    golds = [OSLO] * 20
    rows, _ = sampled(producer(base, tmp_path, *golds, pairs="shuffled"), tmp_path / "t")
    found = [tuple(pair) for row in rows for pair in row["pairs"]]
    assert {tuple(sorted(pair)) for pair in found} == {(0, 2), (1, 2)}
    assert 7 < sum(pair[0] == 2 for pair in found) < 33


def test_where_nothing_is_better_it_says_what_to_change(base: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no step gives a pair \(1 steps, 1 candidates.*raise del"):
        sampled(producer(base, tmp_path, delta=0.1), tmp_path / "t")


def test_what_is_too_long_or_does_not_end_is_counted(base: Path, tmp_path: Path) -> None:
    short = producer(base, tmp_path, max_tokens=12)
    with pytest.raises(UserError, match="no step gives a pair"):
        sampled(short, tmp_path / "t")
    told = json.loads((tmp_path / "t" / "1-sample" / "summary.json").read_text())
    assert (told["cut"], told["candidates"], told["policy_by_fault"]) == (2, 0, {})
    with pytest.raises(UserError, match=r"1 steps were too long, 0 turns came.*raise max_length"):
        sampled(producer(base, tmp_path, max_length=100), tmp_path / "u")
    told = json.loads((tmp_path / "u" / "1-sample" / "summary.json").read_text())
    assert told["too_long"] == 1


@pytest.mark.parametrize("torn", [False, True])
def test_sampling_that_was_cut_short_goes_on_to_the_same_bytes(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn: bool
) -> None:
    monkeypatch.setattr(sampling, "_AT_ONCE", 2)
    golds = [OSLO, BERGEN, NEWS, OSLO, BERGEN]
    made = producer(base, tmp_path, *golds)
    sampled(made, tmp_path / "whole")

    def press(stage: str, done: int, total: int, state: str) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        schooling.train(_Only(made, "sample"), tmp_path / "cut", press)
    steps = tmp_path / "cut" / "1-sample" / "steps.jsonl"
    if torn:  # in the middle of what is written together
        text = steps.read_bytes()
        steps.write_bytes(text[: len(text) - 30])
    decoded: list[int] = []
    ask = Policy.decoded

    def counted(self: Policy, asked: Any, how: Any) -> Any:
        decoded.append(len(asked))
        return ask(self, asked, how)

    monkeypatch.setattr(Policy, "decoded", counted)
    sampled(made, tmp_path / "cut")
    assert decoded == ([2, 1] if torn else [1])
    for name in ("steps.jsonl", "summary.json"):
        whole, cut = ((tmp_path / way / "1-sample" / name).read_bytes() for way in ("whole", "cut"))
        assert whole == cut


def test_training_that_was_cut_short_ends_in_the_same_weights(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path, OSLO, NEWS, batch=2, epochs=2, save_every=2, lr=1e-5, sft=0.1)
    whole = schooling.train(made, tmp_path / "whole")
    for stage in ("data", "reference", "train"):

        def press(told: str, done: int, total: int, state: str, stage: str = stage) -> None:
            if told == stage and (done == 3 or stage != "train"):
                raise ConnectionError

        with pytest.raises(ConnectionError):
            schooling.train(made, tmp_path / "cut", press)
    cut = schooling.train(made, tmp_path / "cut")
    assert (whole / "model.safetensors").read_bytes() == (cut / "model.safetensors").read_bytes()


def test_a_plan_bounds_what_sampling_then_does(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path, OSLO, NEWS, tokens_per_second=1000.0, kilowatts=0.5)
    plan = planned(made)
    assert not (tmp_path / "t").exists()
    [row, other], told = sampled(made, tmp_path / "t")
    counts = plan["sample"].counts
    assert counts["steps"] == 2
    assert counts["turns"] == 2 * (1 + 4 * 3)  # four places at most, three more tokens at each
    assert counts["pairs"] == plan["data"].counts["rows"] == 2 * 4 * 3 >= told["pairs"]
    length = len(row["prompt"]) + len(row["turns"][2]["ids"])  # of the right call
    length += len(other["prompt"]) + len(other["turns"][1]["ids"])
    assert counts["tokens"] == 14 * length  # the first turn of 13 is read once more
    assert plan["data"].counts["tokens"] == 2 * 12 * length
    assert plan["sample"].hours == pytest.approx(14 * length / 3 / 1000 / 3600)
    assert plan["sample"].kwh == pytest.approx(14 * length / 3 / 1000 / 3600 / 2)
    [sitting] = read_ledger(tmp_path / "t")
    found = [len(row["prompt"]) + len(turn["ids"]) for row in (row, other) for turn in row["turns"]]
    assert sitting["amounts"]["sequences"] == 2 * (3 + 1)  # all are candidates, and none is cut
    assert sitting["amounts"]["tokens"] == sum(found) + found[0] + found[3] < counts["tokens"]


def test_by_chance_the_likeliest_token_is_one_that_may_be_forced(
    base: Path, tmp_path: Path
) -> None:
    """What is said may be none of the likeliest, so that each of them is another."""
    counts = planned(producer(base, tmp_path, temperature=1.0))["sample"].counts
    assert (counts["turns"], counts["pairs"]) == (1 + 4 * 4, 4 * 4)


def test_a_plan_needs_no_base(tmp_path: Path) -> None:
    data = schooling.lines(tmp_path / "d.jsonl", [ambivalent.conversation(OSLO)])
    plan = planned(Ttpa("some/model-of-the-hub", str(data), device="cpu"))
    assert plan["sample"].counts["steps"] == 1
    assert "guessed from characters" in plan["sample"].notes[0]
    assert plan["train"].counts["steps"] > 0


def test_what_is_called_must_be_there_to_call(base: Path, tmp_path: Path) -> None:
    row = ambivalent.conversation(ToolCall("fly", {}))
    data = schooling.lines(tmp_path / "d.jsonl", [row])
    with pytest.raises(
        UserError, match=r"d.jsonl line 1: messages\[1\] calls 'fly', which is none"
    ):
        Ttpa(str(base), str(data), **SETTINGS).stages()[0].plan({})
    silent = {"prompt": "hello", "completion": "hello"}
    data = schooling.lines(tmp_path / "e.jsonl", [silent])
    with pytest.raises(UserError, match="no assistant calls a tool"):
        Ttpa(str(base), str(data), **SETTINGS).stages()[0].plan({})


TEACHER = '''
from harness.records import Completion, ToolCall


class Teacher:
    """Asks for the weather of the capital."""

    version = "1"

    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        names = [tool.name for tool in tools]
        if names == ["describe_scenario"]:
            given = {"scenario": "A trip.", "facts": ["the capital"], "tools": ["weather", "news"]}
        elif names == ["give_question"]:
            given = {"question": "Does it rain in the capital?"}
        elif any(message.role == "tool" for message in messages):
            names, given = ["give_answer"], {"answer": "Yes"}
        else:
            names, given = ["weather"], {"city": "Oslo"}
        return Completion("", calls=(ToolCall(names[0], given, "c0"),))
'''
WORLD = """
from harness.play.sessions import Told
from harness.records import Gold, Message, Observation, Problem, TaskCard, ToolSpec
from harness.contracts import ProblemSet

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = (
    ToolSpec("weather", "the weather", CITY),
    ToolSpec("news", "", {"type": "object", "properties": {"city": {"type": "string"}}}),
)


class Rainy(Told):
    executes = True

    async def call(self, call):
        return Observation("rain")


class Weather:
    card = TaskCard("rainy", "Rainy", "Rain.", "1", "tool_use", "solved_in_world", runs="world")
    measures = ("solved_in_world",)

    def load(self, source, setting):
        problem = Problem("p", ((Message("user", "?"),),), TOOLS, Gold("solved_in_world"))
        return (ProblemSet("test", (problem,), environment=self),)

    async def open(self, problem, trial=0):
        return Rainy(problem, trial)
"""


@pytest.fixture
def made_in_a_world(base: Path, tmp_path: Path) -> Ttpa:
    (tmp_path / "teacher.py").write_text(TEACHER)
    (tmp_path / "world.py").write_text(WORLD)
    return Ttpa(
        str(base),
        tasks=(f"{tmp_path}/world.py:Weather",),
        teacher=f"{tmp_path}/teacher.py:Teacher",
        instances=3,
        fewest=1,
        **SETTINGS,
    )


def test_conversations_are_made_in_a_world_where_none_are_given(
    made_in_a_world: Ttpa, tmp_path: Path
) -> None:
    names = [stage.name for stage in made_in_a_world.stages()]
    assert names == ["construct", "sample", "data", "reference", "train"]
    out = schooling.train(made_in_a_world, tmp_path / "t")
    assert (out / "model.safetensors").exists()
    told = json.loads((tmp_path / "t" / "1-construct" / "summary.json").read_text())
    assert (told["instances"], told["calls"]) == (3, 3)
    row = schooling.rows(tmp_path / "t" / "2-sample" / "steps.jsonl")[0]
    assert row["gold"] == [{"name": "weather", "arguments": {"city": "Oslo"}}]
    assert row["pairs"] == [[2, 0], [2, 1]]
    first = schooling.rows(tmp_path / "t" / "1-construct" / "instances.jsonl")[0]
    assert first["messages"][0] == {"role": "user", "content": ambivalent.QUESTION}


def test_files_of_worlds_and_teachers_go_by_name_and_hash(
    base: Path, made_in_a_world: Ttpa, tmp_path: Path
) -> None:
    given = [
        f"base={base}",
        f"tasks={json.dumps(made_in_a_world.tasks)}",
        f"teacher={made_in_a_world.teacher}",
    ]
    loaded = load_producer("ttpa", None, given)
    assert loaded.parameters["tasks"] == ["world.py:Weather"]
    assert loaded.parameters["teacher"] == "teacher.py:Teacher"
    assert str(tmp_path) not in json.dumps(loaded.identity)
    (tmp_path / "world.py").write_text(WORLD + "# another\n")
    assert load_producer("ttpa", None, given).identity != loaded.identity


def test_a_key_in_the_teachers_expression_is_refused_before_anything_is_written(
    base: Path, made_in_a_world: Ttpa
) -> None:
    given = [f"tasks={json.dumps(made_in_a_world.tasks)}", "teacher=openai('m', api_key='sk-1')"]
    with pytest.raises(UserError, match="secret"):
        load_producer("ttpa", None, [f"base={base}", *given])


def test_a_base_that_cannot_be_asked_to_call_is_refused_before_the_teacher_is_asked(
    made_in_a_world: Ttpa, tmp_path: Path
) -> None:
    (tmp_path / "teacher.py").write_text("raise SystemExit")
    (tmp_path / "plain.jinja").write_text("{% for m in messages %}{{ m.content }}{% endfor %}")
    made = replace(made_in_a_world, template=str(tmp_path / "plain.jinja"))
    with pytest.raises(UserError, match="has no place for tools"):
        schooling.train(made, tmp_path / "t")


def test_every_setting_reaches_its_stage(base: Path) -> None:
    made = Ttpa(
        str(base),
        tasks=("world",),
        teacher="model",
        instances=11,
        window=12,
        least_calls=5,
        most_calls=6,
        fewest=3,
        teacher_turns=13,
        restarts=7,
        teacher_temperature=0.4,
        at_once=8,
        seed=9,
        delta=0.3,
        branches=2,
        top_k=5,
        least=0.02,
        temperature=0.6,
        max_tokens=99,
        calls="llama",
        gold=True,
        margin=0.25,
        against="worst",
        pairs="shuffled",
        weight_type=0.45,
    )
    construct, sample, *_ = made.stages()
    assert isinstance(construct, Construct)
    assert construct.budget == Budget(window=12, calls=(5, 6), fewest=3, turns=13, temperature=0.4)
    told = construct.teacher, construct.number, construct.restarts, construct.at_once
    assert (*told, construct.seed) == ("model", 11, 7, 8, 9)
    assert isinstance(sample, sampling.Sample)
    assert sample.at_once == 8
    assert sample.branching == Branching(0.3, 2, 5, 0.02, 0.6, 99)
    by_fault = {**SEVERITY, "wrong type": 0.45}
    assert sample.preferring == sampling.Preferring(by_fault, 0.25, "worst", True, True, "llama")


def test_a_plan_asks_no_teacher(made_in_a_world: Ttpa, tmp_path: Path) -> None:
    (tmp_path / "teacher.py").write_text("raise SystemExit")
    plan = planned(made_in_a_world)
    assert plan["construct"].counts["instances"] == 3
    assert plan["sample"].counts["steps"] == plan["construct"].counts["calls"]


def test_the_configuration_for_a_real_model_can_be_planned(
    base: Path, made_in_a_world: Ttpa
) -> None:
    yaml = pytest.importorskip("yaml")
    file = Path(__file__).parents[3] / "examples" / "methods" / "ttpa.yaml"
    told = yaml.safe_load(file.read_text())
    told["tasks"] = made_in_a_world.tasks  # one that is here
    plan = planned(Ttpa(**told))
    assert list(plan) == ["construct", "sample", "data", "reference", "train"]
    assert plan["train"].hours is not None
    assert plan["train"].hours > 0


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"data": ""}, r"give conversations .data., or worlds"),
        ({"tasks": ("x",)}, r"give conversations .data., or worlds"),
        ({"data": "", "tasks": ("x",)}, "tasks need a teacher"),
        ({"pairs": "random"}, "unknown pairs"),
        ({"against": "none"}, "unknown against"),
        ({"calls": "quen"}, "Did you mean qwen"),
        ({"delta": 0.0}, "delta"),
        ({"margin": 0.0}, "margin"),
        ({"margin": 1.5}, "margin"),
        ({"top_k": 1}, "top_k"),
        ({"branches": 0}, "branches"),
        ({"least": float("nan")}, "least"),
        ({"weight_value": -0.1}, "weight_value"),
        ({"fewest": 4}, "fewest=4"),
        ({"most_calls": 3}, "most_calls=3"),
        ({"teacher_turns": 2}, "teacher_turns=2"),
        ({"loss": "aot"}, "unknown loss"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    base: Path, wrong: dict[str, Any], why: str
) -> None:
    with pytest.raises(UserError, match=why):
        Ttpa(**{"base": str(base), "data": "d.jsonl", **wrong})
