"""A tiny base model, data, and desks for stages of training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import memorised
import pytest

from harness.training.ledger import Ledger
from harness.training.work import Tell, Work

TEXTS = ("what is number 0123456789?", "It is the quick brown fox", "the name of the dog", "hello")


CONSTRUCTED = (
    "1-construct/made.jsonl",
    "1-construct/conversations.jsonl",
    "2-data/rows.jsonl",
    "out/model.safetensors",
)
"""What a producer leaves that has its data made and learns them."""


def base(folder: Path, *, template: str | None = memorised.TEMPLATE, **sizes: Any) -> Path:
    """Saves a model of the type Qwen2 with random weights."""
    words = memorised.tokenizer([*TEXTS, memorised.TEMPLATE], 400)
    words.chat_template = template
    memorised.saved(folder, memorised.qwen2(words, positions=256, **sizes), words)
    return folder


def lines(path: Path, rows: Sequence[Any]) -> Path:
    """Writes JSONL."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def dialogues(path: Path, number: int = 21) -> Path:
    """Questions with answers of different lengths."""
    return lines(
        path,
        [
            {
                "messages": [
                    {"role": "user", "content": f"what is number {i}?"},
                    {"role": "assistant", "content": f"It is the {'quick ' * (i % 5)}fox {i}"},
                ]
            }
            for i in range(number)
        ],
    )


def pairs(path: Path, number: int = 21) -> Path:
    """Short answers preferred over long ones."""
    return lines(
        path,
        [
            {
                "prompt": f"what is number {i}?",
                "chosen": f"It is {i}",
                "rejected": f"the {'quick ' * (i % 5)}fox {i}",
            }
            for i in range(number)
        ],
    )


def train(producer: Any, root: Path, tell: Tell = lambda stage, done, total, state: None) -> Path:
    """Carries out all stages as the engine does. Gives the checkpoint's folder."""
    earlier: dict[str, Path] = {}
    for number, stage in enumerate(producer.stages(), 1):
        folder, out = root / f"{number}-{stage.name}", root / "out"
        folder.mkdir(parents=True, exist_ok=True)
        out.mkdir(exist_ok=True)
        with Ledger(root, stage.name) as ledger:
            stage.run(Work(folder, out, dict(earlier), ledger, tell))
        earlier[stage.name] = folder
    return root / "out"


def cut_short(producer: Any, root: Path, stage: str, done: int) -> None:
    """Carries out all stages once more after one of them was broken off behind so many steps."""

    def tell(name: str, made: int, total: int, state: str) -> None:
        if name == stage and made >= done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(producer, root, tell)
    train(producer, root)


def require_equal(root: Path, other: Path, names: Sequence[str]) -> None:
    """Two trainings have written the same bytes."""
    for name in names:
        assert (root / name).read_bytes() == (other / name).read_bytes(), name


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSONL."""
    return [json.loads(line) for line in path.read_text().splitlines()]
