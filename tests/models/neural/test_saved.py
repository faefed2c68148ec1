"""What a saved model says of itself is read from its small files, as its library reads it."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UserError
from models.neural.places import Place
from models.neural.saved import Saved

OWN, MODULES = "config_sentence_transformers.json", "modules.json"
TRANSFORMER = {"path": "", "type": "sentence_transformers.models.Transformer"}
POOLING = {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}


def saved(folder: Path, files: dict[str, Any]) -> Saved:
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    return Saved.at(Place(str(folder), "model/", digest="sha256:0"))


def test_a_bare_transformer_says_nothing(tmp_path: Path) -> None:
    found = saved(tmp_path, {"config.json": {}})
    assert (found.query, found.document) == ("", "")
    assert found == Saved(prompts={}, excludes_prompts=False, similarity="cosine", by_kind=False)


@pytest.mark.parametrize("name", ["document", "passage", "corpus"])
def test_prompts_go_by_the_names_that_models_use(tmp_path: Path, name: str) -> None:
    found = saved(tmp_path, {OWN: {"prompts": {"query": "q: ", name: "d: ", "web": "w: "}}})
    assert (found.query, found.document) == ("q: ", "d: ")


def test_an_empty_or_absent_prompt_leaves_the_next_name_its_turn(tmp_path: Path) -> None:
    prompts = {"query": None, "document": "", "passage": "p: "}
    found = saved(tmp_path, {OWN: {"prompts": prompts, "similarity_fn_name": "dot"}})
    assert (found.query, found.document, found.similarity) == ("", "p: ", "dot")


def test_the_pooling_says_whether_prompts_count(tmp_path: Path) -> None:
    files = {MODULES: [TRANSFORMER, POOLING], "1_Pooling/config.json": {}}
    assert not saved(tmp_path, files).excludes_prompts
    files["1_Pooling/config.json"] = {"include_prompt": False}
    assert saved(tmp_path, files).excludes_prompts


def test_instructor_leaves_prompts_out_though_its_files_do_not_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (tmp_path / "models--hkunlp--instructor-xl" / "snapshots" / ("a" * 40)).mkdir(parents=True)
    assert Saved.at(
        Place("hkunlp/instructor-xl", "hkunlp/instructor-xl", "a" * 40)
    ).excludes_prompts


@pytest.mark.parametrize(
    "files",
    [
        {MODULES: [{"path": "", "type": "sentence_transformers.models.Router"}]},
        {MODULES: [TRANSFORMER], "sentence_bert_config.json": {"query_length": 32}},
    ],
)
def test_a_model_may_read_queries_and_documents_differently(
    tmp_path: Path, files: dict[str, Any]
) -> None:
    assert saved(tmp_path, files).by_kind


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / MODULES).write_text("[")
    with pytest.raises(UserError, match=r"'model/': modules.json cannot be read"):
        saved(tmp_path, {})


def test_the_hubs_files_are_read_from_its_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("huggingface_hub")
    commit = "c" * 40
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    place = Place("owner/name", "owner/name", commit)
    with pytest.raises(UserError, match=f"hf download owner/name --revision {commit}"):
        Saved.at(place)
    snapshot = tmp_path / "models--owner--name" / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (snapshot / OWN).write_text('{"prompts": {"query": "q: "}}')
    assert Saved.at(place).query == "q: "


def test_what_is_not_cached_is_had_from_the_hub_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from huggingface_hub.errors import EntryNotFoundError

    pytest.importorskip("transformers")
    (tmp_path / OWN).write_text('{"prompts": {"query": "q: "}}')
    asked = []

    def download(name: str, file: str, *, revision: str) -> str:
        logging.getLogger("huggingface_hub.utils._http").warning("Retrying https://the.hub")
        asked.append((name, revision))
        if not (tmp_path / file).exists():
            raise EntryNotFoundError("404")
        return str(tmp_path / file)

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("models.neural.hub.ask_commit", lambda name, revision: revision)
    monkeypatch.setattr("huggingface_hub.hf_hub_download", download)
    assert Saved.at(Place("owner/name", "owner/name", "c" * 40)).query == "q: "
    assert set(asked) == {("owner/name", "c" * 40)}
    assert "".join(capfd.readouterr()) == ""
