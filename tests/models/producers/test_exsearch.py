"""ExSearch's training: what is drawn, weighed and learned, round by round."""

from __future__ import annotations

import json
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
from harness.training.ledger import Ledger  # noqa: E402
from harness.training.work import Work  # noqa: E402
from harness.workspace import working  # noqa: E402
from models.producers.exsearch import ExSearch  # noqa: E402
from models.training.practice.recording import conversations  # noqa: E402

EXAMPLE = Path(__file__).parents[3] / "examples" / "methods" / "exsearch.yaml"
QUIZ = Path(quiz.__file__)
SETTINGS: dict[str, Any] = {
    "device": "cpu",
    "shown": 1,
    "answer_tokens": 24,
    "guarded": False,
    "at_once": 4,
}


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def warmup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return quiz.lessons(tmp_path_factory.mktemp("warmup") / "warmup.jsonl", 2)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return quiz.base(tmp_path_factory.mktemp("base"))


def producer(base: Path, warmup: Path | str, **more: Any) -> ExSearch:
    given: dict[str, Any] = {"tasks": (f"{QUIZ}:Quiz(first=0, number=2)",)}
    given |= {"rounds": 1, "trajectories": 2, "lr": 1e-4, "batch": 2}
    return ExSearch(str(base), str(warmup), **{**SETTINGS, **given, **more})


@pytest.fixture(scope="module")
def warm(base: Path, warmup: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows two trajectories by heart."""
    torch.set_num_threads(1)
    learned: dict[str, Any] = {"warmup_epochs": 150, "lr": 3e-3, "schedule": "constant"}
    made = producer(base, warmup, rounds=0, tasks=(), **learned)
    return schooling.train(made, tmp_path_factory.mktemp("warm")) / "model"


@pytest.fixture(scope="module")
def trained(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round; as nothing is held out, its model is taken, however well `warm` answers."""
    root = tmp_path_factory.mktemp("trained")
    schooling.train(producer(warm, ""), root)
    return root


def weights(folder: Path) -> bytes:
    """The file of a model's weights."""
    return (folder / "model.safetensors").read_bytes()


def log_likelihoods(folder: Path, attempts: list[dict[str, Any]]) -> list[tuple[float, int]]:
    """log p of the right answer behind each attempt, and its tokens, from the model's logits."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    words = AutoTokenizer.from_pretrained(folder)
    found = []
    for attempt in attempts:
        right = quiz.HOMES[attempt["problem"].partition("/")[2]]
        before = attempt["turns"][-1]["messages"][:-1]
        prompt = words.apply_chat_template(before, add_generation_prompt=True)["input_ids"]
        said = words(right + memorised.END, add_special_tokens=False)["input_ids"]
        logs = model(input_ids=torch.tensor([prompt + said])).logits[0].detach().log_softmax(-1)
        sums = sum(float(logs[len(prompt) - 1 + i, id]) for i, id in enumerate(said))
        found.append((sums, len(said)))
    return found


def test_the_warm_up_is_what_the_agent_itself_would_be_asked() -> None:
    problem = quiz.Quiz(0, 1).problems()[0]
    turns = quiz.recorded(problem)
    [row] = conversations([turn.row() for turn in turns])
    said = [m["content"] for m in row["completion"] if m["role"] == "assistant"]
    assert said == ["<QUERY> Ada", "<FACT> Ada is in Rome.\n<FINAL>", "Rome"]
    assert [m["role"] for m in row["prompt"]] == ["system", "user"]


def test_it_learns_to_answer_and_the_checkpoint_is_scored_like_any_model(trained: Path) -> None:
    adapter = ExSearch(".", "", rounds=1, tasks=("q.py",), **SETTINGS).adapter
    with working(base=trained / "out"):
        agent = load_model(adapter).model
        [result] = evaluate(agent, [quiz.Quiz(0, 2)], cache=False).results
    assert result.main.value == 1.0


def test_a_round_makes_the_right_answers_likelier_behind_what_was_drawn(
    warm: Path, trained: Path
) -> None:
    attempts = schooling.rows(next(trained.glob("*-sample_1")) / "attempts.jsonl")
    taught = next(trained.glob("*-teach_1")) / "model"
    assert weights(taught) == weights(trained / "out" / "model") != weights(warm)
    before, after = (log_likelihoods(folder, attempts) for folder in (warm, taught))
    for (one, _), (other, _) in zip(before, after, strict=True):
        assert other > one


def test_every_stage_leaves_what_it_made_for_people_to_read(trained: Path) -> None:
    names = [path.name.partition("-")[2] for path in sorted(trained.iterdir()) if path.is_dir()]
    assert set(names) >= {"problems", "judge_0", "sample_1", "weigh_1", "teach_1"}
    attempts = schooling.rows(next(trained.glob("*-sample_1")) / "attempts.jsonl")
    assert [(a["problem"], a["trial"]) for a in attempts] == [
        ("1/Ada", 0),
        ("1/Ada", 1),
        ("1/Bo", 0),
        ("1/Bo", 1),
    ]
    weighed = schooling.rows(next(trained.glob("*-weigh_1")) / "weights.jsonl")
    assert [row["problem"] for row in weighed] == ["1/Ada", "1/Bo"]
    for row in weighed:
        assert sum(row["weights"]) == pytest.approx(1)


def test_weights_are_the_likelihoods_of_the_right_answer_under_the_model_that_drew(
    warm: Path, trained: Path
) -> None:
    """Computed once more from the model's logits over the whole conversation."""
    attempts = schooling.rows(next(trained.glob("*-sample_1")) / "attempts.jsonl")
    weighed = [
        one
        for row in schooling.rows(next(trained.glob("*-weigh_1")) / "likelihoods.jsonl")
        for one in row["samples"]
    ]
    for (wanted, tokens), row in zip(log_likelihoods(warm, attempts), weighed, strict=True):
        assert row["log_likelihood"] == pytest.approx(wanted, abs=1e-4)
        assert row["tokens"] == tokens


def test_the_right_answer_is_learned_and_what_was_found_is_not(trained: Path) -> None:
    rows = schooling.rows(next(trained.glob("*-teach_1")) / "data" / "rows.jsonl")
    for row in rows:
        learned = "".join(part["text"] for part in row["parts"] if part["trained"])
        read = "".join(part["text"] for part in row["parts"] if not part["trained"])
        assert "<SEARCH> [1]" in read
        assert "<SEARCH>" not in learned
        assert "Rome" in learned or "Oslo" in learned


def test_shuffled_weights_are_those_of_importance_dealt_anew(
    base: Path, warmup: Path, tmp_path: Path
) -> None:
    from models.training.em.rule import Rule

    found = [{"log_likelihood": -float(n), "tokens": 1, "reward": 0.0} for n in range(6)]
    fair = Rule("importance").weights("q", found)
    dealt = Rule("shuffled", seed=3).weights("q", found)
    assert sorted(dealt) == sorted(fair)
    assert dealt != fair


def test_rounds_end_where_what_is_held_out_gets_no_better(warm: Path, tmp_path: Path) -> None:
    """It knows where two people are, and never says where Ed is: every round scores 0."""
    never = (f"{QUIZ}:Quiz(first=4, number=1)",)
    out = schooling.train(producer(warm, "", heldout=never, rounds=3), tmp_path)
    told = json.loads((next(tmp_path.glob("*-choose")) / "summary.json").read_text())
    assert (told["round"], told["values"]) == (0, [0.0, 0.0])
    skipped = json.loads((next(tmp_path.glob("*-teach_2")) / "summary.json").read_text())
    assert "round 0 was the best of 2" in skipped["skipped"]
    taught = next(tmp_path.glob("*-teach_1")) / "model"
    assert weights(out / "model") == weights(warm) != weights(taught)


def test_stopped_again_and_again_it_ends_with_the_same_bytes(
    warm: Path, trained: Path, tmp_path: Path
) -> None:
    made = producer(warm, "", save_every=1)
    stops = 0

    def stop(stage: str, done: int, total: int, state: str) -> None:
        if (stage, done) not in seen:
            seen.add((stage, done))
            raise KeyboardInterrupt

    seen: set[tuple[str, int]] = set()
    while True:
        try:
            schooling.train(made, tmp_path, stop)
            break
        except KeyboardInterrupt:
            stops += 1
    assert stops >= 4  # behind samples, weights, rows, and steps of training
    for name in ("attempts", "likelihoods", "weights", "model", "rows"):
        [one], [other] = ([*root.rglob(f"{name}.jsonl")] for root in (trained, tmp_path))
        assert one.read_bytes() == other.read_bytes()
    model = Path("out") / "model"
    assert weights(trained / model) == weights(tmp_path / model) != weights(warm)


def planned(made: ExSearch) -> dict[str, Planned]:
    found: dict[str, Planned] = {}
    for stage in made.stages():
        found[stage.name] = stage.plan(dict(found))
    return found


def test_a_plan_needs_neither_weights_nor_samples(base: Path, warmup: Path) -> None:
    made = producer(base, warmup, rounds=2, trajectories=3, trajectory_tokens=100, epochs=2)
    found = planned(made)
    assert found["problems"].counts["of use"] == 2
    assert found["sample_2"].counts["attempts"] == 6
    assert found["teach_1"].counts["tokens"] == 6 * 100 * 2
    # 3 trajectories for each of 2; of 8 searches and an answer, each turn reads what was before:
    # 1/9 + 2/9 + ... + 9/9 = 5 times its tokens.
    assert found["sample_1"].counts["tokens"] == 6 * 5 * 100
    # Beside them the warm-up's two rows, twice, up to where the model has ended its last turn: the
    # template begins a new line behind that.
    from transformers import AutoTokenizer

    words = AutoTokenizer.from_pretrained(base)
    talks = [row["prompt"] + row["completion"] for row in schooling.rows(warmup)]
    texts = [words.apply_chat_template(talk, tokenize=False) for talk in talks]
    read = (text[: text.rindex(memorised.END) + len(memorised.END)] for text in texts)
    beside = sum(len(words(text, add_special_tokens=False)["input_ids"]) for text in read)
    both = planned(replace(made, add_warmup=True))
    assert both["teach_1"].counts["tokens"] == 6 * 100 * 2 + 2 * beside
    assert isinstance(made, Producer)


def test_the_example_for_real_models_can_be_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = yaml.safe_load(EXAMPLE.read_text())
    asked = {"question": "Where is Ada?", "answer": "Rome", "type": "bridge", "level": "easy"}
    passages = [["Ada", ["Ada is in Rome."]], ["Bo", ["Bo is in Oslo."]]]
    item = {"_id": "a", **asked, "supporting_facts": [["Ada", 0]], "context": passages}
    for name in ("hotpot_train_v1.1.json", "heldout.json"):
        (tmp_path / name).write_text(json.dumps([item]))
    schooling.dialogues(tmp_path / settings["data"], 3)
    plan = planned(ExSearch(**settings))
    # The reckoning in its comments, for 5,000 questions: hours of a round, of three and of five.
    sampled, weighed, taught = (
        5000 * (plan[f"{name}_5"].hours or 0) for name in ("sample", "weigh", "teach")
    )
    assert [round(one, 2) for one in (sampled, weighed, taught)] == [2.13, 0.43, 2.56]
    of_one = sampled + weighed + taught
    assert [round(rounds * of_one) for rounds in (3, 5)] == [15, 26]
    assert [round(rounds * of_one * 0.91) for rounds in (3, 5)] == [14, 23]


def test_the_checkpoint_speaks_in_the_precision_by_which_rounds_were_compared(base: Path) -> None:
    made = producer(base, "", dtype="bfloat16")
    chat = load_model(made.expression(str(base))).model
    assert (chat.dtype, chat.max_tokens) == ("bfloat16", 24)  # type: ignore[attr-defined]
    assert made.expression("model") in made.adapter


def test_each_round_draws_by_a_chance_of_its_own(base: Path, tmp_path: Path) -> None:
    (tmp_path / "model").symlink_to(base)
    made = producer(base, "", seed=3)
    work = Work(tmp_path, tmp_path, {"teach_1": tmp_path}, Ledger(tmp_path, "sample_2"))
    first, second = (made.opened(work, number)["model"] for number in (0, 1))
    assert first.seed == 3  # type: ignore[attr-defined]
    assert second.seed != first.seed  # type: ignore[attr-defined]
    assert made.chat(made).seed == 3


def test_the_base_of_the_first_round_keeps_its_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    commit = "0123456789" * 4
    made = ExSearch("owner/name", "", revision=commit, tasks=("q.py",))
    [learner] = made.learners
    begins: Any = learner.at(None, 0)  # type: ignore[arg-type]
    assert (begins.base, begins.revision) == ("owner/name", commit)
    assert made.chat(begins).revision == commit


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"weights": "importence"}, "Did you mean importance"),
        ({"tasks": ()}, "learns from questions"),
        ({"trajectories": 0}, "trajectories=0"),
        ({"temperature": 0.0}, "temperature=0"),
        ({"patience": 0}, "patience=0"),
        ({"searches": 0}, "searches=0"),
        ({"lora_rank": 4, "merge": False}, "merge=true"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    base: Path, warmup: Path, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        producer(base, warmup, **more)


@pytest.mark.parametrize("setting", ["tasks", "heldout"])
def test_a_task_that_is_there_to_evaluate_is_refused_before_anything_is_learned(
    base: Path, warmup: Path, tmp_path: Path, setting: str
) -> None:
    with pytest.raises(UserError, match="there to evaluate"):
        schooling.train(producer(base, warmup, **{setting: ("starter-qa/hops-1",)}), tmp_path)
    assert not [*tmp_path.rglob("*.safetensors")]


def test_where_no_attempt_can_be_learned_from_it_says_why(base: Path, tmp_path: Path) -> None:
    """A model of random weights writes nothing that can be read."""
    with pytest.raises(UserError, match=r"no sample can be learned from by the model.*malformed"):
        schooling.train(producer(base, ""), tmp_path)
