"""The workflows: what runs for a pull request is ours, and what may write runs nothing of it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

import cli

HOME = Path(__file__).resolve().parents[2]
FILES = sorted((HOME / ".github" / "workflows").glob("*.yml"))
READING = {"contents": "read"}


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
    assert triggers(workflow) == {"pull_request": {"paths": ["leaderboard/submissions/**"]}}
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


def test_a_pull_request_of_several_folders_names_none() -> None:
    """The name is taken from the change by the same pattern that a submission's name has."""
    script = next(s for s in scripts(read("submission.yml")) if "assay check" in s)
    assert script.index("exit 1") < script.index("assay check")
    assert "^[a-z0-9][a-z0-9._-]{0,63}$" in script
