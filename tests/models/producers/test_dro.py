"""DRO's training: what is drawn, weighed and learned by both models, round by round."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import memorised  # noqa: E402
import quiz  # noqa: E402
import schooling  # noqa: E402
import yaml  # noqa: E402

from harness import evaluate  # noqa: E402
from harness.contracts import Planned, Producer  # noqa: E402
from harness.errors import UserError  # noqa: E402
from harness.loading import load_model  # noqa: E402
from harness.records import Message  # noqa: E402
from harness.workspace import working  # noqa: E402
from models.agents.answerers import rag, selection  # noqa: E402
from models.agents.answerers.dro import DRO as Pipeline  # noqa: E402
from models.producers.dro import ROLES, Dro  # noqa: E402
from models.scripted import Scripted  # noqa: E402
from models.training.practice.recording import Recorded, Turn  # noqa: E402

EXAMPLE = Path(__file__).parents[3] / "examples" / "methods" / "dro.yaml"
QUIZ = Path(quiz.__file__)
TASK = f"{QUIZ}:Quiz(first=0, number=2)"
SELECTIONS = ("[1] > [2]", "[3] > [2]")
"""The first one has the passage that tells the answer."""
SETTINGS: dict[str, Any] = {
    "device": "cpu",
    "k": 3,
    "kept": 2,
    "answer_tokens": 12,
    "guarded": False,
    "at_once": 4,
}


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def recorded(problem: Any, z: str) -> list[dict[str, Any]]:
    """The turns of an attempt in which that is selected: the selector's, the generator's."""
    turns: list[Turn] = []

    def answer(messages: Sequence[Message], tools: Any) -> str:
        told = f"{problem.id} is in " in messages[-1].content
        return str(problem.gold.answers[0]) if told else "unknown"

    agent = Pipeline(
        Recorded(Scripted([z]), turns, "selector"),
        generator=Recorded(Scripted(answer), turns, "generator"),
        k=3,
        kept=2,
    )
    assert quiz.played(agent, problem).end == "finished"
    return [turn.row() for turn in turns]


@pytest.fixture(scope="module")
def warmups(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What selector and generator begin with: either selection is as good to the selector."""
    folder, learned = tmp_path_factory.mktemp("warmup"), {"selector": [], "generator": []}  # type: ignore[var-annotated]
    for problem in quiz.Quiz(0, 2).problems():
        for z in SELECTIONS:
            for row in recorded(problem, z):
                *prompt, said = row["messages"]
                learned[row["speaker"]].append({"prompt": prompt, "completion": [said]})
    selector, generator = (
        schooling.lines(folder / f"{role}.jsonl", rows) for role, rows in learned.items()
    )
    return selector, generator


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    told = [selection.RULES, rag.RULES, *(json.dumps(one) for one in quiz.PASSAGES), "unknown"]
    folder = tmp_path_factory.mktemp("base")
    words = memorised.tokenizer([*told, memorised.TEMPLATE], 1000)
    memorised.saved(folder, memorised.qwen2(words, positions=1024), words)
    return folder


def producer(base: Path, **more: Any) -> Dro:
    given: dict[str, Any] = {"tasks": (TASK,), "rounds": 1, "samples": 4, "lr": 1e-3, "batch": 4}
    return Dro(str(base), **{**SETTINGS, **given, **more})


@pytest.fixture(scope="module")
def warm(base: Path, warmups: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a selector and a generator that know the warm-up by heart."""
    torch.set_num_threads(1)
    selector, generator = map(str, warmups)
    given: dict[str, Any] = {"warmup_epochs": 60, "lr": 4e-3, "schedule": "constant"}
    made = producer(base, data=generator, selector_data=selector, rounds=0, tasks=(), **given)
    return schooling.train(made, tmp_path_factory.mktemp("warm"))


def going_on(warm: Path, **more: Any) -> Dro:
    """Rounds that begin with the warmed-up models."""
    return producer(warm / "generator", selector=str(warm / "selector"), **more)


@pytest.fixture(scope="module")
def trained(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trained")
    schooling.train(going_on(warm, heldout=(TASK,)), root)
    return root


def stage(root: Path, name: str) -> Path:
    """The folder of a stage."""
    return next(root.glob(f"*-{name}"))


def told(root: Path, name: str) -> dict[str, Any]:
    """The summary of a stage."""
    found: dict[str, Any] = json.loads((stage(root, name) / "summary.json").read_text())
    return found


def likelihood(folder: Path, prompt: Sequence[dict[str, Any]], said: str) -> float:
    """log p of a turn with its end, from the model's logits over the whole conversation."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    words = AutoTokenizer.from_pretrained(folder)
    before = words.apply_chat_template(prompt, add_generation_prompt=True)["input_ids"]
    turn = words(said + memorised.END, add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([before + turn])).logits[0].log_softmax(-1)
    return sum(float(logits[len(before) - 1 + i, id]) for i, id in enumerate(turn))


def test_what_is_learned_is_what_the_agent_asks(trained: Path) -> None:
    """Word for word what an attempt with the same selection is shown."""
    for role in ("selector", "generator"):
        rows = schooling.rows(stage(trained, "weigh_1") / f"{role}.jsonl")
        prompts = [
            turn["messages"][:-1]
            for problem in quiz.Quiz(0, 2).problems()
            for z in SELECTIONS
            for turn in recorded(problem, z)
            if turn["speaker"] == role
        ]
        assert rows
        assert all(row["prompt"] in prompts for row in rows)
        said = {row["completion"][0]["content"] for row in rows}
        assert said <= ({*SELECTIONS} if role == "selector" else {"Rome", "Oslo"})


def test_weights_are_the_likelihoods_of_the_right_answer_under_the_generator(
    warm: Path, trained: Path
) -> None:
    folder = stage(trained, "weigh_1")
    learned = iter(schooling.rows(folder / "generator.jsonl"))
    weights = {row["problem"]: row["weights"] for row in schooling.rows(folder / "weights.jsonl")}
    for row in schooling.rows(folder / "likelihoods.jsonl"):
        drawn = []
        for one in row["samples"]:
            said = next(learned)
            wanted = likelihood(
                warm / "generator", said["prompt"], said["completion"][0]["content"]
            )
            assert one["log_likelihood"] == pytest.approx(wanted, abs=1e-3)
            drawn.append(len(one["trials"]) * math.exp(one["log_likelihood"]))
        assert sum(len(one["trials"]) for one in row["samples"]) == 4
        shares = [one / sum(drawn) for one in drawn]
        assert weights[row["problem"]] == pytest.approx(shares)


def test_it_learns_to_select_what_makes_the_answer_right(warm: Path, trained: Path) -> None:
    for problem in quiz.Quiz(0, 2).problems():
        prompt = recorded(problem, SELECTIONS[0])[0]["messages"][:-1]
        before, after = (
            likelihood(folder, prompt, SELECTIONS[0])
            for folder in (warm / "selector", stage(trained, "selector_1") / "model")
        )
        assert after > before


def test_the_checkpoint_is_scored_like_any_agent(trained: Path) -> None:
    adapter = producer(Path("."), **SETTINGS).adapter
    with working(base=trained / "out"):
        agent = load_model(adapter).model
        [result] = evaluate(agent, [quiz.Quiz(0, 2)], cache=False, measures="answer_f1").results
    assert result.main.value == told(trained, "choose")["values"][-1]
    assert (agent.k, agent.kept, agent.model.max_tokens) == (3, 2, 12)  # type: ignore[attr-defined]
    assert agent.generator is not agent.model  # type: ignore[attr-defined]


def test_every_stage_leaves_what_it_made_for_people_to_read(trained: Path) -> None:
    names = [
        path.name.partition("-")[2]
        for path in sorted(trained.iterdir())
        if path.is_dir() and path.name != "out"
    ]
    assert names == [
        *("problems", "judge_0", "sample_1", "weigh_1", "selector_1", "generator_1", "judge_1"),
        "choose",
    ]
    assert {path.name for path in (trained / "out").iterdir()} == {"selector", "generator"}
    curve = schooling.rows(stage(trained, "weigh_1") / "curves.jsonl")
    assert [row["step"] for row in curve] == [1, 2, 3, 4]  # samples
    assert curve[0]["variance"] == 0.0
    assert 1.0 <= told(trained, "weigh_1")["effective samples"] <= 4.0


def test_nothing_but_the_generators_prompt_is_wanted_of_samples(trained: Path) -> None:
    attempts = schooling.rows(stage(trained, "sample_1") / "attempts.jsonl")
    assert len(attempts) == 8
    assert {attempt["answer"] for attempt in attempts} == {"-"}


def test_the_selector_alone_may_learn_by_what_answers_earn(warm: Path, tmp_path: Path) -> None:
    made = going_on(warm, train="selector", weights="reward", reward="exact_match")
    out = schooling.train(made, tmp_path)
    weights = "model.safetensors"
    before, after = (root / "generator" / weights for root in (warm, out))
    assert before.read_bytes() == after.read_bytes()
    before, after = (root / "selector" / weights for root in (warm, out))
    assert before.read_bytes() != after.read_bytes()
    attempts = schooling.rows(stage(tmp_path, "sample_1") / "attempts.jsonl")
    assert {attempt["answer"] for attempt in attempts} <= {"Rome", "Oslo", "unknown"}
    for row in schooling.rows(stage(tmp_path, "weigh_1") / "likelihoods.jsonl"):
        right = quiz.HOMES[row["problem"].partition("/")[2]]
        answers = {a["trial"]: a["answer"] for a in attempts if a["problem"] == row["problem"]}
        for one in row["samples"]:
            assert one["rewards"] == [float(answers[trial] == right) for trial in one["trials"]]


def test_rounds_end_where_what_is_held_out_gets_no_better(warm: Path, tmp_path: Path) -> None:
    """Nobody has told it where Ed is, and no round will: every round scores 0."""
    never = (f"{QUIZ}:Quiz(first=4, number=1)",)
    out = schooling.train(
        going_on(warm, heldout=never, rounds=3, train="generator", samples=1), tmp_path
    )
    assert (told(tmp_path, "choose")["round"], told(tmp_path, "choose")["values"]) == (0, [0.0] * 2)
    for name in ("sample_2", "weigh_2", "generator_3"):
        assert "round 0 was the best of 2" in told(tmp_path, name)["skipped"]
    for role in ("selector", "generator"):
        weights = f"{role}/model.safetensors"
        assert (out / weights).read_bytes() == (warm / weights).read_bytes()


@pytest.mark.slow
def test_stopped_again_and_again_it_ends_with_the_same_bytes(
    warm: Path, trained: Path, tmp_path: Path
) -> None:
    made = going_on(warm, heldout=(TASK,), save_every=1)
    seen: set[tuple[str, int]] = set()

    def stop(stage: str, done: int, total: int, state: str) -> None:
        if (stage, done) not in seen:
            seen.add((stage, done))
            raise KeyboardInterrupt

    stops = 0
    while True:
        try:
            schooling.train(made, tmp_path, stop)
            break
        except KeyboardInterrupt:
            stops += 1
    assert stops >= 6  # behind samples, weights, and rows and steps of both models
    for one in (*trained.rglob("*.jsonl"), *(trained / "out").rglob("*.safetensors")):
        if "ledger" not in one.name:
            other = tmp_path / one.relative_to(trained)
            assert one.read_bytes() == other.read_bytes(), one.name


def planned(made: Dro) -> dict[str, Planned]:
    found: dict[str, Planned] = {}
    for one in made.stages():
        found[one.name] = one.plan(dict(found))
    return found


def test_a_plan_needs_neither_bases_nor_samples(warmups: tuple[Path, Path]) -> None:
    selector, generator = map(str, warmups)
    made = producer(
        Path("owner/nowhere"),
        data=generator,
        selector_data=selector,
        rounds=2,
        samples=3,
        epochs=2,
        passage_tokens=100,
        tokens_per_second=1000.0,
        kilowatts=0.5,
    )
    plan = planned(made)
    assert plan["problems"].counts["of use"] == 2
    assert plan["sample_2"].counts["attempts"] == 6
    # 6 selections, each of which reads 3 passages of 100 tokens, at a third of training's cost.
    assert plan["sample_1"].hours == pytest.approx(6 * 3 * 100 / 3 / 1000 / 3600)
    assert plan["weigh_1"].counts == {"samples": 6, "tokens": 6 * 2 * 100}
    # Twice each of 6 rows, in batches of 4.
    assert plan["selector_1"].counts == {"rows": 6, "steps": 4, "tokens": 2 * 6 * 3 * 100}
    assert plan["generator_2"].counts == {"rows": 6, "steps": 4, "tokens": 2 * 6 * 2 * 100}
    assert plan["generator_2"].hours == pytest.approx(2 * 6 * 2 * 100 / 1000 / 3600)
    assert plan["generator_2"].kwh == pytest.approx(plan["generator_2"].hours * 0.5)
    assert "guessed from characters" in plan["selector_0"].notes[0]
    # Where answers are rewarded, the generator reads what was selected, too.
    rewarded = planned(replace(made, weights="reward"))
    assert rewarded["sample_1"].counts["tokens"] == 6 * (3 + 2) * 100


def test_the_example_for_real_models_can_be_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = yaml.safe_load(EXAMPLE.read_text())
    passage = [["Ada", ["Ada is in Rome."]], ["Bo", ["Bo is in Oslo."]]]
    asked = {"question": "Where is Ada?", "answer": "Rome", "type": "bridge", "level": "easy"}
    item = {"_id": "a", **asked, "supporting_facts": [["Ada", 0]], "context": passage}
    for name in ("hotpot_train_v1.1.json", "heldout.json"):
        (tmp_path / name).write_text(json.dumps([item]))
    for name in ("data", "selector_data"):
        schooling.dialogues(tmp_path / settings[name], 3)
    made = Dro(**settings)
    plan = planned(made)
    assert set(made.inputs) >= {"data", "selector_data"}
    # Its one question is drawn 8 times, with 20 passages of 140 tokens each, 5 rounds long.
    assert plan["selector_5"].counts["tokens"] == 8 * 20 * 140
    assert plan["selector_5"].hours == pytest.approx(8 * 20 * 140 / 8240 / 3600)
    assert plan["generator_5"].kwh == pytest.approx(8 * 5 * 140 / 8240 / 3600 * 0.91)
    # The reckoning in its comments, for 2,500 questions: hours of a round, and of all five.
    of_one = sum(plan[f"{name}_1"].hours or 0 for name in ("sample", "weigh", *ROLES))
    assert round(2500 * of_one, 1) == 3.1
    assert round(5 * 2500 * of_one) == 16
    assert round(5 * 2500 * of_one * 0.91) == 14


def test_who_learns_is_a_setting(base: Path) -> None:
    assert isinstance(producer(base), Producer)
    names = {
        train: [one.name for one in producer(base, train=train).stages()]
        for train in ("both", "selector", "generator")
    }
    assert [n for n in names["both"] if n.endswith("or_1")] == ["selector_1", "generator_1"]
    assert [n for n in names["selector"] if n.endswith("or_1")] == ["selector_1"]
    assert [n for n in names["generator"] if n.endswith("or_1")] == ["generator_1"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"weights": "importence"}, "Did you mean importance"),
        ({"train": "selctor"}, "Did you mean selector"),
        ({"likelihood": "median"}, "There is: sum, mean"),
        ({"repeats": "twice"}, "There is: counted, once"),
        ({"tasks": ()}, "learns from questions"),
        ({"rounds": 0}, "no warm-up without data"),
        ({"samples": 0}, "samples=0"),
        ({"temperature": 0.0}, "temperature=0"),
        ({"top_p": 1.5}, r"top_p=1\.5"),
        ({"kept": 0}, "kept=0"),
        ({"template": "chat.jinja"}, "warm-up"),
        ({"selector_revision": "main"}, "base of its own"),
        ({"lora_rank": 4, "merge": False}, "merge=true"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    base: Path, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        producer(base, **more)


def test_a_task_that_is_there_to_evaluate_is_refused(base: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there to evaluate"):
        schooling.train(producer(base, tasks=("starter-qa/hops-1",)), tmp_path)


def test_a_model_that_never_selects_teaches_nothing(base: Path, tmp_path: Path) -> None:
    """One of random weights writes nothing that can be read."""
    with pytest.raises(
        UserError,
        match=r"by the selector.*no selection.*selector_data",
    ):
        schooling.train(producer(base), tmp_path)


def test_a_malformed_line_of_a_warm_up_is_told_with_its_place(base: Path, tmp_path: Path) -> None:
    data = tmp_path / "selector.jsonl"
    data.write_text('{"prompt": "a", "completion": 1}\n')
    with pytest.raises(UserError, match=r"selector\.jsonl line 1: "):
        schooling.train(producer(base, selector_data=str(data)), tmp_path / "t")
