"""Training by principles: from a few examples to a checkpoint, with models that are scripted."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import memorised  # noqa: E402
import schooling  # noqa: E402

from harness.contracts import Planned, Producer  # noqa: E402
from harness.errors import InfrastructureError, UserError  # noqa: E402
from harness.loading import load_model  # noqa: E402
from harness.records import Message  # noqa: E402
from harness.training import load_producer, plan  # noqa: E402
from harness.training.leaks import LeakGuard, Question  # noqa: E402
from harness.training.ledger import read_ledger  # noqa: E402
from harness.training.work import Tell  # noqa: E402
from harness.workspace import working  # noqa: E402
from models.producers.principles import Principles  # noqa: E402
from models.training.principles import sifting  # noqa: E402
from models.training.principles.accounts import accounts, main  # noqa: E402

ROOT = Path(__file__).parents[3]
MODELS = '''
"""A large model that tells principles, and a small one that writes what nobody else does."""
import json
from pathlib import Path
from random import Random

from harness.errors import InfrastructureError, TooLong
from harness.records import Completion, Usage
from harness.workspace import workspace

WORDS = ["ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "yew"]
HERE = Path(__file__).parent


def log(name, messages):
    with (HERE / f"{name}.log").open("a") as file:
        file.write(json.dumps([workspace().trial, messages[-1].content]) + "\\n")


class Large:
    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        log("large", messages)
        asked, number = messages[-1].content, workspace().trial
        if "Make up" in asked:
            return await Small().complete(messages)
        if (HERE / "down").exists() and number == 2:
            raise InfrastructureError("the line is dead")
        if number == 0:
            return Completion("no list", Usage(100, 5, 0.0))
        told = [f"Name the {WORDS[number % 11]} before the {WORDS[(number + 3) % 11]}", "Be short"]
        return Completion(json.dumps(told), Usage(100, 20, 0.0))


class Small:
    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        log("small", messages)
        number = workspace().trial
        if (HERE / "down").exists() and number == 5:
            raise InfrastructureError("the line is dead")
        usage = Usage(50, 10, 0.0)
        if number == 1:
            return Completion("no object", usage)
        if number == 2:
            raise TooLong("too much")
        if number == 3:
            said = {"prompt": "what is number 1", "completion": "It is a copy"}
        elif number == 4:
            said = {"prompt": "which is the tallest tree of them all", "completion": "wrong"}
        elif number == 6:
            said = {"prompt": " ".join(f"t{i}" for i in range(14)), "completion": "It is known"}
        else:
            words = Random(number).sample(WORDS, 5)
            said = {"prompt": f"tell {' '.join(words)} {number}", "completion": f"It is {number}"}
        return Completion(json.dumps(said), usage)


def check(row):
    return "it is wrong" if row["messages"][-1]["content"] == "wrong" else ""


def broken(row):
    return 1 / 0
'''
SETTINGS: Mapping[str, Any] = {
    "device": "cpu",
    "batch": 4,
    "lr": 1e-3,
    "instances": 6,
    "at_once": 3,
    "most": 3,
    "levels": ("task", "cluster"),
    "clusters": 2,
    "shown": 4,
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return schooling.base(tmp_path_factory.mktemp("base"))


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """One task asks something; all real ones would take a while to look through."""
    asked = [Question("trees/all", "1", " ".join(f"t{i}" for i in range(20)))]
    monkeypatch.setattr(LeakGuard, "gather", lambda: LeakGuard(asked))


def producer(base: Path | str, folder: Path, **more: Any) -> Principles:
    folder.mkdir(exist_ok=True)
    (folder / "helpers.py").write_text(MODELS)
    data = schooling.lines(
        folder / "data.jsonl",
        [{"prompt": f"what is number {i}", "completion": f"It is the fox {i}"} for i in range(6)],
    )
    given = {
        "large": f"{folder}/helpers.py:Large",
        "small": f"{folder}/helpers.py:Small",
        "checker": f"{folder}/helpers.py:check",
        **SETTINGS,
        **more,
    }
    return Principles(str(base), str(data), **given)


def written(made: Principles, root: Path, tell: Tell = lambda *told: None) -> None:
    """Carries out all stages before rows are encoded."""
    stages = [each for each in made.stages() if each.name not in ("data", "train")]
    schooling.train(SimpleNamespace(stages=lambda: stages), root, tell)


def stage(root: Path, name: str) -> Path:
    [found] = root.glob(f"*-{name}")
    return found


def told(root: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((stage(root, name) / "summary.json").read_text())
    return found


def asked(folder: Path, name: str) -> list[tuple[int, str]]:
    path = folder / f"{name}.log"
    lines = path.read_text().splitlines() if path.exists() else []
    return [tuple(json.loads(line)) for line in lines]


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training from start to end."""
    folder = tmp_path_factory.mktemp("trained")
    asked = [Question("trees/all", "1", " ".join(f"t{i}" for i in range(20)))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LeakGuard, "gather", lambda: LeakGuard(asked))
        schooling.train(producer(base, folder, large_parameters=1e9), folder / "t")
    return folder


def test_a_large_model_tells_a_small_one_writes_and_the_base_learns(trained: Path) -> None:
    assert (trained / "t/out/model.safetensors").exists()
    assert {path.name for path in (trained / "t").glob("?-*")} == {
        *("1-principles", "2-instances", "3-filter", "4-data", "5-train"),
    }
    rows = schooling.rows(trained / "t/3-filter/conversations.jsonl")
    assert len(rows) == 6 == len(schooling.rows(trained / "t/4-data/rows.jsonl"))
    assert all([m["role"] for m in row["messages"]] == ["user", "assistant"] for row in rows)
    assert isinstance(Principles(str(trained), "x", control="seeds"), Producer)


def test_principles_are_those_of_the_answers_without_repetitions(trained: Path) -> None:
    kept = schooling.rows(trained / "t/1-principles/principles.jsonl")
    # Six seeds, four a request: two requests of the level "task", the first of which is answered
    # with no list and asked again (numbers 0, 1, then 2); "Be short" comes again each time.
    # The three of the level are then there, so that its fourth is beyond. "cluster" goes on with
    # number 3.
    assert [each["id"] for each in kept][:3] == ["task-1", "task-2", "task-3"]
    assert [each["text"] for each in kept][:3] == [
        "Name the cedar before the hazel",
        "Be short",
        "Name the birch before the fir",
    ]
    dropped = schooling.rows(trained / "t/1-principles/dropped.jsonl")
    assert {"level": "task", "text": "Be short", "reason": "duplicate"} in dropped
    summary = told(trained / "t", "principles")
    assert summary["answers that could not be read"] == 1
    assert len(summary["seeds"]) == 6


def test_the_finer_level_is_shown_what_the_coarser_one_told(trained: Path) -> None:
    requests = dict(asked(trained, "large"))
    assert "not wanted again" not in requests[0]
    assert "not wanted again:\n- Name the cedar before the hazel\n- Be short" in requests[3]


def test_what_is_refused_is_counted_by_its_reason(trained: Path) -> None:
    summary = told(trained / "t", "instances")
    wanted = {"malformed": 1, "too long": 1, "duplicate": 1, "wrong": 1, "leak": 1}
    assert summary["refused"] == wanted
    assert (summary["accepted"], summary["requests"]) == (6, 11)
    rows = schooling.rows(trained / "t/2-instances/instances.jsonl")
    assert [row["number"] for row in rows] == list(range(11))
    refused = {row["number"]: row["reason"] for row in rows if row["reason"]}
    assert refused == {1: "malformed", 2: "too long", 3: "duplicate", 4: "wrong", 6: "leak"}
    assert rows[4]["detail"] == "it is wrong"
    assert summary["leaks"]["tasks guarded against"] == {"trees/all": 1}


def test_tokens_are_booked_by_model_and_rejected_answers_count(trained: Path) -> None:
    large, small = (told(trained / "t", name)["asked"] for name in ("principles", "instances"))
    requests = len(asked(trained, "large"))
    assert (large["model"], large["calls"]) == ("large", requests)
    assert large["input_tokens"] == 100 * requests
    assert large["output_tokens"] == 5 + 20 * (requests - 1)
    # Eleven requests, of which one was longer than what the model reads, and so never read.
    assert (small["calls"], small["input_tokens"], small["output_tokens"]) == (11, 500, 100)
    spent = {entry["stage"]: entry["amounts"] for entry in read_ledger(trained / "t")}
    assert spent["instances"]["small_output_tokens"] == 100
    assert spent["principles"]["large_calls"] == requests
    assert spent["train"]["tokens"] > 0


def test_the_filter_says_how_diverse_and_how_new_its_rows_are(trained: Path) -> None:
    summary = told(trained / "t", "filter")
    assert summary["rows"] == summary["wanted"] == summary["instances"] == 6
    assert 0 < summary["diversity"]["mean ROUGE-L to the nearest seed"] < 0.7
    assert summary["principles"]["coverage"] == 1.0  # 2 x 6 uses of 6 principles at most
    assert summary["leaks of seeds"]["instances"]["share"] is None  # all shorter than 13 words
    assert set(summary["accounts"]["stages"]) == {"principles", "instances"}


def test_accounts_of_the_whole_training_can_be_had_afterwards(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = accounts(trained / "t", 6)
    assert list(found["stages"]) == ["principles", "instances", "filter", "data", "train"]
    assert set(found["models"]) == {"large, principles", "small, instances", "student, train"}
    (trained / "training").symlink_to(trained / "t")
    assert main([str(trained)]) == 0
    assert json.loads(capsys.readouterr().out) == found


def same(one: Path, other: Path) -> None:
    """Same rows in all stages that there are."""
    compared = 0
    for path in one.glob("*/*.jsonl"):
        theirs = other / path.relative_to(one)
        if theirs.parent.exists() and path.name != "curves.jsonl":
            assert path.read_bytes() == theirs.read_bytes(), path
            compared += 1
    assert compared >= 6


def test_a_line_that_goes_dead_loses_no_answer_and_changes_nothing(
    base: Path, tmp_path: Path, trained: Path
) -> None:
    made = producer(base, tmp_path, large_parameters=1e9)
    (tmp_path / "down").touch()
    with pytest.raises(InfrastructureError, match=r"the large model does not answer.*dead"):
        written(made, tmp_path / "t")
    (tmp_path / "down").unlink()

    def cut(name: str, done: int, total: int, state: str) -> None:
        if name == "principles":
            (tmp_path / "down").touch()

    with pytest.raises(InfrastructureError, match=r"the small model does not answer.*dead"):
        written(made, tmp_path / "t", cut)
    (tmp_path / "down").unlink()
    written(made, tmp_path / "t")
    same(trained / "t", tmp_path / "t")
    for name in ("large", "small"):  # those that were answered are asked once
        numbers = [number for number, _ in asked(tmp_path, name)]
        twice = {number for number in numbers if numbers.count(number) > 1}
        assert twice == {2 if name == "large" else 5}


@pytest.mark.parametrize("where", ["principles", "instances", "filter"])
def test_killed_in_any_stage_it_ends_in_the_same_bytes(
    base: Path, tmp_path: Path, trained: Path, where: str
) -> None:
    made = producer(base, tmp_path, large_parameters=1e9)

    def kill(name: str, done: int, total: int, state: str) -> None:
        if name == where:
            raise MemoryError(where)

    with pytest.MonkeyPatch.context() as patch:
        if where == "filter":  # which is over at once
            patch.setattr(sifting, "leaks", lambda *args: kill("filter", 0, 0, ""))
        with pytest.raises(MemoryError):
            written(made, tmp_path / "t", kill)
    for path in stage(tmp_path / "t", where).glob("*.jsonl"):
        with path.open("ab") as torn:  # as if in the middle of a line
            torn.write(b'{"number": 99, "te')
    written(made, tmp_path / "t")
    same(trained / "t", tmp_path / "t")


@pytest.mark.parametrize("where", ["data", "train"])
def test_killed_behind_them_it_ends_in_the_same_weights(
    base: Path, tmp_path: Path, trained: Path, where: str
) -> None:
    shutil.copytree(trained / "t", tmp_path / "t", ignore=shutil.ignore_patterns("out", "[45]-*"))
    made = producer(base, tmp_path, large_parameters=1e9, save_every=1)

    def kill(name: str, done: int, total: int, state: str) -> None:
        if name == where:
            raise MemoryError(where)

    with pytest.raises(MemoryError):
        schooling.train(made, tmp_path / "t", kill)
    schooling.train(made, tmp_path / "t")
    same(trained / "t", tmp_path / "t")
    name = "out/model.safetensors"
    assert (trained / "t" / name).read_bytes() == (tmp_path / "t" / name).read_bytes()
    assert not asked(tmp_path, "small")  # all answers were there


def test_a_row_that_was_written_alone_of_its_group_is_not_drawn_anew(
    base: Path, tmp_path: Path, trained: Path
) -> None:
    made = producer(base, tmp_path, large_parameters=1e9)
    whole = trained / "t/2-instances/instances.jsonl"
    there = tmp_path / "t" / "2-instances"
    there.mkdir(parents=True)
    lines = whole.read_bytes().splitlines(keepends=True)
    (there / "instances.jsonl").write_bytes(b"".join(lines[:8]))  # two of a group of three
    written(made, tmp_path / "t")
    same(trained / "t", tmp_path / "t")


def test_a_kill_behind_the_last_answer_leaves_nothing_pending(
    base: Path, tmp_path: Path, trained: Path
) -> None:
    shutil.copytree(trained / "t", tmp_path / "t", ignore=shutil.ignore_patterns("out", "[45]-*"))
    for name in ("principles", "instances"):
        row = {"number": 0, "text": "well", "input_tokens": 1, "output_tokens": 1, "finish": "stop"}
        schooling.lines(stage(tmp_path / "t", name) / "pending.jsonl", [row])
    written(producer(base, tmp_path, large_parameters=1e9), tmp_path / "t")
    same(trained / "t", tmp_path / "t")
    assert not asked(tmp_path, "large") + asked(tmp_path, "small")
    # The filter was over: it counts the stages before it, not what an earlier sitting of it took.
    assert set(told(tmp_path / "t", "filter")["accounts"]["stages"]) == {"principles", "instances"}


def test_shuffled_principles_have_the_same_words_and_say_nothing(
    base: Path, tmp_path: Path, trained: Path
) -> None:
    made = producer(base, tmp_path, control="shuffled")
    written(made, tmp_path / "t")
    ours, theirs = (
        schooling.rows(folder / "t/1-principles/principles.jsonl") for folder in (tmp_path, trained)
    )
    assert sorted(w for e in ours for w in e["text"].split()) == sorted(
        w for e in theirs for w in e["text"].split()
    )
    assert [len(e["text"].split()) for e in ours] == [len(e["text"].split()) for e in theirs]
    assert ours != theirs
    assert told(tmp_path / "t", "filter")["rows"] == 6
    assert told(tmp_path / "t", "principles")["words were dealt out anew"]


@pytest.mark.parametrize("control", ["demonstrations", "plain", "large"])
def test_controls_without_principles_show_examples_alone(
    base: Path, tmp_path: Path, control: str
) -> None:
    made = producer(base, tmp_path, control=control, demonstrations=4)
    written(made, tmp_path / "t")
    who = "large" if control == "large" else "small"
    requests = [text for _, text in asked(tmp_path, who)]
    assert requests
    assert all("principles" not in text for text in requests)
    rows = schooling.rows(stage(tmp_path / "t", "instances") / "instances.jsonl")
    assert all(len(r["demonstrations"]) + len(r["own demonstrations"]) == 4 for r in rows)
    assert any(r["own demonstrations"] for r in rows) == (control == "plain")
    assert told(tmp_path / "t", "instances")["asked"]["model"] == who
    assert told(tmp_path / "t", "filter")["rows"] == 6
    if control != "large":
        assert not asked(tmp_path, "large")


def test_seeds_alone_are_repeated_to_the_same_number_of_rows(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path, control="seeds", large="", instances=9, seeds=4)
    written(made, tmp_path / "t")
    rows = schooling.rows(stage(tmp_path / "t", "filter") / "conversations.jsonl")
    assert len(rows) == 9
    assert rows[0] == rows[4] == rows[8] != rows[1]
    assert not asked(tmp_path, "large") + asked(tmp_path, "small")


@pytest.mark.parametrize("control", ["", "seeds"])
def test_seeds_beside_instances_are_as_many_rows_more_in_the_controls(
    base: Path, tmp_path: Path, control: str
) -> None:
    made = producer(base, tmp_path, control=control, with_seeds=True)
    assert planned(made)["filter"].counts["rows"] == 6 + 6
    written(made, tmp_path / "t")
    assert told(tmp_path / "t", "filter")["rows"] == 6 + 6


def test_seeds_are_learned_from_too_where_that_is_wanted(base: Path, tmp_path: Path) -> None:
    written(producer(base, tmp_path, with_seeds=True), tmp_path / "t")
    rows = schooling.rows(tmp_path / "t/3-filter/conversations.jsonl")
    assert [len(row.get("messages", ())) for row in rows] == [2] * 6 + [0] * 6


def test_principles_in_the_system_message_are_the_base_and_no_training(
    base: Path, tmp_path: Path
) -> None:
    made = producer(base, tmp_path, control="prompt")
    out = schooling.train(made, tmp_path / "t")
    assert {path.name for path in out.iterdir()} == {"template.jinja", "model"}
    for path in base.iterdir():
        assert (out / "model" / path.name).read_bytes() == path.read_bytes()
    assert made.adapter == 'transformers("model", template="template.jinja")'
    with working(base=out):
        model: Any = load_model(made.adapter).model
        plain: Any = load_model('transformers("model")').model
        short, long = (
            asyncio.run(each.sample([Message("user", "hello")], max_tokens=1)).completion.usage
            for each in (plain, model)
        )
    extra = told(tmp_path / "t", "prompt")["tokens that each request is longer"]
    assert long.input_tokens - short.input_tokens == extra > 20
    assert not asked(tmp_path, "small")


def test_principles_of_a_file_are_taken_and_nobody_is_asked(
    base: Path, tmp_path: Path, trained: Path
) -> None:
    file = trained / "t/1-principles/principles.jsonl"
    made = producer(base, tmp_path, principles=str(file), large="")
    written(made, tmp_path / "t")
    assert not asked(tmp_path, "large")
    assert (tmp_path / "t/1-principles/principles.jsonl").read_bytes() == file.read_bytes()
    for name in ("instances", "filter"):
        assert (stage(tmp_path / "t", name) / "summary.json").exists()
    schooling.lines(tmp_path / "bad.jsonl", [{"level": "task", "text": "Be short"}])
    with pytest.raises(UserError, match=r"bad.jsonl line 1: .*'id' is not there"):
        written(producer(base, tmp_path, principles=str(tmp_path / "bad.jsonl")), tmp_path / "u")


def test_the_base_itself_writes_where_no_small_model_is_named(tmp_path: Path) -> None:
    words = memorised.tokenizer([*schooling.TEXTS, memorised.TEMPLATE], 400)
    words.chat_template = memorised.TEMPLATE
    memorised.saved(tmp_path / "base", memorised.qwen2(words, positions=2048), words)
    made = producer(tmp_path / "base", tmp_path, small="", instances=2, tries=4, answer_tokens=8)
    with pytest.raises(UserError, match=r"of 4 answers none was accepted \({'malformed': 4}\)"):
        schooling.train(made, tmp_path / "t")
    rows = schooling.rows(tmp_path / "t/2-instances/instances.jsonl")
    assert all(row["output_tokens"] > 0 and row["input_tokens"] > 100 for row in rows)
    assert len({row["answer"] for row in rows}) > 1  # each is drawn anew


def test_the_base_draws_by_the_seed_of_the_training(base: Path, tmp_path: Path) -> None:
    _, writing, *_ = producer(base, tmp_path, small="", seed=7).stages()
    assert writing.helper.model.seed == 7  # type: ignore[attr-defined]


def test_a_base_that_cannot_learn_the_seeds_is_told_before_anybody_is_asked(tmp_path: Path) -> None:
    without = schooling.base(tmp_path / "without", template=None)
    for control in ("", "prompt"):
        with pytest.raises(UserError, match="no chat template"):
            written(producer(without, tmp_path, control=control), tmp_path / f"t{control}")
    assert not asked(tmp_path, "large")
    toolless = tmp_path / "template.jinja"
    toolless.write_text("{% for m in messages %}{{ m.role }} {{ m.content }}[SEP]{% endfor %}")
    made = producer(without, tmp_path, template=str(toolless))
    tool = {"type": "function", "function": {"name": "look", "parameters": {}}}
    row = {"prompt": "what is number 1", "completion": "It is the fox", "tools": [tool]}
    schooling.lines(tmp_path / "data.jsonl", [row])
    with pytest.raises(UserError, match=r"data\.jsonl line 1: .* no place for tools"):
        written(made, tmp_path / "u")
    assert not asked(tmp_path, "large")


def test_requests_that_are_too_long_for_the_large_model_are_made_once(
    base: Path, tmp_path: Path
) -> None:
    (tmp_path / "short.py").write_text(
        "from pathlib import Path\n"
        "from harness.errors import TooLong\n"
        "from models.scripted import Scripted\n"
        "def tell(messages, tools):\n"
        "    with (Path(__file__).parent / 'asked.log').open('a') as file:\n"
        "        file.write('x')\n"
        "    raise TooLong('too much')\n"
        "short = Scripted(tell)\n"
    )
    made = producer(base, tmp_path, large=f"{tmp_path}/short.py:short", levels=("task",))
    with pytest.raises(UserError, match=r"no principle is left of 2 answers .*\"too long\": 2"):
        written(made, tmp_path / "t")  # two groups
    assert (tmp_path / "asked.log").read_text() == "xx"


def test_a_bound_that_is_reached_is_told(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path, instances=6, tries=8)
    written(made, tmp_path / "t")
    summary = told(tmp_path / "t", "instances")
    assert (summary["requests"], summary["accepted"]) == (8, 3)  # 0, 5 and 7
    assert "the bound of 8 requests" in summary["note"]


def test_a_checker_that_fails_is_the_users_to_mend(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path, checker=f"{tmp_path}/helpers.py:broken")
    with pytest.raises(UserError, match="broken fails: ZeroDivisionError"):
        written(made, tmp_path / "t")


def test_large_models_that_tell_nothing_are_told(base: Path, tmp_path: Path) -> None:
    (tmp_path / "mute.py").write_text(
        "from models.scripted import Scripted\nmute = Scripted(lambda messages, tools: 'well')\n"
    )
    made = producer(base, tmp_path, large=f"{tmp_path}/mute.py:mute", levels=("task",))
    with pytest.raises(UserError, match=r"no principle is left of 6 answers .*\"malformed\": 6"):
        written(made, tmp_path / "t")  # two requests, three times each


TALK = [{"role": "user", "content": "a?"}, {"role": "assistant", "content": "b"}]


def planned(made: Principles) -> dict[str, Planned]:
    found: dict[str, Planned] = {}
    for each in made.stages():
        found[each.name] = each.plan(dict(found))
    return found


def test_a_plan_needs_neither_base_nor_models(tmp_path: Path) -> None:
    made = producer(
        "owner/model",
        tmp_path,
        revision="a" * 40,
        large='openai("large")',
        large_parameters=7e10,
        large_flops_per_joule=1e12,
        small="",
        tokens_per_second=1000.0,
        kilowatts=0.5,
    )
    found = planned(made)
    # Levels "task" (six examples, four a request: two) and "cluster" (two kinds of them).
    asks = found["principles"].counts["requests"]
    assert 4 <= asks <= 5
    tokens = (
        found["principles"].counts["input tokens"] + found["principles"].counts["output tokens"]
    )
    assert found["principles"].kwh == pytest.approx(2 * 7e10 * tokens / 1e12 / 3.6e6)
    assert found["instances"].counts["requests at least"] == 6
    assert found["instances"].counts["requests at most"] == 30
    written = found["instances"].counts["input tokens"] + found["instances"].counts["output tokens"]
    assert found["instances"].hours == pytest.approx(written / 3 / 1000 / 3600)
    assert found["data"].counts["rows"] == 6
    assert found["train"].counts["steps"] == 2
    assert found["train"].hours is not None
    assert found["train"].kwh == pytest.approx(found["train"].hours * 0.5)
    assert not (tmp_path / "large.log").exists()
    assert made.adapter == 'transformers(".")'
    prompted = producer("owner/model", tmp_path, revision="a" * 40, control="prompt")
    assert list(planned(prompted)) == ["principles", "prompt"]
    revision = "a" * 40
    assert prompted.adapter == (
        f'transformers("owner/model", revision="{revision}", template="template.jinja")'
    )


def test_a_plan_counts_the_principles_that_finer_levels_are_shown(tmp_path: Path) -> None:
    def tokens(*levels: str) -> float:
        made = producer("owner/model", tmp_path, large='openai("large")', levels=levels)
        return planned(made)["principles"].counts["input tokens"]

    # Six requests of the level "instance" are shown the principles of the level "task", three at
    # most, taken to have 30 tokens of 4 characters each: "- ", the principle, and line breaks.
    told = len("These are known, and not wanted again:") + 3 * len("\n- " + 120 * "x") + len("\n\n")
    wanted = tokens("task") + tokens("instance") + 6 * told / 4
    assert tokens("task", "instance") == pytest.approx(wanted, abs=2)
    made = producer("owner/model", tmp_path, levels=("task", "instance"))
    assert planned(made)["principles"].counts["principles at most"] == 3 + 3


def test_a_plan_of_rows_counts_all_that_stands_in_them(tmp_path: Path) -> None:
    made = producer("owner/model", tmp_path, large='openai("large")')
    row = {"messages": [{"role": "system", "content": "s" * 4000}, *TALK]}
    schooling.lines(tmp_path / "data.jsonl", [row, row])
    length = len(json.dumps(row))
    assert planned(made)["data"].counts["tokens"] == round(6 * length / 4) > 6000


def test_the_example_for_real_models_can_be_planned(tmp_path: Path) -> None:
    rows = [{"prompt": f"what is {i}", "completion": f"It is {i}"} for i in range(80)]
    data = schooling.lines(tmp_path / "data.jsonl", rows)
    loaded = load_producer(
        f"{ROOT}/models/producers/principles.py:Principles",
        ROOT / "examples/methods/principles.yaml",
        [f"data={data}", f"revision={'a' * 40}"],
    )
    found = plan(loaded)
    assert found["principles"].counts["seeds"] == 64
    assert found["principles"].kwh is not None
    assert found["filter"].counts["rows"] == 10_000
    assert found["train"].counts["steps"] == 3 * 157  # batches of 64 in 10,000 rows, the last of 16
    assert found["train"].kwh is not None
    assert str(tmp_path) not in json.dumps(loaded.identity)
    assert "large_parameters" not in loaded.parameters
    given: Any = loaded.producer
    for expression in (given.large, given.small):  # as many requests as are out at a time
        model: Any = load_model(expression).model
        assert model.requests == given.at_once == 64


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"control": "shufled"}, "Did you mean shuffled"),
        ({"sampling": "all"}, "sampling"),
        ({"levels": ("task", "task")}, "levels"),
        ({"levels": ()}, "levels"),
        ({"levels": ("tasks",)}, "Did you mean task"),
        ({"levels": "task"}, "give a list"),
        ({"tries": 5}, "tries=5: 6 instances"),
        ({"large": ""}, "large is empty"),
        ({"large": "", "control": "large"}, "large is empty"),
        ({"large": "openai("}, "expected"),
        ({"control": "plain", "demonstrations": 0}, "demonstrations=1"),
        ({"checker": "check.py"}, "file.py:function"),
        ({"instances": 0}, "instances"),
        ({"near": 1.5}, "near"),
        ({"large_parameters": float("nan")}, "large_parameters"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    base: Path, tmp_path: Path, wrong: dict[str, Any], why: str
) -> None:
    with pytest.raises(UserError, match=why):
        producer(base, tmp_path, **wrong)


def test_more_seeds_than_there_are_are_refused(base: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"seeds=7: data\.jsonl has only 6"):
        planned(producer(base, tmp_path, seeds=7))
