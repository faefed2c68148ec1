from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.records import Setting
from harness.store import setting_slug
from harness.store.schema import slug
from leaderboard.submission import Refused, limits
from leaderboard.submission.folder import allowed, require_name, safe_files


@pytest.fixture
def place(packed: Path) -> Path:
    """The folder of one result in a submission."""
    return next(packed.glob("results/*/*"))


def refused(folder: Path) -> str:
    with pytest.raises(Refused) as error:
        safe_files(folder)
    assert error.value.reason.isprintable()
    return error.value.reason


def test_a_submission_has_its_own_files_and_those_of_its_results(packed: Path) -> None:
    files = safe_files(packed)
    results = [
        f"results/instruction-{mode},k-20/starter-tools_flights/{name}"
        for mode in ("no", "yes")
        for name in ("per_query.tsv.gz", "result.json", "run.trec.gz", "run_info.json")
    ]
    assert list(files) == ["environment.json", "manifest.json", "model.yaml", *results]
    assert all(path == packed / name for name, path in files.items())


@pytest.mark.parametrize(
    "name",
    [
        "model.py", "model.pkl", "model.npy", "weights.pt", "lib.so", "README.md", "index.html",
        ".hidden", ".gitattributes", "run.trec", "model.yaml.bak", "Model.yaml", "model.yaml ",
        "model.yaml.", "manifest\u200b.json", "modеl.yaml", "<img src=x onerror=alert(1)>.json",
        "a\nb", "\x1b[31m", "..\\..\\evil", "C:evil", "nul", "con.json", "‮gpj.exe", "é", "e\u0301",
    ],
)  # fmt: skip
def test_files_that_no_submission_has_are_refused(packed: Path, place: Path, name: str) -> None:
    for folder in (packed, place):
        (folder / name).write_bytes(b"x")
        assert "no file of a submission" in refused(packed)
        (folder / name).unlink()
    safe_files(packed)


def test_names_that_are_not_even_text_are_refused(packed: Path) -> None:
    (Path(os.fsdecode(bytes(packed) + b"/\xff\xfe"))).write_bytes(b"x")
    assert r"\udcff\udcfe" in refused(packed)


@pytest.mark.parametrize(
    "name",
    [
        "evil", "__pycache__", ".git", "results/.git", "results/a b", "results/nul",
        "results/Aux.1", "results/x.", "results/-rf", "results/<b>", "results/é", "results/x\u202e",
        f"results/{'x' * 101}", "results/default/toy/deeper", "results/default/toy/result.json",
        "model.yaml",
    ],
)  # fmt: skip
def test_folders_that_no_submission_has_are_refused(packed: Path, name: str) -> None:
    (packed / "model.yaml").unlink()
    (packed / name).mkdir(parents=True)
    assert "is a folder that no submission has" in refused(packed)


def test_no_link_is_taken_for_a_file_or_a_folder(packed: Path, place: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "result.json").write_text("{}")
    for target in (tmp_path / "elsewhere", tmp_path / "nowhere", packed, Path("/etc")):
        (packed / "results" / "other").symlink_to(target)
        assert "results/other is a link" in refused(packed)
        (packed / "results" / "other").unlink()
    (place / "result.json").unlink()
    (place / "result.json").symlink_to("/etc/passwd")
    assert "result.json is a link" in refused(packed)


def test_the_submission_itself_is_no_link(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(packed)
    assert "is a link" in refused(tmp_path / "alias")


def test_pipes_and_sockets_are_refused(place: Path, packed: Path) -> None:
    (place / "run_info.json").unlink()
    os.mkfifo(place / "run_info.json")
    assert "neither a file nor a folder" in refused(packed)
    (place / "run_info.json").unlink()
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(place)  # the path of a socket has at most 107 bytes
        try:
            server.bind("run_info.json")
        finally:
            os.chdir(here)
        assert "neither a file nor a folder" in refused(packed)


def test_folders_whose_names_differ_by_case_alone_are_refused(packed: Path) -> None:
    (packed / "results" / "DEFAULT").mkdir()
    (packed / "results" / "default").mkdir()
    assert refused(packed) == ("results/DEFAULT and results/default are one file on some systems")


def test_too_much_is_refused_before_it_is_read(
    packed: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (place / "run.trec.gz").open("r+b") as file:
        file.truncate(limits.FILE_BYTES + 1)  # a hole: takes no room on the disk
    assert "100,000,001 bytes: at most 100,000,000" in refused(packed)
    (place / "run.trec.gz").write_bytes(b"x")
    monkeypatch.setattr(limits, "TOTAL_BYTES", 1000)
    assert "bytes in all: at most 1,000" in refused(packed)
    monkeypatch.setattr(limits, "FILES", 10)  # two results of four files, and three
    assert "11 files: at most 10" in refused(packed)
    monkeypatch.setattr(limits, "ENTRIES", 15)  # with results, two settings and two tasks: 16
    assert "more than 15 files and folders" in refused(packed)


def test_what_is_no_folder_is_refused(packed: Path, tmp_path: Path) -> None:
    assert "is no folder" in refused(packed / "model.yaml")
    assert "is no folder" in refused(tmp_path / "absent")


@pytest.mark.parametrize(
    "path",
    [
        "../model.yaml", "/etc/passwd", "/model.yaml", "results/../../x/result.json", "",
        "results\\a\\b\\result.json", "results/default/toy/../result.json", "./model.yaml",
        "results//toy/result.json", "results/./toy/result.json", "results/default/result.json",
        "results/default/toy/result.json/", "model.yaml/", "results/default/toy/result.py",
        "other/default/toy/result.json", "results/a/b/c/result.json", "model.yaml\n",
        "results/default\n/toy/result.json",
    ],
)  # fmt: skip
def test_paths_that_lead_elsewhere_are_not_allowed(path: str) -> None:
    assert not allowed(path)


@given(st.text())
def test_whatever_is_allowed_stays_inside_and_is_plain_ascii(text: str) -> None:
    for path in (text, f"results/{text}/toy/result.json", f"results/default/{text}/run.trec.gz"):
        if allowed(path):
            assert path.isascii()
            assert path.isprintable()
            assert not {"..", ".", ""} & set(path.split("/"))
            assert not set(path) & set("\\:<>\"'|?* \t")


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), st.integers(1))
def test_the_folders_that_the_harness_names_are_allowed(task: str, k: int) -> None:
    setting = setting_slug(Setting(instruction="yes", k=k, compat=("toolret-idcg", "x")))
    reserved = task.lower() in {"con", "prn", "aux", "nul"}
    assert allowed(f"results/{setting}/{slug(f'bench/{task}', distinct=True)}/result.json")
    assert (
        allowed(f"results/{setting}/{slug(task, distinct=True)}/result.json")
        or reserved
        or (task.lower()[:3] in {"com", "lpt"})
    )


@pytest.mark.parametrize("name", ["bm25", "a", "e5-base.v2", "x_1", "0", "a" * 64])
def test_names_of_submissions(name: str) -> None:
    require_name(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "A", "a b", "_checked", "-x", "x-", "a/b", "é", "a" * 65, "nul", "com1.x"],
)
def test_names_that_no_submission_has(name: str) -> None:
    with pytest.raises(Refused):
        require_name(name)
