"""Nothing heavy is imported before it is needed. (Some versions of typer import pydantic.)"""

from __future__ import annotations

import subprocess
import sys
from ast import literal_eval
from importlib import import_module
from pathlib import Path

import pytest

import harness

HEAVY = ["torch", "transformers", "pandas", "pyarrow", "datasets", "bm25s", "scipy", "numba"]
IMPORT = "import harness"
HELP = "import sys, cli; assert cli.main({arguments}) == 0"


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        (IMPORT, [*HEAVY, "pydantic", "numpy", "rich", "typer"]),
        (HELP.format(arguments=["--help"]), [*HEAVY, "numpy"]),
        (HELP.format(arguments=["run", "--help"]), [*HEAVY, "numpy"]),
        (HELP.format(arguments=["--version"]), [*HEAVY, "numpy"]),
    ],
    ids=["import harness", "assay --help", "assay run --help", "assay --version"],
)
def test_what_is_heavy_waits(code: str, absent: list[str], tmp_path: Path) -> None:
    report = "import sys; print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        check=True,
    )
    loaded = literal_eval(done.stderr)
    assert {"harness", "cli"}.intersection(loaded)
    assert sorted(set(absent).intersection(loaded)) == []


def test_functions_are_not_hidden_by_modules_of_their_name() -> None:
    for name in harness.__all__:
        home = import_module(f"harness.{harness._HOME[name]}")
        assert getattr(harness, name) is getattr(home, name)
