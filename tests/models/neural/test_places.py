"""A model's place: what it is called and what it is known by. The cache of the hub is made up."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.errors import InfrastructureError, UserError
from harness.workspace import working
from models.neural.places import Place, located

pytest.importorskip("huggingface_hub")

COMMIT, OTHER = "a" * 40, "b" * 40


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, and a hub that is switched off."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return tmp_path / "hub"


def cached(cache: Path, ref: str, commit: str) -> None:
    home = cache / "models--owner--name"
    (home / "snapshots" / commit).mkdir(parents=True)
    (home / "refs").mkdir(exist_ok=True)
    (home / "refs" / ref).write_text(commit)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], list[Any]]:
    """Lets the hub answer so; returns what it was asked."""
    asked: list[Any] = []

    def answering(answer: object) -> list[Any]:
        def info(self: object, name: str, *, revision: str | None, timeout: float) -> object:
            asked.append((name, revision))
            if isinstance(answer, Exception):
                raise answer
            return SimpleNamespace(sha=answer)

        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setattr("huggingface_hub.HfApi.model_info", info)
        return asked

    return answering


def http(kind: str, status: int) -> Exception:
    """An error as the installed version of the hub's library raises it."""
    from huggingface_hub import errors

    answer = SimpleNamespace(headers={}, request=None, status_code=status)
    made: Exception = getattr(errors, kind)("no", response=answer)
    return made


def test_a_folder_is_called_by_its_name_and_known_by_its_files(tmp_path: Path) -> None:
    here, there = tmp_path / "a" / "model", tmp_path / "b" / "model"
    for folder in here, there:
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}")
    place = located(str(here), "")
    assert place.source == str(here)
    assert (place.name, place.revision) == ("model/", "")
    assert str(place.digest).startswith("sha256:")
    assert located(str(there) + "/", "").digest == place.digest
    (there / "config.json").write_text("[]")
    assert located(str(there), "").digest != place.digest


def test_a_changed_file_is_noticed_within_a_process(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_text("1")
    before = located(str(tmp_path), "").digest
    file.write_text("2")
    os.utime(file, ns=(1, 1))
    assert located(str(tmp_path), "").digest != before


def test_a_relative_path_starts_at_the_workspaces_base(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with working(base=tmp_path):
        assert located("model", "").source == str(tmp_path / "model")
        with pytest.raises(UserError, match="is a folder, which has no revision 'main'"):
            located("model", "main")


def test_a_full_commit_is_taken_without_a_look_at_cache_or_hub() -> None:
    assert located("owner/name", COMMIT) == Place("owner/name", "owner/name", COMMIT)


def fill(cache: Path, *files: str) -> Path:
    """The snapshot of COMMIT with such files."""
    folder = cache / "models--owner--name" / "snapshots" / COMMIT
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file).write_text("[]")
    return folder


def test_a_commit_that_is_whole_in_the_cache_is_its_folder_and_the_hub_is_not_asked(
    cache: Path, hub: Callable[[object], list[Any]]
) -> None:
    asked = hub(COMMIT)
    folder = fill(cache, "modules.json", "tokenizer.json", "model.safetensors")
    place = located("owner/name", COMMIT)
    assert (place.source, place.settings()) == (str(folder), folder)
    assert (place.name, place.revision, place.digest) == ("owner/name", COMMIT, None)
    assert asked == []


def test_a_commit_that_is_not_whole_stays_an_id_that_is_looked_up_once(
    cache: Path, hub: Callable[[object], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = []
    monkeypatch.setattr("models.neural.hub.note_modules", lambda *what: noted.append(what))
    asked = hub(COMMIT)
    place = located("owner/name", COMMIT)
    assert place.settings() is None
    fill(cache, "config.json", "tokenizer.json", "model.safetensors")
    assert place.source == "owner/name"
    assert asked == [("owner/name", COMMIT)] * 2
    assert noted == [("owner/name", COMMIT)]


@pytest.mark.parametrize(
    "failure", [OSError("no route"), http("RepositoryNotFoundError", 401), None]
)
def test_where_the_hub_gives_nothing_what_is_cached_is_all_there_is(
    cache: Path, hub: Callable[[object], list[Any]], failure: Exception | None
) -> None:
    if failure:  # else it is switched off
        hub(failure)
    place = Place("owner/name", "owner/name", COMMIT)
    with pytest.raises(UserError, match="'owner/name'"):
        place.settings()
    folder = fill(cache, "config.json")
    assert place.settings() == folder
    with pytest.raises(UserError, match="'owner/name'"):
        _ = place.source
    fill(cache, "model.safetensors")
    assert place.source == str(folder)


def test_the_cache_names_the_commit_before_the_hub_does(
    cache: Path, hub: Callable[[object], list[Any]]
) -> None:
    asked = hub(OTHER)
    cached(cache, "main", COMMIT)
    assert located("owner/name", "").revision == COMMIT
    assert asked == []
    assert located("owner/name", "v2").revision == OTHER
    assert located("owner/other", "").revision == OTHER
    assert asked == [("owner/name", "v2"), ("owner/other", None)]


def test_a_cached_reference_to_a_commit_that_is_gone_does_not_count(cache: Path) -> None:
    cached(cache, "main", COMMIT)
    (cache / "models--owner--name" / "snapshots" / COMMIT).rmdir()
    with pytest.raises(UserError, match="HF_HUB_OFFLINE is set"):
        located("owner/name", "")


def test_without_a_hub_the_message_says_how_to_get_the_model(
    hub: Callable[[object], list[Any]],
) -> None:
    how = r"hf download owner/name --revision v2; then copy its cache here and let HF_HOME name it"
    with pytest.raises(UserError, match=how):
        located("owner/name", "v2")
    hub(OSError("no route"))
    with pytest.raises(UserError, match=f"the hub cannot be reached.*{how}"):
        located("owner/name", "v2")


def test_what_the_hub_refuses_is_the_users_to_mend(hub: Callable[[object], list[Any]]) -> None:
    for error, said in (
        (http("RepositoryNotFoundError", 404), "no model on the hub is called 'owner/name'"),
        (http("GatedRepoError", 403), "accepted its terms.*hf auth login"),
        (http("RevisionNotFoundError", 404), "has no revision 'v2'"),
    ):
        hub(error)
        with pytest.raises(UserError, match=said):
            located("owner/name", "v2")


def test_a_failing_hub_is_nobodys_mistake(hub: Callable[[object], list[Any]]) -> None:
    hub(http("HfHubHTTPError", 503))
    with pytest.raises(InfrastructureError, match="the hub failed"):
        located("owner/name", "")


@pytest.mark.parametrize("name", ["", "a/b/c", "./missing", "two words", "/nowhere/at/all"])
def test_a_name_that_is_neither_folder_nor_id_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=f"no folder '{name}'"):
        located(name, "")
