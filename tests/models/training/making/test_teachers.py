"""Chat models that help to make data."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UserError
from models.scripted import Scripted
from models.training.making.teachers import Teacher, chat_model


def test_only_a_chat_model_helps(tmp_path: Path) -> None:
    for opens in (chat_model, lambda expression: Teacher(expression, 1)):
        with pytest.raises(UserError, match=r"^bm25 is no chat model: give one such as openai"):
            opens("bm25")
    (tmp_path / "mute.py").write_text(
        "from models.scripted import Scripted\nmute = Scripted(['well'])\n"
    )
    assert isinstance(chat_model(f"{tmp_path}/mute.py:mute"), Scripted)
