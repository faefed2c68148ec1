"""Results on disk are typed, whole or absent, and the same bytes for the same content."""

from __future__ import annotations

import errno
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness import files
from harness.errors import UserError
from harness.files import disk_error
from harness.records import Setting
from harness.scoring import Scores
from harness.store.results import (
    ResultFolder,
    read_result,
    read_scores,
    write_atomic,
    write_scores,
)
from harness.store.schema import setting_slug, setting_to_json, slug


def scores() -> Scores:
    return Scores(
        keys=("a/1", "a/2", 'odd "id"\twith tab'),
        splits=("a", "a", "b"),
        clusters=np.array([0, 0, 1]),
        weights=np.array([1.0, 1.0, 0.5]),
        values={"nDCG@10": np.array([1 / 3, 0.1 + 0.2, 0.0]), "R@5": np.array([1.0, 0.5, 1e-300])},
    )


def test_scores_come_back_bit_for_bit(tmp_path: Path) -> None:
    before = scores()
    write_scores(tmp_path / "s.tsv.gz", before)
    after = read_scores(tmp_path / "s.tsv.gz")
    assert (after.keys, after.splits) == (before.keys, before.splits)
    np.testing.assert_array_equal(after.clusters, before.clusters)
    np.testing.assert_array_equal(after.weights, before.weights)
    assert list(after.values) == list(before.values)
    for name in before.values:
        np.testing.assert_array_equal(after.values[name], before.values[name])


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\r", "\n", "\x0c", "\x1c"])
def test_signs_that_end_a_line_elsewhere_may_stand_in_a_key(tmp_path: Path, sign: str) -> None:
    before = replace(scores(), keys=(f"a{sign}b", f"{sign}", f"c{sign}"))
    write_scores(tmp_path / "s.tsv.gz", before)
    assert read_scores(tmp_path / "s.tsv.gz").keys == before.keys


def test_the_same_scores_are_the_same_bytes(tmp_path: Path) -> None:
    write_scores(tmp_path / "1.tsv.gz", scores())
    write_scores(tmp_path / "2.tsv.gz", scores())
    assert (tmp_path / "1.tsv.gz").read_bytes() == (tmp_path / "2.tsv.gz").read_bytes()


@pytest.mark.parametrize("keep", [0, 10, 60])
def test_a_torn_scores_file_is_named(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "s.tsv.gz"
    write_scores(path, scores())
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UserError, match=r"s\.tsv\.gz is damaged .*again"):
        read_scores(path)


def test_a_table_with_a_missing_column_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "s.tsv.gz"
    path.write_bytes(gzip.compress(b"query\tsplit\tcluster\tweight\tP@5\n" + b'"q"\t"s"\n'))
    with pytest.raises(UserError, match="is damaged"):
        read_scores(path)


def test_a_failed_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "result.json"
    write_atomic(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(UserError, match=r"cannot write .*result\.json: the disk is full"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match=r"cannot write .*file/result\.json.*--out"):
        write_atomic(tmp_path / "file" / "result.json", b"x")


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_a_read_only_folder_asks_for_another(code: int) -> None:
    assert "read-only: choose another with --out" in str(disk_error(OSError(code, "no"), Path("x")))


def test_folder_names_tell_settings_apart() -> None:
    settings = [
        Setting(),
        Setting(instruction="no"),
        Setting(pool="category", k=10),
        Setting(compat=("a", "b")),
        Setting(limit=5),
    ]
    assert [setting_slug(s) for s in settings] == [
        "default",
        "instruction-no",
        "pool-category,k-10",
        "compat-a+b",
        "limit-5",
    ]


def test_settings_that_differ_in_signs_have_folders_of_their_own() -> None:
    settings = [
        Setting(faults="0.1:429"),
        Setting(faults="0.1@429"),
        Setting(simulator='openai("a b")'),
        Setting(simulator='openai("a_b")'),
        Setting(judge="f.py:Chat"),
        Setting(judge="f.py_Chat"),
    ]
    assert len({setting_slug(setting) for setting in settings}) == len(settings)
    assert setting_slug(Setting(tools="gold+5", faults="0.1")) == "tools-gold+5,faults-0.1"


def test_the_setting_in_json_has_a_limit_only_when_there_is_one() -> None:
    assert setting_to_json(Setting()) == {
        "instruction": "auto",
        "pool": "all",
        "view": "documentation",
        "join": "adapter",
        "k": 100,
        "trials": 1,
        "compat": [],
    }
    assert setting_to_json(Setting(limit=3))["limit"] == 3


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("toolret/apibank", "toolret_apibank"),
        ("../../etc/passwd", "etc_passwd"),
        ('hf("a/b") % 100 >> ce("c")', "hf_a_b_100_ce_c"),
    ],
)
def test_any_text_becomes_a_safe_file_name(text: str, name: str) -> None:
    assert slug(text) == name


def test_long_names_are_cut_without_becoming_one() -> None:
    first, second = slug("x" * 200 + "1"), slug("x" * 200 + "2")
    assert len(first) == len(second) == 80
    assert first != second


def test_what_is_no_result_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no result at .*expected a result\.json"):
        read_result(tmp_path)
    (tmp_path / "result.json").write_text('{"schema_version": 1}')
    with pytest.raises(UserError, match="is not a result: model: Field required"):
        read_result(tmp_path)


@pytest.mark.parametrize(
    ("first", "second"), [("a b", "a_b"), ("日本", "中国"), ("../x", "x"), ("a/b", "a b")]
)
def test_two_tasks_never_share_a_folder(tmp_path: Path, first: str, second: str) -> None:
    paths = [
        ResultFolder.of(tmp_path, "m", "f" * 64, task, Setting()).path for task in (first, second)
    ]
    assert paths[0] != paths[1]
    assert {path.parent for path in paths} == {tmp_path / "m-ffffffff" / "default"}
