"""Fixtures shared by all tests. Tests never touch the network."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# A loaded machine is no failure, and a suite that passed passes again.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.load_profile("steady")

# A shell starts what it runs in the background with Ctrl-C ignored, which tests of Ctrl-C would be.
signal.signal(signal.SIGINT, signal.default_int_handler)

if root := os.environ.get("ASSAY_DATA"):  # tests change the working directory
    os.environ["ASSAY_DATA"] = str(Path(root).resolve())


LONGEST = ("test_kill.py", "test_numbers.py", "test_killed.py")
"""Files that take minutes: begun first, none of them keeps one process busy in the end alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture
def data() -> Path:
    """The folder of real data, named by ASSAY_DATA."""
    root = os.environ.get("ASSAY_DATA")
    if not root:
        pytest.skip("needs real data: set ASSAY_DATA to the folder that holds it")
    path = Path(root)
    if not path.is_dir():
        pytest.fail(f"ASSAY_DATA names {path}, which is not a folder")
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, or Chrome. One for all: Playwright starts once in a process."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs a Chromium: apt install chromium")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(
            executable_path=chromium, args=[*quiet, "--disable-background-networking"]
        )
        yield found
        found.close()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps what a test caches away from the user's own cache, and from other tests."""
    monkeypatch.setenv("ASSAY_CACHE", str(tmp_path / ".cache"))


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks every connection that leaves the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if host is not None and host not in {"127.0.0.1", "::1", "localhost"}:
            raise OSError(f"the tests are offline: refused a connection to {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
