from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import MissingData, UserError
from harness.sources import Read, Source
from harness.sources.hub import Hub
from harness.sources.rows import Row, Rows

ROWS: list[Row] = [{"id": "a", "instruction": None}, {"id": "b", "instruction": "Do."}]
COMMIT = "c" * 40


class FakeHub(Hub):
    """A hub that holds one split, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, str | None]] = []

    def load(
        self, dataset: str, config: str, split: str, revision: str | None = None
    ) -> tuple[list[Row], str]:
        self.asked.append((dataset, config, split, revision))
        if split != "test":
            raise MissingData("no network")
        return list(ROWS), revision or COMMIT

    def has(self, dataset: str, config: str, split: str, revision: str | None = None) -> bool:
        return split == "test"


def mirror(root: Path, config: str = "en", split: str = "test") -> Path:
    file = root / "hub" / "own" / "data" / config / f"{split}.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return root


@pytest.fixture(autouse=True)
def _no_default_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSAY_DATA", raising=False)


def test_the_mirror_goes_before_the_hub(tmp_path: Path) -> None:
    hub = FakeHub()
    source = Source(mirror(tmp_path), hub=hub)
    assert list(source.rows("own/data", "en", "test")) == ROWS
    assert hub.asked == []


def test_the_hub_is_asked_for_what_the_mirror_lacks_with_the_pinned_revision(
    tmp_path: Path,
) -> None:
    hub = FakeHub()
    source = Source(mirror(tmp_path), hub=hub)
    assert list(source.rows("own/data", "de", "test", "d" * 40)) == ROWS
    assert hub.asked == [("own/data", "de", "test", "d" * 40)]


def test_mirror_and_hub_give_the_same_hash_and_say_which_they_were(tmp_path: Path) -> None:
    source = Source(mirror(tmp_path), hub=FakeHub())
    with source.recording() as reads:
        source.rows("own/data", "en", "test")
        source.rows("own/data", "de", "test")
    here, there = reads
    assert (here.origin, here.revision, here.rows) == ("mirror", None, 2)
    assert (there.origin, there.revision, there.rows) == ("hub", COMMIT, 2)
    assert here.sha256 == there.sha256


def test_what_is_nowhere_is_one_line_that_names_both_ways(tmp_path: Path) -> None:
    with pytest.raises(MissingData) as caught:
        Source(mirror(tmp_path), hub=FakeHub()).rows("own/data", "en", "dev")
    message = str(caught.value)
    assert "own/data en/dev is neither under" in message
    assert str(tmp_path / "hub" / "own" / "data") in message
    assert "no network" in message
    assert "--data or ASSAY_DATA, or go online" in message
    assert "\n" not in message


def test_without_a_mirror_the_message_names_none() -> None:
    with pytest.raises(MissingData, match="own/data en/dev is not to be had from the hub"):
        Source(hub=FakeHub()).rows("own/data", "en", "dev")


def test_the_environment_names_the_mirror_where_the_call_names_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_DATA", str(tmp_path))
    assert Source().root == tmp_path
    other = tmp_path / "other"
    other.mkdir()
    assert Source(other).root == other


def test_a_mirror_that_is_no_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=r"--data names .*nowhere, which is not a folder"):
        Source(tmp_path / "nowhere")
    monkeypatch.setenv("ASSAY_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match=r"ASSAY_DATA names .*nowhere, which is not a folder"):
        Source()


def test_has_asks_the_mirror_and_the_local_cache_and_never_the_network(tmp_path: Path) -> None:
    hub = FakeHub()
    source = Source(mirror(tmp_path, split="dev"), hub=hub)
    assert source.has("own/data", "en", "dev")
    assert source.has("own/data", "en", "test")
    assert not source.has("own/data", "en", "train")
    assert hub.asked == []


def test_other_data_is_found_by_its_path_under_the_root(tmp_path: Path) -> None:
    (tmp_path / "qa").mkdir()
    assert Source(tmp_path).path("qa") == tmp_path / "qa"
    assert Source(tmp_path).path("nothing") is None
    assert Source().path("qa") is None


def read(split: str) -> Read:
    return Read("d", "c", split, "folder", None, "0", 0)


def test_recordings_nest_and_enter_each_thing_once() -> None:
    source = Source()
    with source.recording() as outer:
        source.note(read("a"))
        with source.recording() as inner:
            source.note(read("b"))
            source.note(read("b"))
        source.note(read("c"))
    source.note(read("d"))
    assert [r.split for r in outer] == ["a", "b", "c"]
    assert [r.split for r in inner] == ["b"]


def test_a_recording_that_nothing_enters_does_not_end_the_one_around_it() -> None:
    source = Source()
    with source.recording() as outer:
        with source.recording():
            pass
        source.note(read("a"))
    assert outer == [read("a")]


def test_memo_builds_once_and_enters_its_reads_again() -> None:
    source, built = Source(), []

    def build() -> Rows:
        built.append(1)
        source.note(read("corpus"))
        return Rows("x", [])

    with source.recording() as first:
        one = source.memo("key", build)
    with source.recording() as second:
        two = source.memo("key", build)
    assert one is two
    assert len(built) == 1
    assert first == second == [read("corpus")]


def test_memo_keeps_only_what_was_used_last() -> None:
    source, built = Source(keep=2), []

    def get(key: str) -> str:
        return source.memo(key, lambda: built.append(key) or key)  # type: ignore[func-returns-value]

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    # c pushes out b, which was used before a; b is built again.
    assert built == ["a", "b", "c", "b"]


def test_a_build_that_fails_is_not_kept() -> None:
    source = Source()

    def fail() -> str:
        raise MissingData("gone")

    with pytest.raises(MissingData):
        source.memo("key", fail)
    assert source.memo("key", lambda: "there") == "there"


def test_a_broken_mirror_file_is_the_users_to_mend_and_the_hub_is_not_asked(
    tmp_path: Path,
) -> None:
    hub = FakeHub()
    root = mirror(tmp_path)
    file = root / "hub/own/data/en/test.jsonl"
    file.write_text('{"id": "a"}\n{"id": \n')
    with pytest.raises(UserError, match=r"test\.jsonl line 2: broken JSON"):
        Source(root, hub=hub).rows("own/data", "en", "test")
    assert hub.asked == []
