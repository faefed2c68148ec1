"""Python where neither torch nor what is built on it can be imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_BEFORE = """
import sys
for name in ("torch", "transformers", "sentence_transformers"):
    sys.modules[name] = None
from harness import load_model
"""


def printed(program: str) -> str:
    """What a program prints there, which finds `load_model` imported."""
    home = Path(__file__).parents[2]
    command = [sys.executable, "-c", _BEFORE + program]
    return subprocess.run(command, cwd=home, capture_output=True, text=True, check=True).stdout
