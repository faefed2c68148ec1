"""A verdict as a comment on a pull request.

Every text that a submission can have a say in stands in a code span, where Markdown, HTML, mentions
and references to issues mean nothing, without backquotes, in one line of bounded length.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import Field, StringConstraints, ValidationError

from leaderboard.checks.outcomes import Outcome, Status
from leaderboard.checks.summary import MARKS, Line, condensed, established
from leaderboard.fields import Strict
from leaderboard.submission.parsing import read_json
from leaderboard.submission.reading import problems
from leaderboard.submission.refusal import Refused

LINES, LONGEST = 60, 300
"""Lines of a comment that say what a check found, and characters of one."""
REPORT_BYTES = 4_000_000
"""Of the report that a comment is made from."""
MARKER = "<!-- assay check -->"
"""By which the comment is found again."""

_Record = TypeVar("_Record", bound=Strict)
Said = Annotated[str, StringConstraints(max_length=2000)]


class Told(Strict):
    """An outcome, as `Verdict.to_json` writes it."""

    check: Said
    status: Status
    message: Said
    task: Said | None
    result: Said | None


class Report(Strict):
    """A verdict, as `Verdict.to_json` writes it; it may come from a machine that nobody trusts."""

    schema_version: int
    submission: Said
    acceptable: bool
    rescored: int = Field(ge=0)
    self_reported: dict[Said, list[Said]]
    outcomes: list[Told] = Field(max_length=100_000)


class Reports(Strict):
    """What `assay check --json` prints."""

    submissions: list[dict[str, Any]] = Field(min_length=1, max_length=20)


class Failure(Strict):
    """What is there instead of a report where the check could not run."""

    error: Said


def markdown(report: Mapping[str, Any]) -> str:
    """The comment for a verdict's JSON.

    Raises:
        Refused: it is no such report.
    """
    told = _validated(Report, report)
    lines = condensed(Outcome(**outcome.model_dump()) for outcome in told.outcomes)
    failed = any(line.status == "failed" for line in lines)
    sentence = established(
        acceptable=told.acceptable and not failed,
        rescored=told.rescored,
        self_reported=told.self_reported,
        flags=sum(outcome.status == "flagged" for outcome in told.outcomes),
    )
    order = ("failed", "flagged", "skipped", "passed")
    ranked = sorted(lines, key=lambda line: order.index(line.status))
    shown = [_item(line) for line in ranked[:LINES]]
    if len(ranked) > LINES:
        shown.append(f"- and {len(ranked) - LINES} more, in the report of the run")
    head = [MARKER, f"### Check of {_code(told.submission)}", "", _code(sentence), ""]
    return "\n".join([*head, *shown]) + "\n"


def comment(data: bytes) -> str:
    """The comment for what `assay check --json` printed; where it is no such thing it says so."""
    try:
        if len(data) > REPORT_BYTES:
            raise Refused(f"the report of the check has more than {REPORT_BYTES:,} bytes")
        read = read_json(data, "the report of the check")
        if isinstance(read, dict) and "error" in read:
            return _nothing("Nothing was checked", _validated(Failure, read).error)
        return "\n".join(map(markdown, _validated(Reports, read).submissions))
    except Refused as error:
        return _nothing("The check gave no report", str(error))


def _nothing(title: str, why: str) -> str:
    return f"{MARKER}\n### {title}\n\n{_code(why)}\n"


def _validated(record: type[_Record], value: object) -> _Record:
    try:
        return record.model_validate(value)
    except ValidationError as error:
        raise Refused(f"the report of the check: {'; '.join(problems(error))}") from None


def _item(line: Line) -> str:
    return f"- {MARKS[line.status]} **{line.status}** {_code(line.check)} {_code(line.message)}"


def _code(text: str) -> str:
    """A text as a code span."""
    plain = "".join(c if c.isprintable() else " " for c in text.replace("`", "'"))
    plain = " ".join(plain.split()) or "-"
    return f"`{plain if len(plain) <= LONGEST else plain[: LONGEST - 3] + '...'}`"
