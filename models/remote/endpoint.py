"""Where requests go, and the key that goes with them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.errors import UserError

OPENAI_URL = "https://api.openai.com/v1"
NO_KEY = "none"
"""Sent to a server that is named by its address and wants no key."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIKE_A_KEY = re.compile(
    r"(?i:\bbearer\s+)\S+|\b(?:sk|pk|rk|gsk|hf|xai|nvapi|pplx)[-_][\w*.-]{6,}|\S*\*{3,}\S*"
)
"""What servers echo of keys: the key itself, or its ends with stars between them."""
_LONG_KEY, _END = 12, 6
"""A key of that many characters is told by its first or last few."""
_LONGEST = 400
"""Characters of a server's message that are shown."""


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible server.

    Attributes:
        base_url: its address, such as "http://localhost:8000/v1"; None means the environment
            variable OPENAI_BASE_URL, or else OpenAI.
        key_env: name of the environment variable that holds the key. The key goes to whatever
            server is named.

    Raises:
        UserError: the address is none or holds credentials, or `key_env` is not a name. What was
            given is not repeated, as it may be a secret.
    """

    base_url: str | None = None
    key_env: str = "OPENAI_API_KEY"

    def __post_init__(self) -> None:
        if not _VARIABLE.fullmatch(self.key_env):
            raise UserError(
                "key_env is the NAME of an environment variable, such as OPENAI_API_KEY, "
                "and never the key itself"
            )
        if self.base_url:
            _refuse_unsafe(self.base_url, "base_url")

    @property
    def url(self) -> str | None:
        """The address in force, None for OpenAI's own."""
        if self.base_url:
            return self.base_url
        url = os.environ.get("OPENAI_BASE_URL", "").strip()
        if url:
            _refuse_unsafe(url, "the environment variable OPENAI_BASE_URL")
        return url or None

    @property
    def shown(self) -> str:
        """The server as a person reads it: host, port and path."""
        parts = urlsplit(self.url or OPENAI_URL)
        return f"{parts.netloc}{parts.path}".rstrip("/")

    @property
    def openai(self) -> bool:
        """Whether OpenAI itself answers there, or its models at Azure."""
        return self.host.endswith((".openai.com", ".openai.azure.com"))

    @property
    def host(self) -> str:
        """The server's host, by which prices go."""
        return urlsplit(self.url or OPENAI_URL).hostname or ""

    def key(self) -> str:
        """The key, from the environment.

        Raises:
            UserError: it is not set and the server needs one, or it holds characters that no
                header can carry.
        """
        key = os.environ.get(self.key_env, "").strip()
        if not key and self.url and self.key_env == "OPENAI_API_KEY":
            return NO_KEY
        if not key:
            raise UserError(
                f"no key for {self.shown}: set the environment variable {self.key_env}, name "
                "another with key_env=, or give the address of a server with base_url="
            )
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise UserError(
                f"the environment variable {self.key_env} holds no key: it has blanks, line breaks "
                "or characters that are not ASCII"
            )
        return key

    def scrubbed(self, text: object) -> str:
        """A text in one printable line, without anything that looks like a key."""
        line = " ".join(str(text).split())
        key = os.environ.get(self.key_env, "").strip()
        if len(key) >= 4:
            line = line.replace(key, "[key]")
        if len(key) >= _LONG_KEY:
            head, tail = re.escape(key[:_END]), re.escape(key[-_END:])
            line = re.sub(rf"\S*{head}\S*|\S*{tail}\S*", "[key]", line)
        line = _LIKE_A_KEY.sub("[key]", line)
        line = "".join(c if c.isprintable() else "?" for c in line)
        return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _refuse_unsafe(url: str, where: str) -> None:
    """Refuses what is no address, and an address that could hold a secret, without repeating it."""
    try:
        parts = urlsplit(url)
        well_formed = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        well_formed = False
    if not well_formed:
        raise UserError(
            f"{where} is no address of a server: it looks like http://localhost:8000/v1"
        )
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UserError(
            f"{where} may hold neither a name and password nor a query (?...): the key belongs in "
            "an environment variable, named by key_env="
        )
