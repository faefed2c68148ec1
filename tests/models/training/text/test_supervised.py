"""Conversations that count for more or less: the loss, its gradient, and what carries none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import schooling  # noqa: E402

from harness.errors import UserError  # noqa: E402
from models.producers.sft import Sft  # noqa: E402

MARKING = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.role == 'assistant' and loop.last %}fox {% endif %}{{ m.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SETTINGS: dict[str, Any] = {"device": "cpu", "batch": 3, "steps": 1, "lr": 1e-9}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return schooling.base(tmp_path_factory.mktemp("base"))


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def rows(*weights: float | None) -> list[dict[str, Any]]:
    """Conversations of different lengths."""
    return [
        {"prompt": f"what is number {i}?", "completion": f"It is the {'quick ' * (3 * i)}fox"}
        | ({} if weight is None else {"weight": weight})
        for i, weight in enumerate(weights)
    ]


def first_loss(base: Path, tmp_path: Path, *weights: float | None, **more: Any) -> float:
    data = schooling.lines(tmp_path / "data.jsonl", rows(*weights))
    made = Sft(str(base), str(data), **{**SETTINGS, **more})
    schooling.train(made, tmp_path / "t")
    curve = schooling.rows(tmp_path / "t" / "2-train" / "curves.jsonl")
    return float(curve[0]["loss"])


def own_losses(base: Path, tmp_path: Path, data: Path | None = None) -> list[float]:
    """The mean of -log p over each conversation's learned tokens, from the logits."""
    from transformers import AutoModelForCausalLM

    from models.training.text.base import open_base
    from models.training.text.conversations import read_dialogues
    from models.training.text.supervised import encode

    data = data or schooling.lines(tmp_path / "own.jsonl", rows(None, None, None))
    settings = Sft(str(base), str(data), device="cpu")
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    found = []
    for dialogue in read_dialogues(data):
        learned = []
        for row in encode(open_base(settings), dialogue):
            ids = torch.tensor([row["ids"]])
            logs = model(input_ids=ids).logits[0].detach().log_softmax(-1)
            places = [t for start, end in row["spans"] for t in range(start, end)]
            learned += [-float(logs[t - 1, row["ids"][t]]) for t in places]
        found.append(sum(learned) / len(learned))
    return found


@pytest.mark.parametrize("micro_batch", [1, 2, 3])
def test_the_loss_is_the_weighted_mean_of_each_conversations_mean(
    base: Path, tmp_path: Path, micro_batch: int
) -> None:
    one, two, three = own_losses(base, tmp_path)
    wanted = (1 * one + 0 * two + 5 * three) / 3 / 2  # weights have a mean of 2
    found = first_loss(base, tmp_path, 1, 0, 5, micro_batch=micro_batch)
    assert found == pytest.approx(wanted, rel=1e-5)


def test_a_conversation_without_a_weight_has_one_of_1(base: Path, tmp_path: Path) -> None:
    one, two, three = own_losses(base, tmp_path)
    wanted = (one + two + 4 * three) / 3 / 2
    assert first_loss(base, tmp_path, None, 1, 4) == pytest.approx(wanted, rel=1e-5)


def test_a_conversation_of_several_rows_has_its_weight_once(tmp_path: Path) -> None:
    """The template marks the last turn alone, so that each of three turns is a row."""
    base = schooling.base(tmp_path / "base", template=MARKING)
    turns = [(f"what is number {n}?", f"It is the {'quick ' * n}fox") for n in range(3)]
    messages = [
        {"role": role, "content": text}
        for turn in turns
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]
    talks = [{"messages": messages, "weight": 2}, {"messages": messages[:2], "weight": 1}]
    data = schooling.lines(tmp_path / "data.jsonl", talks)
    long, short = own_losses(base, tmp_path, data)
    schooling.train(Sft(str(base), str(data), **{**SETTINGS, "batch": 4}), tmp_path / "t")
    assert len(schooling.rows(tmp_path / "t" / "1-data" / "rows.jsonl")) == 4
    [step] = schooling.rows(tmp_path / "t" / "2-train" / "curves.jsonl")
    assert step["loss"] == pytest.approx((2 * long + short) / 3, rel=1e-5)


def test_without_any_weights_every_token_counts_alike(base: Path, tmp_path: Path) -> None:
    alike = first_loss(base, tmp_path, None, None, None)
    (tmp_path / "w").mkdir()
    weighed = first_loss(base, tmp_path / "w", 1, 1, 1)
    assert weighed == pytest.approx(sum(own_losses(base, tmp_path)) / 3, rel=1e-5)
    assert alike != pytest.approx(weighed, rel=1e-5)  # the conversations differ in length


@pytest.mark.parametrize(
    ("weights", "more", "said"),
    [
        ((0, 0, 0), {}, "all weights of the data are 0"),
        ((1, 2, 3), {"loss": "dft"}, 'the loss "dft" does not take'),
    ],
)
def test_what_cannot_be_weighed_is_refused(
    base: Path, tmp_path: Path, weights: tuple[float, ...], more: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        first_loss(base, tmp_path, *weights, **more)


@pytest.mark.parametrize("weight", [-1, "2", True, None, 1e300])
def test_a_weight_is_a_number_from_0(base: Path, tmp_path: Path, weight: Any) -> None:
    line = {"prompt": "a", "completion": "b", "weight": weight}
    data = tmp_path / "data.jsonl"
    data.write_text(json.dumps(line) + "\n")
    with pytest.raises(UserError, match=r"data\.jsonl line 1: weight: it is"):
        schooling.train(Sft(str(base), str(data), device="cpu"), tmp_path / "t")
