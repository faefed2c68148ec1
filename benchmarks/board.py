"""The board at scale: python benchmarks/board.py [SUBMISSIONS]

1,000 synthetic submissions with every task of MAIR (126) and 80 queries a task, written by
`tests/leaderboard/synthetic_submissions.py`; the time that takes is not counted. A fresh process
assembles the board and builds the site. Then the largest suite page is opened from its folder in
Chromium, where Playwright and Chromium are there.

Memory is the sum over all processes of the build, pages that they share counted once (PSS).
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "tests" / "leaderboard"))
from synthetic_submissions import write_board

SUITE, QUERIES, REPEATS = "mair", 80, 5
BARS = {
    "assemble and build": (20, "s"),
    "peak memory": (2048, "MB"),
    "first view, compressed": (300, "kB"),
    "interactive": (1000, "ms"),
    "filter": (100, "ms"),
    "sort": (100, "ms"),
}
BUILD = """
import json, sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import perf_counter
start = perf_counter()
from leaderboard.board.assembly import assemble
from leaderboard.site import build
board = assemble(Path(sys.argv[1]), printed=False)
middle = perf_counter()
built = build(board, Path(sys.argv[2]))
end = perf_counter()
busy = sum(sum(getrusage(who)[:2]) for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
print(json.dumps([middle - start, end - middle, busy, built.pages, built.bytes]))
"""


def main() -> int:
    """Prints a line a number; exit code 1 when one misses its bar."""
    systems = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    busy = os.getloadavg()[0]
    print(f"{systems:,} submissions; {busy:.1f} other processes were running at the start")
    with tempfile.TemporaryDirectory() as folder:
        written = write_board(Path(folder), systems=systems, suite=SUITE, queries=QUERIES)
        site = Path(folder) / "site"
        found = dict(built(written, site))
        page = site / "suites" / f"{SUITE}.html"
        found["first view, compressed"] = first_view(page) / 1000
        found |= in_browser(page)
    for name, value in found.items():
        bar, unit = BARS[name]
        verdict = "ok" if value < bar else "MISSED"
        print(f"{name:<24} {value:8.1f} {unit:<3} bar {bar:>5} {unit:<3} {verdict}")
    return int(any(value >= BARS[name][0] for name, value in found.items()))


def built(submissions: Path, site: Path) -> Iterator[tuple[str, float]]:
    """Seconds and megabytes of building in a fresh process."""
    start, peak = perf_counter(), 0
    command = [sys.executable, "-c", BUILD, str(submissions), str(site)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(resident, family(process.pid))))
            sleep(0.5)
        seconds = perf_counter() - start
        output = process.stdout.read() if process.stdout else ""
    if process.returncode:
        sys.exit(f"the build failed with {process.returncode}")
    assembly, building, busy, pages, size = json.loads(output)
    print(f"assembled in {assembly:.1f} s, built in {building:.1f} s ({busy:.1f} s of ", end="")
    print(f"{os.cpu_count()} cores): {pages:,} pages, {size / 1e6:,.0f} MB of files")
    yield "assemble and build", seconds
    yield "peak memory", peak / 1e6


def family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has just ended
        return []
    return [pid, *(below for child in children for below in family(int(child)))]


def resident(pid: int) -> int:
    """Bytes that a process holds, its part of what it shares with others."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.M)[1]) * 1024  # type: ignore[index]


def first_view(page: Path) -> int:
    """Bytes, compressed one by one as a server does, of a page and all that it loads at once."""
    html = page.read_text()
    linked = re.findall(r'<(?:script|link)\b[^>]*?\b(?:src|href)="([^"#]+)"', html)
    files = [page, *((page.parent / link).resolve() for link in linked)]
    sizes = {file.name: len(gzip.compress(file.read_bytes(), 6)) for file in files}
    print(", ".join(f"{name} {size / 1000:.0f} kB" for name, size in sizes.items()))
    return sum(sizes.values())


def in_browser(page: Path) -> dict[str, float]:
    """Milliseconds until the page can be used, and of a keystroke and a click on it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        print("no Chromium with Playwright here: the page was not opened")
        return {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        runs = [opened(browser, page.as_uri()) for _ in range(REPEATS)]
        print(f"Chromium {browser.version}, median of {REPEATS}; the page's table has ", end="")
        print(f"{runs[0].pop('rows'):,.0f} rows, first paint {runs[0].pop('paint'):.0f} ms")
        browser.close()
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def opened(browser: Any, url: str) -> dict[str, float]:
    """One visit: nothing is kept from the one before."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(url)
    page.wait_for_timeout(500)  # tasks after loading count as well
    found: dict[str, float] = page.evaluate(MEASURE)
    context.close()
    return found


WATCH = """
window.busy = 0;
const seen = (task) => { window.busy = Math.max(window.busy, task.startTime + task.duration); };
new PerformanceObserver((list) => list.getEntries().forEach(seen))
  .observe({type: 'longtask', buffered: true});
"""
"""When the last task of more than 50 ms ended."""

MEASURE = """
async () => {
  const table = document.querySelector('table[data-enhance]');
  const search = document.querySelector('[data-search]');
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  async function until(act, state) {
    await painted();
    const before = state(), start = performance.now();
    act();
    do await painted(); while (state() === before && performance.now() - start < 5000);
    return performance.now() - start;
  }
  const navigation = performance.getEntriesByType('navigation')[0];
  const interactive = Math.max(navigation.domContentLoadedEventEnd, window.busy);
  const count = () => document.querySelector('[data-count]').textContent;
  const type = (text) => () => {
    search.value = text;
    search.dispatchEvent(new Event('input', {bubbles: true}));
  };
  const filters = [], sorts = [];
  for (const text of ['7', '77', '']) filters.push(await until(type(text), count));
  const header = Array.from(table.tHead.querySelectorAll('th[data-type=number]')).at(-1);
  const sorting = () => header.getAttribute('aria-sort');
  for (const way of [1, 2]) sorts.push(await until(() => header.click(), sorting));
  return {
    rows: table.tBodies[0].rows.length,
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    interactive, filter: Math.max(...filters), sort: Math.max(...sorts),
  };
}
"""
"""Each action counts until the frame that shows its result; of several the slowest."""


if __name__ == "__main__":
    sys.exit(main())
