"""Where every page and data file of the site lies, relative to its root."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urlencode

HOME, COMPARE, REPRODUCTION, INSTRUCTIONS, SUBMIT, ABOUT = (
    "index.html",
    "compare.html",
    "reproduction.html",
    "instructions.html",
    "submit.html",
    "about.html",
)
ASSETS = "assets"


def slug(name: str) -> str:
    """A name as a part of a path: letters, digits, ".", "_", "-"; "/" is "--", the rest is ~hex.

    It never begins with a dot, so it can neither leave its folder nor be hidden.
    """
    safe = re.sub(r"[^A-Za-z0-9._/-]", lambda m: f"~{m.group().encode().hex()}", name)
    return re.sub(r"^\.", "~2e", safe).replace("/", "--") or "~"


def suite_page(name: str) -> str:
    """The page of a suite."""
    return f"suites/{slug(name)}.html"


def task_page(name: str) -> str:
    """The page of a task."""
    return f"tasks/{slug(name)}.html"


def model_page(system: str) -> str:
    """The page of a system."""
    return f"models/{slug(system)}.html"


def doc_page(name: str) -> str:
    """A page of the documentation, by the name of its Markdown file without the suffix."""
    return f"docs/{slug(name)}.html"


def compare_page(rows: Sequence[str] = (), task: str | None = None) -> str:
    """The compare page, opened on some rows and perhaps on one task."""
    state = {"rows": ",".join(rows)} if rows else {}
    if task is not None:
        state["task"] = task
    return f"{COMPARE}#{urlencode(state, quote_via=quote)}" if state else COMPARE


def suite_data(name: str, suffix: str) -> str:
    """Everything that a suite's tables show, as "csv" or "json"."""
    return f"data/suites/{slug(name)}.{suffix}"


def suite_measure(name: str, measure: str) -> str:
    """The script with one measure of a suite: what its heat table, plots and sorting need."""
    return f"data/suites/{slug(name)}/{slug(measure)}.js"


def row_details(row: str) -> str:
    """The script with all that is known of one row's numbers, in every suite."""
    return f"data/cells/{slug(row)}.js"


def task_data(name: str, suffix: str) -> str:
    """What a task's page shows, as "js", "csv" or "json"."""
    return f"data/tasks/{slug(name)}.{suffix}"


def lineage_data(system: str) -> str:
    """Where a checkpoint comes from, as JSON."""
    return f"data/lineage/{slug(system)}.json"


def row_data(row: str) -> str:
    """The script with a row's values for every query."""
    return f"data/rows/{slug(row)}.js"


def queries_data(digest: str) -> str:
    """The script with the queries of one state of a task's data."""
    return f"data/queries/{slug(digest)}.js"


def samples_data(submission: str) -> str:
    """The script with what a submission answered."""
    return f"data/samples/{slug(submission)}.js"


def printed_table(table: str) -> str:
    """Our transcription of a printed table."""
    return f"data/printed/{slug(table)}.csv"


def root_of(path: str) -> str:
    """What leads from a page back to the site's root: "" or "../"."""
    return "../" * path.count("/")
