"""Shows a built site on this machine."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness.errors import UserError

ADDRESS = "127.0.0.1"
"""Nobody but this machine is served."""


class _Handler(SimpleHTTPRequestHandler):
    """Files of a folder, never kept by the browser, without a line for each request."""

    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of a folder that is ready to be asked; port 0 takes a free one.

    Raises:
        UserError: there is no site in the folder, or the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise UserError(f"{folder} holds no site: build one with assay board build --out {folder}")
    try:
        found = ThreadingHTTPServer((ADDRESS, port), partial(_Handler, directory=str(folder)))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"cannot serve on port {port} of {ADDRESS} ({reason}): choose another with --port"
        ) from error
    found.daemon_threads = True
    return found


def serve(folder: Path, port: int) -> None:
    """Serves a built site on 127.0.0.1 until Ctrl-C, and prints where.

    Raises:
        UserError: there is no site in the folder, or the port is taken.
    """
    with server(folder, port) as running, suppress(KeyboardInterrupt):
        print(  # noqa: T201
            f"http://{ADDRESS}:{running.server_port}/  (Ctrl-C stops)", flush=True
        )
        running.serve_forever()
