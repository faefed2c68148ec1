"""What mteb's models are handed is what mteb itself would hand them."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import UserError
from harness.records import Query
from models.neural import mteb_bridge

pytest.importorskip("mteb")


def test_mtebs_own_loaders_make_the_same_columns() -> None:
    from datasets import Dataset
    from mteb._create_dataloaders import create_dataloader
    from mteb.types import PromptType

    asked = [Query("1", "which tool", "Find a tool."), Query("2", "rain", "")]
    rows = [{"id": q.id, "text": q.text, "instruction": q.instruction} for q in asked]
    found = [{"id": "1", "title": "", "text": " a b "}, {"id": "2", "title": "T", "text": "c"}]
    for kind, theirs, ours in (
        (PromptType.query, rows, mteb_bridge.query_loader(asked, 2)),
        (PromptType.document, found, mteb_bridge.document_loader([" a b ", "T c"], 2)),
    ):
        loader = create_dataloader(
            Dataset.from_list(theirs), task_metadata=mteb_bridge.task_of(""), prompt_type=kind
        )
        (theirs_batch,), (batch,) = list(loader), list(ours)
        assert batch["text"] == theirs_batch["text"]
        for name in {"query", "instruction"} & set(theirs_batch):
            assert batch[name] == theirs_batch[name]


def test_instructed_models_find_the_prompt_that_mteb_gives_retrieval_tasks() -> None:
    from mteb.models.abs_encoder import AbsEncoder
    from mteb.types import PromptType

    class Instructed(AbsEncoder):
        instruction_template = "Instruct: {instruction}\nQuery: "

        def encode(self, *args: Any, **kwargs: Any) -> Any:
            raise NotImplementedError

    prompt = Instructed().get_task_instruction(mteb_bridge.task_of(""), PromptType.query)
    assert prompt == "Instruct: Retrieve text based on user query.\nQuery: "


def test_an_unknown_task_is_guessed() -> None:
    with pytest.raises(UserError, match=r"unknown task of mteb: .SciFakt. .*.SciFact."):
        mteb_bridge.task_of("SciFakt")


def test_progress_bars_stay_away_and_errors_do_not(capfd: pytest.CaptureFixture[str]) -> None:
    from tqdm.auto import tqdm

    with mteb_bridge.silent():
        assert list(tqdm(range(3), desc="Encoding batches", unit="batch")) == [0, 1, 2]
    assert "".join(capfd.readouterr()) == ""
    with pytest.raises(ZeroDivisionError), mteb_bridge.silent():
        list(tqdm((1 // i for i in (1, 0)), desc="Encoding batches"))
    assert "".join(capfd.readouterr()) == ""
    for _ in tqdm([1], desc="someone else's"):
        pass
    assert "someone else's" in capfd.readouterr().err
