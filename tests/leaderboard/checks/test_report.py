"""What a person sees of a verdict: in a terminal, and under a pull request."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from submitted import edit_text

from leaderboard.checks import Outcome, Verdict, check
from leaderboard.checks.comment import main
from leaderboard.checks.markdown import comment, markdown
from leaderboard.checks.report import report
from leaderboard.checks.summary import condensed, established

HOSTILE = "`@everyone` <img src=x onerror=alert(1)>\n\n# [x](javascript:alert(1)) | #1 ‮ \x1b[2J"


def printed(folder: Path) -> str:
    screen = Console(file=io.StringIO(), width=120, markup=False, color_system=None)
    for item in report(check(folder)):
        screen.print(item)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def verdict(*outcomes: Outcome) -> Verdict:
    return Verdict(Path("x"), "x", outcomes)


def test_every_check_is_named_with_a_word_and_a_mark(submission: Path) -> None:
    text = printed(submission)
    for name in ("folder", "hashes", "card", "scores", "copy of gold", "same files"):
        assert re.search(rf"✓ passed +{name}", text), name
    assert re.search(r"– skipped +2 checks +no base revision was named", text)
    assert "Accepted: 1 result re-scored from the predictions." in text


def test_a_refusal_says_why(submission: Path) -> None:
    edit_text(submission / "model.yaml", "BM25", "BM26")
    text = printed(submission)
    assert re.search(r"✗ failed +hashes .*model\.yaml", text)
    skipped = " ".join(text.partition("– skipped   22 checks")[2].split())
    assert skipped.startswith("because 'hashes' did not pass: schema, entry, task, setting")
    assert "Refused" in text


def test_results_share_a_line_where_a_check_says_the_same_of_them() -> None:
    lines = condensed(
        [
            Outcome("task", "passed", "version 1", "a/1"),
            Outcome("task", "passed", "version 2", "a/2"),
            Outcome("task", "failed", "no such task", "a/3"),
            Outcome("data", "skipped", "because 'task' did not pass", "a/3"),
            Outcome("ids", "skipped", "because 'task' did not pass", "a/3"),
        ]
    )
    assert [(line.check, line.status, line.message) for line in lines] == [
        ("task", "passed", "2 results"),
        ("task", "failed", "a/3: no such task"),
        ("2 checks", "skipped", "because 'task' did not pass: data, ids"),
    ]


def test_the_last_sentence_tells_what_was_established() -> None:
    assert established(
        acceptable=True, rescored=2, self_reported={"no data": ["a", "b", "c"]}, flags=1
    ) == (
        "Accepted: 2 results re-scored from the predictions; 3 self-reported (no data); "
        "1 thing for a maintainer to look at."
    )


def test_json_is_plain_and_names_no_place(submission: Path) -> None:
    told = check(submission).to_json()
    text = json.dumps(told)
    assert told["acceptable"] is True
    assert str(submission.parent) not in text
    assert {"check", "status", "message", "task", "result"} == told["outcomes"][0].keys()


def test_a_comment_holds_nothing_that_markdown_would_act_on() -> None:
    told = verdict(Outcome(HOSTILE, "failed", HOSTILE, HOSTILE, HOSTILE)).to_json()
    told |= {"submission": HOSTILE, "self_reported": {HOSTILE: [HOSTILE]}}
    text = markdown(told)

    outside = re.sub(r"`[^`\n]*`", "", text.replace("<!-- assay check -->", ""))
    assert not re.search(r"[@<>\[\]()|\x1b‮`]|#1", outside)
    assert "alert" in text
    assert "alert" not in outside


def test_a_comment_has_a_bounded_length() -> None:
    outcomes = [Outcome(f"check {i}", "failed", "x" * 1900, "t", None) for i in range(500)]
    text = markdown(verdict(*outcomes).to_json())
    assert len(text) < 65_536  # characters that GitHub takes
    assert "- and 440 more" in text


def test_a_report_that_calls_itself_acceptable_is_judged_by_its_outcomes() -> None:
    told = verdict(Outcome("keys", "failed", "a key")).to_json() | {"acceptable": True}
    assert "`Refused: see what failed.`" in markdown(told)


@pytest.mark.parametrize(
    "change",
    [
        {"outcomes": "x"},
        {"outcomes": [{"check": 1}]},
        {"more": HOSTILE},
        {"rescored": -1},
        {"submission": "x" * 3000},
    ],
)
def test_a_forged_report_gives_a_comment_that_says_so(change: dict[str, Any]) -> None:
    told = {"submissions": [verdict(Outcome("keys", "passed", "none")).to_json() | change]}
    assert "The check gave no report" in comment(json.dumps(told).encode())


def test_a_check_that_could_not_run_says_why_in_its_comment() -> None:
    text = comment(b'{"error": "two folders `x` <b>"}')
    assert "### Nothing was checked" in text
    assert "`two folders 'x' <b>`" in text


def test_an_error_of_another_shape_is_no_report() -> None:
    assert "gave no report" in comment(b'{"error": ["x"]}')
    assert "gave no report" in comment(b'{"error": "x", "submissions": []}')


@pytest.mark.parametrize("data", [b"", b"\xff", b"[" * 100_000, b"{}", b" " * 5_000_000])
def test_what_is_no_report_gives_a_comment_that_says_so(data: bytes) -> None:
    text = comment(data)
    assert "The check gave no report" in text
    assert len(text) < 1000


def test_the_workflow_makes_its_comment_from_a_file(submission: Path, tmp_path: Path) -> None:
    told, out = tmp_path / "report.json", tmp_path / "comment.md"
    told.write_text(json.dumps({"submissions": [check(submission).to_json()]}))
    main(str(told), str(out))
    assert out.read_text().startswith("<!-- assay check -->\n### Check of `bm25-own`\n")

    main(str(tmp_path / "nothing.json"), str(out))
    assert "The check gave no report" in out.read_text()
