"""A site on this machine."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from harness.errors import UserError
from leaderboard.site.serving import server


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<h1>here</h1>")
    return tmp_path


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    with server(site, 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_pages_are_served_to_this_machine_and_never_kept(address: str) -> None:
    with urlopen(f"{address}/") as answer:
        assert answer.read() == b"<h1>here</h1>"
        assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_outside_the_folder_is_served(address: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{address}/../../etc/passwd")
    refused.value.close()
    assert refused.value.code == 404


def test_only_this_machine_is_listened_to(site: Path) -> None:
    with server(site, 0) as running:
        assert running.server_address[0] == "127.0.0.1"


def test_a_folder_without_a_site_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="assay board build"):
        server(tmp_path, 0)


def test_a_taken_port_is_said(site: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UserError, match="--port"):
            server(site, taken.getsockname()[1])
    with pytest.raises(UserError, match="--port"):
        server(site, 70_000)


def test_ctrl_c_stops_it_without_a_word(site: Path) -> None:
    code = (
        "from pathlib import Path; from leaderboard.site import serve; "
        f"serve(Path({str(site)!r}), 0)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20) == ("", "")
    assert process.returncode == 0
