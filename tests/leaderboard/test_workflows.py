"""The workflows: what runs for a pull request is ours, and what may write runs nothing of it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from submitted import make
from typer.main import get_command

import cli
from leaderboard.checked import RETRACTIONS
from leaderboard.checks.comment import main as make_comment

HOME = Path(__file__).resolve().parents[2]
FILES = sorted((HOME / ".github" / "workflows").glob("*.yml"))
READING = {"contents": "read"}
Request = Callable[[Callable[[Path], object]], tuple[int, str]]
"""Changes the submissions of a branch; gives the exit code of the check and the comment on it."""

needs_git = pytest.mark.skipif(
    not (shutil.which("git") and shutil.which("bash")), reason="needs git and bash"
)


def read(name: str) -> dict[Any, Any]:
    workflow = yaml.safe_load((HOME / ".github" / "workflows" / name).read_text())
    assert isinstance(workflow, dict)
    return workflow


def triggers(workflow: dict[Any, Any]) -> dict[str, Any]:
    """YAML 1.1 reads the key `on` as true."""
    found = workflow[True]
    assert isinstance(found, dict)
    return found


def steps(workflow: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def scripts(workflow: dict[Any, Any]) -> Iterator[str]:
    yield from (step["run"] for step in steps(workflow) if "run" in step)


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def workflow(request: pytest.FixtureRequest) -> dict[Any, Any]:
    return read(request.param.name)


def test_there_are_three() -> None:
    assert [path.name for path in FILES] == ["comment.yml", "site.yml", "submission.yml"]


def test_nothing_runs_with_rights_for_somebody_elses_change(workflow: dict[Any, Any]) -> None:
    assert "pull_request_target" not in triggers(workflow)


def test_rights_are_given_job_by_job(workflow: dict[Any, Any]) -> None:
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert isinstance(job["permissions"], dict)
        assert job["timeout-minutes"] <= 60


def test_no_text_of_an_event_is_pasted_into_a_script(workflow: dict[Any, Any]) -> None:
    for script in scripts(workflow):
        assert "${{" not in script


def test_every_action_is_pinned_to_a_commit(workflow: dict[Any, Any]) -> None:
    for step in steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"])


def test_no_checkout_leaves_a_token_behind(workflow: dict[Any, Any]) -> None:
    for step in steps(workflow):
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


def test_a_pull_request_is_checked_with_the_code_of_the_base() -> None:
    workflow = read("submission.yml")
    paths = triggers(workflow)["pull_request"]["paths"]
    assert paths[0] == "leaderboard/submissions/**"
    assert paths[1:] == [
        f"!leaderboard/submissions/{name}" for name in ("_checked/**", RETRACTIONS)
    ]
    [job] = workflow["jobs"].values()
    assert job["permissions"] == READING

    refs = {s["with"]["path"]: s["with"]["ref"] for s in job["steps"] if "ref" in s.get("with", {})}
    assert refs == {
        "base": "${{ github.event.pull_request.base.sha }}",
        "head": "${{ github.event.pull_request.head.sha }}",
    }
    installs = [script for script in scripts(workflow) if "pip install" in script]
    assert installs == ["python -m pip install --quiet ./base"]
    text = "\n".join(scripts(workflow))
    assert "secrets." not in yaml.dump(workflow)
    assert not re.search(r"(cd|python|pip|bash|sh|source|make) +[^\n]*\bhead\b", text)


def test_only_the_job_that_comments_may_write_and_it_sees_no_code_of_the_pull_request() -> None:
    workflow = read("comment.yml")
    assert triggers(workflow) == {
        "workflow_run": {"workflows": [read("submission.yml")["name"]], "types": ["completed"]}
    }
    [job] = workflow["jobs"].values()
    assert job["permissions"] == {"actions": "read", "pull-requests": "write", **READING}
    for step in job["steps"]:
        assert "ref" not in step.get("with", {})
        assert "repository" not in step.get("with", {})
    text = "\n".join(scripts(workflow))
    assert "head -c 4000001" in text
    assert "select(.head.sha == env.HEAD_SHA)" in text


def test_the_token_is_in_no_step_that_reads_the_report() -> None:
    for step in steps(read("comment.yml")):
        if "leaderboard.checks.comment" in step.get("run", ""):
            assert "GH_TOKEN" not in step.get("env", {})


def test_the_site_is_deployed_from_main_only() -> None:
    workflow = read("site.yml")
    assert triggers(workflow) == {"push": {"branches": ["main"]}, "workflow_dispatch": None}
    assert workflow["jobs"]["build"]["permissions"] == READING
    assert workflow["jobs"]["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert len(workflow["jobs"]["deploy"]["steps"]) == 1


def commands() -> Iterator[tuple[str, list[str]]]:
    for path in FILES:
        for script in scripts(read(path.name)):
            for line in script.replace("\\\n", " ").splitlines():
                if line.strip().startswith("assay "):
                    yield path.name, shlex.split(line.partition(" > ")[0])[1:]


@pytest.mark.parametrize("words", [c for _, c in commands()], ids=[n for n, _ in commands()])
def test_every_command_of_ours_can_be_parsed(words: list[str]) -> None:
    command: Any = get_command(cli.app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context("assay", words)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of two submissions: `earlier` on one task and `mine` on another."""
    folder = tmp_path_factory.mktemp("packed")
    make(folder / "earlier")
    make(folder / "mine", tasks=("starter-tools/films",))
    return folder


def git(repository: Path, *words: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(repository), *who, *words], capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().strip()


def commit(repository: Path) -> str:
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "x")
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
def requested(tmp_path: Path, packed: Path, monkeypatch: pytest.MonkeyPatch) -> Request:
    """Runs the step of the check over a pull request, and makes its comment."""
    head = tmp_path / "head"
    submissions = head / "leaderboard" / "submissions"
    git(tmp_path, "init", "-q", "-b", "main", str(head))
    shutil.copyfile(HOME / ".gitignore", head / ".gitignore")
    shutil.copytree(packed / "earlier", submissions / "earlier")
    base = commit(head)
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "assay"
    program.write_text(f"#!{sys.executable}\nimport sys, cli\nsys.exit(cli.main())\n")
    program.chmod(0o755)
    [script] = [s for s in scripts(read("submission.yml")) if "assay check" in s]
    paths = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(HOME), "BASE": base}

    def request(change: Callable[[Path], object]) -> tuple[int, str]:
        change(submissions)
        commit(head)
        words = ["bash", "-e", "-c", script]
        done = subprocess.run(words, cwd=tmp_path, env=os.environ | paths, capture_output=True)
        make_comment(str(tmp_path / "report/report.json"), str(tmp_path / "comment.md"))
        return done.returncode, (tmp_path / "comment.md").read_text()

    monkeypatch.delenv("ASSAY_DATA", raising=False)
    return request


def add(name: str, to: Path, packed: Path) -> None:
    shutil.copytree(packed / "mine", to / name)


@needs_git
def test_a_pull_request_of_one_new_folder_is_accepted(requested: Request, packed: Path) -> None:
    code, comment = requested(lambda folder: add("mine", folder, packed))
    assert code == 0, comment
    assert "### Check of `mine`" in comment
    assert "Accepted: 1 result re-scored from the predictions" in comment


@needs_git
@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        (lambda folder, packed: (folder.parent / "new.py").write_text("pass"), 2, "new.py"),
        (lambda folder, packed: (folder / "_checked").write_text("{}"), 2, "_checked"),
        (lambda folder, packed: add("two", folder, packed), 1, "adds one submission"),
        (lambda folder, packed: (folder / "earlier/new").write_text(""), 1, "adds one submission"),
    ],
    ids=["a file outside", "a record", "two folders", "somebody else's folder"],
)
def test_a_pull_request_that_adds_more_is_refused(
    requested: Request, packed: Path, change: Callable[..., object], code: int, reason: str
) -> None:
    def both(folder: Path) -> None:
        add("mine", folder, packed)
        change(folder, packed)

    found, comment = requested(both)
    assert found == code
    assert reason in comment


@needs_git
@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        (lambda folder: shutil.rmtree(folder / "earlier"), 2, "earlier is no folder"),
        (lambda folder: (folder / "earlier").rename(folder / "later"), 1, "adds one submission"),
        (lambda folder: (folder / "earlier/model.yaml").unlink(), 2, "submitted before"),
        (lambda folder: (folder / "link").symlink_to("earlier"), 1, "adds one submission"),
    ],
    ids=["deletes", "renames", "changes", "links"],
)
def test_a_pull_request_that_touches_an_earlier_submission_is_refused(
    requested: Request, change: Callable[[Path], object], code: int, reason: str
) -> None:
    found, comment = requested(change)
    assert found == code
    assert reason in comment


@needs_git
def test_git_takes_every_file_of_a_submission(tmp_path: Path) -> None:
    names = ["manifest.json", "results/default/toolret_apibank/run.trec.gz"]
    paths = [f"leaderboard/submissions/my-bm25/{name}" for name in names]
    git(tmp_path, "init", "-q")
    shutil.copyfile(HOME / ".gitignore", tmp_path / ".gitignore")
    told = subprocess.run(
        ["git", "-C", str(tmp_path), "check-ignore", *paths], capture_output=True, text=True
    )
    assert (told.returncode, told.stdout) == (1, "")  # 1: none of them is ignored
