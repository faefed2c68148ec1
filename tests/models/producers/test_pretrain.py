"""Pretraining from conversations to a model that answers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("transformers", reason="needs transformers")

import schooling  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

from harness.errors import UserError  # noqa: E402
from harness.records import Message, ToolSpec  # noqa: E402
from models.producers import pretrain  # noqa: E402
from models.producers.pretrain import Pretrain  # noqa: E402
from models.training.text.conversations import read_dialogues  # noqa: E402
from models.transformers_chat import TransformersChat  # noqa: E402

SIZES: dict[str, Any] = {
    "device": "cpu",
    "dtype": "float32",
    "vocabulary": 300,
    "width": 32,
    "layers": 1,
    "heads": 2,
    "inner": 48,
    "context": 256,
    "batch": 400,
    "lr": 1e-2,
}
TOOL = {
    "type": "function",
    "function": {
        "name": "rain",
        "description": "",
        "parameters": {"type": "object", "properties": {"town": {"type": "string"}}},
    },
}
CALL = {"id": "1", "type": "function", "function": {"name": "rain", "arguments": '{"town": "Bo"}'}}
CALLING = [
    {"role": "user", "content": "Rain in Bo?"},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "tool", "content": '{"rain": 3}', "tool_call_id": "1"},
    {"role": "assistant", "content": "Three."},
]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training over two files; the second calls a tool."""
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("trained")
    first = schooling.dialogues(root / "first.jsonl", 9)
    rows = [{"messages": CALLING, "tools": [TOOL]}] * 8
    long = [{"prompt": "1234567890" * 60, "completion": "y"}]
    second = schooling.lines(root / "second.jsonl", rows + long)
    producer = Pretrain((str(first), str(second)), tokens=(4000, 40_000), **SIZES)
    schooling.train(producer, root / "run")
    return root / "run"


def test_the_checkpoint_calls_the_tool_that_it_has_learned_to_call(trained: Path) -> None:
    model = TransformersChat(str(trained / "out"), device="cpu", max_tokens=40)
    tools = [ToolSpec("rain", "", TOOL["function"]["parameters"])]
    said = asyncio.run(model.complete([Message("user", "Rain in Bo?")], tools=tools))
    assert [(call.name, dict(call.arguments)) for call in said.calls] == [("rain", {"town": "Bo"})]
    told = [Message("user", "Rain in Bo?"), Message("assistant", calls=said.calls)]
    told.append(Message("tool", '{"rain": 3}', call_id=said.calls[0].id))
    assert asyncio.run(model.complete(told, tools=tools)).text == "Three."


def test_weights_are_saved_as_halves_and_as_many_as_planned(trained: Path) -> None:
    from safetensors.torch import load_file

    weights = load_file(trained / "out" / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    # By hand: embeddings 300 x 32; a layer 4 x 32 x 32 + 3 x 32 x 48 + 2 x 32; a last gain of 32.
    assert sum(tensor.numel() for tensor in weights.values()) == 9600 + 4096 + 4608 + 64 + 32
    assert Pretrain("x.jsonl", **SIZES).parameters == 18_400


def test_heads_begin_by_looking_at_the_tokens_before(trained: Path) -> None:
    settings = Pretrain("x.jsonl", **{**SIZES, "width": 96, "heads": 4, "neighbours": 3})
    model = pretrain._initial(settings, AutoTokenizer.from_pretrained(trained / "out"))
    assert sum(p.numel() for p in model.parameters()) == settings.parameters
    model.set_attn_implementation("eager")
    ids = torch.randint(0, 300, (2, 400), generator=torch.Generator().manual_seed(0))
    [seen, *_] = model(ids, output_attentions=True).attentions  # (2, heads, 400, 400)
    for head in range(3):
        looked = torch.diagonal(seen[:, head], -(head + 1), dim1=1, dim2=2)
        assert looked.min() > 0.9
    assert torch.diagonal(seen[:, 3], -4, dim1=1, dim2=2).mean() < 0.1


def test_rows_can_be_looked_at_and_those_too_long_are_counted(trained: Path) -> None:
    rows = schooling.rows(trained / "2-data" / "rows.jsonl")
    assert [row["part"] for row in rows] == [0] * 9 + [1] * 8
    assert rows[-1]["text"].startswith("<|tools|>rain(town?)\n<|end|><|user|>Rain in Bo?<|end|>")
    left = schooling.rows(trained / "2-data" / "left_out.jsonl")
    assert [(row["part"], row["line"]) for row in left] == [(1, 9)]
    summary = json.loads((trained / "2-data" / "summary.json").read_bytes())
    assert [(p["rows"], p["too_long"]) for p in summary["parts"]] == [(9, 0), (8, 1)]


def test_rows_that_were_cut_short_are_the_same_in_the_end(trained: Path, tmp_path: Path) -> None:
    root = trained.parent
    files = (str(root / "first.jsonl"), str(root / "second.jsonl"))
    producer = Pretrain(files, tokens=400, **SIZES)
    whole = (trained / "2-data" / "rows.jsonl").read_bytes()
    cut = tmp_path / "2-data"
    cut.mkdir()
    (cut / "rows.jsonl").write_bytes(whole[: len(whole) // 2])
    schooling.train(producer, tmp_path)
    assert (cut / "rows.jsonl").read_bytes() == whole
    assert (cut / "left_out.jsonl").read_bytes() == (
        trained / "2-data" / "left_out.jsonl"
    ).read_bytes()


def test_a_plan_counts_conversations_steps_and_weights(tmp_path: Path) -> None:
    data = schooling.dialogues(tmp_path / "data.jsonl", 9)
    producer = Pretrain(str(data), tokens=4001, tokens_per_second=10.0, **SIZES)
    found: dict[str, Any] = {}
    for stage in producer.stages():
        found[stage.name] = stage.plan(dict(found))
    assert found["vocabulary"].counts == {"conversations": 9}
    assert found["train"].counts == {"steps": 11, "tokens": 4001, "parameters": 18_400}
    assert found["train"].hours == pytest.approx(4001 / 10 / 3600)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"tokens": (1, 2)}, "tokens has 2 numbers for 1 files"),
        ({"tokens": 0}, "each number is at least 1"),
        ({"layers": 0}, "layers=0: it is at least 1"),
        ({"heads": 3}, "width=32 with heads=3"),
        ({"neighbours": 5}, "neighbours=5: a layer has heads="),
        ({"lr": 0.0}, "lr=0.0: it is more than 0"),
        ({"decay": 1.5}, "decay=1.5: it is a share"),
        ({"dtype": "float23"}, "float23"),
        ({"optimizer": "adam"}, "adam"),
        ({"data": ()}, "data names no file"),
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError, match=told):
        Pretrain(**({"data": "x.jsonl"} | SIZES | changed))


def test_a_malformed_line_is_told_by_its_number_before_anything_is_done(tmp_path: Path) -> None:
    data = schooling.dialogues(tmp_path / "data.jsonl", 2)
    with data.open("a") as file:
        file.write('{"messages": 3}\n')
    with pytest.raises(UserError, match=r"data\.jsonl line 3: "):
        Pretrain(str(data), **SIZES).stages()[0].plan({})
    assert len(list(read_dialogues(schooling.dialogues(tmp_path / "good.jsonl", 2)))) == 2


def test_a_file_of_which_nothing_is_short_enough_is_refused(tmp_path: Path) -> None:
    data = schooling.lines(tmp_path / "d.jsonl", [{"prompt": "1234567890" * 60, "completion": "y"}])
    with pytest.raises(UserError, match=r"all conversations of d\.jsonl are longer"):
        schooling.train(Pretrain(str(data), **SIZES), tmp_path / "run")
