"""A pull request adds one new folder and touches nothing else, told by git."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from leaderboard.checks import Outcome, check

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(repository: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(repository), *who, *words], check=True, capture_output=True)


def commit(repository: Path) -> None:
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "x")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A base with one other submission, and a branch that is about to add ours."""
    root = tmp_path / "repository"
    other = root / "leaderboard" / "submissions" / "other"
    other.mkdir(parents=True)
    (other / "manifest.json").write_text("{}")
    (root / "cli.py").write_text("pass\n")
    git(tmp_path, "init", "-q", "-b", "main", str(root))
    commit(root)
    git(root, "checkout", "-q", "-b", "mine")
    return root


@pytest.fixture
def mine(repository: Path, packed: Path) -> Path:
    """Our submission in the working tree, not yet committed."""
    folder = repository / "leaderboard" / "submissions" / packed.name
    return Path(shutil.copytree(packed, folder))


def said(folder: Path, name: str, base: str | None = "main") -> Outcome:
    [outcome] = [o for o in check(folder, base=base).outcomes if o.check == name]
    return outcome


def test_one_new_folder_passes(repository: Path, mine: Path) -> None:
    commit(repository)
    assert said(mine, "elsewhere").message == (
        "7 files, all inside of leaderboard/submissions/bm25-own/"
    )
    assert said(mine, "unchanged").message == "new"


def test_what_the_base_did_meanwhile_is_not_held_against_it(repository: Path, mine: Path) -> None:
    commit(repository)
    git(repository, "checkout", "-q", "main")
    (repository / "README.md").write_text("later\n")
    commit(repository)
    git(repository, "checkout", "-q", "mine")
    assert said(mine, "elsewhere").status == "passed"


@pytest.mark.parametrize(
    "path", ["cli.py", "leaderboard/submissions/other/manifest.json", "new\n\x1b[31m.py", "é.md"]
)
def test_a_file_outside_of_the_folder_is_refused(repository: Path, mine: Path, path: str) -> None:
    (repository / path).write_text("changed\n")
    commit(repository)
    outcome = said(mine, "elsewhere")
    assert outcome.status == "failed"
    assert outcome.message.isprintable()


def test_a_folder_whose_name_begins_alike_is_outside(repository: Path, mine: Path) -> None:
    twin = mine.with_name("bm25-own-2")
    twin.mkdir()
    (twin / "x").write_text("x")
    commit(repository)
    assert "bm25-own-2/x" in said(mine, "elsewhere").message


def test_a_deletion_and_a_renaming_are_refused(repository: Path, mine: Path) -> None:
    (repository / "cli.py").rename(mine / "results" / "cli.py")
    commit(repository)
    assert "cli.py" in said(mine, "elsewhere").message


def test_a_link_inside_is_refused(repository: Path, mine: Path) -> None:
    (mine / "results" / "link").symlink_to("/etc/passwd")
    commit(repository)
    assert "a link" in said(mine, "elsewhere").message


def test_a_submission_of_the_base_stays_as_it_is(repository: Path, mine: Path) -> None:
    commit(repository)
    git(repository, "checkout", "-q", "main")
    git(repository, "merge", "-q", "mine")
    git(repository, "checkout", "-q", "-b", "again")
    assert said(mine, "unchanged").message == "as it was"

    (mine / "model.yaml").write_text("name: stolen\n")
    commit(repository)
    outcome = said(mine, "unchanged")
    assert outcome.status == "failed"
    assert "was submitted before" in outcome.message


def test_attributes_and_hooks_of_the_repository_do_not_run(
    repository: Path, mine: Path, tmp_path: Path
) -> None:
    (repository / ".gitattributes").write_text("* diff=evil filter=evil\n")
    commit(repository)
    git(repository, "config", "diff.evil.textconv", f"touch {tmp_path / 'executed'}; cat")
    git(repository, "config", "diff.external", f"touch {tmp_path / 'executed'}")
    assert said(mine, "elsewhere").status == "failed"
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("base", ["nothing", "--output=executed", "main; touch executed", ""])
def test_a_revision_that_there_is_not_is_named(
    repository: Path, mine: Path, base: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    commit(repository)
    outcome = said(mine, "elsewhere", base)
    assert outcome.status == "failed"
    assert "no such revision" in outcome.message
    assert not list(tmp_path.rglob("executed"))


def test_without_a_base_nothing_can_be_told(submission: Path) -> None:
    assert said(submission, "elsewhere", None).message == "no base revision was named (--base)"
    assert said(submission, "unchanged", None).status == "skipped"


def test_a_base_that_nothing_can_be_compared_with_is_no_pass(submission: Path) -> None:
    outcome = said(submission, "elsewhere")
    assert outcome.status == "failed"
    assert "not a git repository" in outcome.message


def test_without_git_nothing_can_be_told(submission: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert said(submission, "unchanged").message == "git is not installed"
