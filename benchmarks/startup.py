"""How long the command line and the library take to be there.

    python benchmarks/startup.py

Each time is the best of five fresh processes, start of Python included. The bar is 0.3 s.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from time import perf_counter

BAR = 0.3
REPEATS = 5
CASES = {
    "python -c pass": "pass",
    "import harness": "import harness",
    "assay --help": "import cli; cli.main(['--help'])",
    "assay run --help": "import cli; cli.main(['run', '--help'])",
}


def main() -> int:
    """Prints a line a case; exit code 1 when one misses the bar."""
    print(f"Python {sys.version.split()[0]}, typer {version('typer')}, rich {version('rich')}")
    best = {name: min(seconds(code) for _ in range(REPEATS)) for name, code in CASES.items()}
    for name, time in best.items():
        print(f"{name:<18} {time:.3f} s   bar {BAR} s   {'ok' if time < BAR else 'MISSED'}")
    return int(max(best.values()) >= BAR)


def seconds(code: str) -> float:
    """The wall time of one fresh process."""
    start = perf_counter()
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
