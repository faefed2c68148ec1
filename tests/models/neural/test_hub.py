"""What lies in the hub's cache, and whether the hub is there. The cache of each test is made up."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UserError
from models.neural import hub

pytest.importorskip("huggingface_hub")

COMMIT = "a" * 40
MODULES = [
    {"path": "", "type": "sentence_transformers.models.Transformer"},
    {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]
BARE = {"config.json": {}, "tokenizer.json": {}, "model.safetensors": {}}
WHOLE = {**BARE, "modules.json": MODULES, "1_Pooling/config.json": {}}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], Path]:
    """Puts files into the snapshot of a commit; gives its folder back."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))

    def filled(files: dict[str, Any]) -> Path:
        folder = hub.snapshot("owner/name", COMMIT)
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(json.dumps(content))
        return folder

    return filled


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hub that takes a connection and never answers."""
    over = threading.Event()
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *args, **more: over.wait())
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "_TIMEOUT", 0.01)
    yield
    over.set()


def test_a_model_with_all_its_modules_is_whole(cache: Callable[[dict[str, Any]], Path]) -> None:
    # The normalisation of an older model has no files, and git keeps no empty folders.
    assert hub.is_whole(cache(WHOLE))


@pytest.mark.parametrize(
    "missing", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json"]
)
def test_a_model_without_one_of_its_parts_is_not(
    cache: Callable[[dict[str, Any]], Path], missing: str
) -> None:
    folder = cache(WHOLE)
    (folder / missing).unlink()
    assert not hub.is_whole(folder)


def test_nothing_at_all_is_not_whole(cache: Callable[[dict[str, Any]], Path]) -> None:
    assert not hub.is_whole(cache({}))


def test_a_broken_list_of_modules_is_fetched_again(
    cache: Callable[[dict[str, Any]], Path],
) -> None:
    assert not hub.is_whole(cache({**WHOLE, "modules.json": {"path": ""}}))


def test_a_bare_transformer_is_whole_once_it_is_known_to_be_bare(
    cache: Callable[[dict[str, Any]], Path],
) -> None:
    # transformers alone fetches no modules.json, so that its absence says nothing.
    folder = cache(BARE)
    assert not hub.is_whole(folder)
    note = folder.parents[1] / ".no_exist" / COMMIT / "modules.json"
    note.parent.mkdir(parents=True)
    note.touch()
    assert hub.is_whole(folder)


def test_a_download_of_the_repository_is_whole_when_it_has_ended(
    cache: Callable[[dict[str, Any]], Path],
) -> None:
    folder = cache({**BARE, ".gitattributes": ""})
    assert hub.is_whole(folder)
    (folder.parents[1] / "blobs").mkdir()
    (folder.parents[1] / "blobs" / "0123.incomplete").touch()
    assert not hub.is_whole(folder)


def test_weights_in_parts_lie_here_when_all_parts_do(
    cache: Callable[[dict[str, Any]], Path],
) -> None:
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    folder = cache({"model.safetensors.index.json": index, "model-1.safetensors": ""})
    assert not hub.has_weights(folder)
    assert hub.has_weights(cache({"model-2.safetensors": ""}))


def test_weights_are_of_the_kind_that_is_asked_for(
    cache: Callable[[dict[str, Any]], Path],
) -> None:
    folder = cache({"training_args.bin": ""})
    assert not hub.has_weights(folder)
    cache({"onnx/model.onnx": ""})
    assert not hub.has_weights(folder)
    assert hub.has_weights(folder, ("*.onnx",))
    assert hub.has_weights(cache({"pytorch_model.bin": ""}))


def test_a_file_whose_contents_were_pruned_does_not_count(
    cache: Callable[[dict[str, Any]], Path],
) -> None:
    folder = cache({**WHOLE, ".gitattributes": ""})
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").symlink_to("../../blobs/gone")
    assert not hub.is_whole(folder)


@pytest.mark.usefixtures("silent")
def test_a_hub_that_does_not_answer_is_not_waited_for() -> None:
    with pytest.raises(UserError, match=r"the hub cannot be reached.*hf download owner/name"):
        hub.ask_commit("owner/name", "")
