"""Numbers that the browser prints, run in node, are those that the pages print."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from leaderboard import site
from leaderboard.site.formats import shown

SCRIPT = Path(site.__file__).parent / "assets" / "numbers.js"


def in_node(expression: str, given: Any) -> Any:
    """The value of a JavaScript expression over `given`, with the page's numbers at hand."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    program = "\n".join(
        [
            "globalThis.window = { assay: {} };",
            SCRIPT.read_text(),
            "const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));",
            "const { assay } = window;",
            f"process.stdout.write(JSON.stringify({expression}));",
        ]
    )
    told = subprocess.run(
        [node, "-e", program], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    return json.loads(told.stdout)


def test_values_are_rounded_as_the_pages_round_them() -> None:
    draws = random.Random(4)
    values = [round(draws.uniform(-1, 1), 6) for _ in range(500)]
    # halfway between two: 3.125 and 9.375 of shares, and what only looks so: 1.005, 2.675
    values += [1 / 32, 3 / 32, 5 / 32, -1 / 32, 0.01005, 0.02675, 0.0, -0.00001, 1.0, 0.125, 2.5]
    given = [(value, unit, digits) for value in values for unit in ("", "s") for digits in range(5)]
    found = in_node("given.map(([value, unit, digits]) => assay.shown(value, unit, digits))", given)
    assert found == [shown(*each) for each in given]


def test_halfway_goes_to_the_even_digit() -> None:
    # 100/32 = 3.125 and 300/32 = 9.375
    assert in_node("given.map((value) => assay.shown(value))", [1 / 32, 3 / 32]) == ["3.12", "9.38"]


def test_texts_stay_and_numbers_become_texts_by_their_unit() -> None:
    data = {"rows": ["a"], "columns": ["x", "y", "z"], "values": [[0.5, "31.4†", None]],
            "intervals": [[[0.25, 0.75], None]]}  # fmt: skip
    shares, seconds = in_node("[assay.asTexts(given), assay.asTexts({...given}, 'seconds')]", data)
    assert shares == data | {
        "values": [["50.00", "31.4†", None]],
        "intervals": [[["25.00", "75.00"], None]],
    }
    assert seconds["values"] == [["0.50", "31.4†", None]]
