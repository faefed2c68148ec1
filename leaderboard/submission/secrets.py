"""Keys and passwords in what is about to be published.

A file is searched for the fixed beginnings that providers give their keys, then for the whole form
of those that occur, so that a run of millions of lines costs little. What only looks alike, such as
ids made of words, hashes or base64, is told apart by its letters and digits being mixed as chance
mixes them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.store import PER_QUERY, RUN
from leaderboard.submission import limits
from leaderboard.submission.files import gunzip, read_bytes

TABLES = (RUN, PER_QUERY)
"""Hold no escapes where a key could stand, and are long."""
SHORTEST = 8
"""Characters of a variable's value below which it is too common to be searched for."""
_VARIABLE = re.compile(r".*_(API_KEY|TOKEN|SECRET|PASSWORD)", re.IGNORECASE)
_ESCAPE = re.compile(rb"\\(?:(?:u00|x)([2-7][0-9A-Fa-f])|[nrt])")
"""An ordinary character, or the end of a line, as JSON or YAML may write it."""
_KINDS = rb"[0-9]", rb"[A-Z]", rb"[a-z]"
_START, _END = rb"(?<![A-Za-z0-9_\-])", rb"(?![A-Za-z0-9_\-])"


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a key stands. What it is, is never kept."""

    file: str
    line: int
    """Counted from 1."""
    kind: str
    """Whose it looks like, or the variable that holds it."""

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.kind}"


@dataclass(frozen=True)
class _Form:
    """What the keys of one provider look like.

    Attributes:
        kind: as a message names it.
        marks: one of which every such key holds.
        pattern: of the whole key; its last group is the part that chance made.
        secret: whether that part looks as chance makes it.
    """

    kind: str
    marks: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    secret: Callable[[bytes], bool] = bool

    def starts(self, data: bytes) -> Iterator[int]:
        """Where in the data a key of this form begins."""
        if any(mark in data for mark in self.marks):
            for match in self.pattern.finditer(data):
                if self.secret(match[match.lastindex or 0]):
                    yield match.start()


def find_secrets(
    files: Mapping[str, bytes] | Iterable[tuple[str, bytes]], values: Mapping[str, str] = {}
) -> list[Secret]:
    """Every key that files hold.

    Args:
        files: path -> content, decompressed; or pairs of both, looked at one by one.
        values: name of a variable -> value that must not occur: see `values_of`.

    Returns:
        In order of file and line, each place once.
    """
    pairs = files.items() if isinstance(files, Mapping) else files
    found = {secret for name, data in pairs for secret in _in_file(name, data, values)}
    return sorted(found, key=lambda secret: (secret.file, secret.line, secret.kind))


def secrets_in(files: Mapping[str, Path], values: Mapping[str, str] = {}) -> list[Secret]:
    """Every key in the files of a submission, those that are compressed included.

    Args:
        files: as `safe_files` gives them.
        values: as for `find_secrets`.

    Raises:
        Refused: a file cannot be read within its limit.
    """
    return find_secrets(((name, _content(path)) for name, path in files.items()), values)


def values_of(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Environment variables that hold a key, by the end of their name.

    Short values and plain words are left out: they occur by chance.
    """
    return {
        name: value
        for name, value in sorted(environment.items())
        if _VARIABLE.fullmatch(name) and len(value) >= SHORTEST and not value.isalpha()
    }


def _in_file(name: str, data: bytes, values: Mapping[str, str]) -> Iterator[Secret]:
    if not name.endswith(TABLES):
        data = _ESCAPE.sub(lambda match: bytes([int(match[1] or b"20", 16)]), data)
    for form in _FORMS:
        for start in form.starts(data):
            yield Secret(name, _line(data, start), form.kind)
    for variable, value in values.items():
        for written in {value, json.dumps(value)[1:-1]}:
            if (start := data.find(written.encode("utf-8", "surrogateescape"))) >= 0:
                yield Secret(name, _line(data, start), f"the value of {variable}")


def _content(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gunzip(path, limits.RUN_INFLATED)
    return read_bytes(path, limits.FILE_BYTES)


def _line(data: bytes, start: int) -> int:
    return data.count(b"\n", 0, start) + 1


def _mixed(body: bytes) -> bool:
    """True for letters and digits as chance mixes them; false for words with dashes and numbers."""
    if min(len(re.findall(kind, body)) for kind in _KINDS) >= 2:
        return True
    return any(
        all(re.search(kind, run) for kind in _KINDS) or len(re.findall(rb"[0-9]", run)) >= 4
        for run in re.findall(rb"[A-Za-z0-9]{16,}", body)
        if not run.isdigit()
    )


def _form(kind: str, marks: str, body: str, secret: Callable[[bytes], bool] = bool) -> _Form:
    """Keys of one or several beginnings, each followed by `body`."""
    beginnings = tuple(mark.encode() for mark in marks.split())
    either = b"|".join(map(re.escape, beginnings))
    pattern = re.compile(_START + b"(?:" + either + b")(" + body.encode() + b")" + _END)
    return _Form(kind, beginnings, pattern, secret)


_NAMED = re.compile(
    rb"""(?i)(?:api[_-]?key|access[_-]?key|secret[_-]?key|client[_-]?secret|password|passwd|secret
    |(?:api|access|auth|hf|bearer)[_-]?token)\\?["']?\s*[:=]\s*\\?["']?([A-Za-z0-9_\-./+]{16,})""",
    re.VERBOSE,
)
_NAMES = tuple(b"key KEY Key ecret ECRET assw ASSW oken OKEN".split())
_SLACK = "xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xapp-"
_PROVIDERS = "gsk_ xai- nvapi- pplx- r8_ tvly- jina_ pa-"
_FORMS = (
    _form("a token of Hugging Face (hf_)", "hf_", r"[A-Za-z0-9]{30,}"),
    _form("a token of GitHub", "ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9]{36,}"),
    _form("a token of GitHub", "github_pat_", r"[A-Za-z0-9_]{40,}"),
    _form("a key of Amazon Web Services", "AKIA ASIA", r"[A-Z0-9]{16}"),
    _form("a key of Google (AIza)", "AIza", r"[A-Za-z0-9_-]{35}"),
    _form("a token of Google (ya29.)", "ya29.", r"[A-Za-z0-9_-]{30,}"),
    _form("a key of Stripe", "sk_live_ rk_live_ sk_test_", r"[A-Za-z0-9]{16,}"),
    _form("a key of SendGrid", "SG.", r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    _form("a token of npm", "npm_", r"[A-Za-z0-9]{36}"),
    _form("a token of PyPI", "pypi-AgEI", r"[A-Za-z0-9_-]{50,}"),
    _form("a key of OpenAI, Anthropic or alike (sk-)", "sk-", r"[A-Za-z0-9_-]{20,}", _mixed),
    _form("a token of GitLab (glpat-)", "glpat-", r"[A-Za-z0-9_.-]{20,}", _mixed),
    _form("a token of Slack", _SLACK, r"[A-Za-z0-9-]{10,}", _mixed),
    _form("a key of a model provider", _PROVIDERS, r"[A-Za-z0-9_-]{30,}", _mixed),
    _Form(
        "a private key",
        (b"PRIVATE KEY",),
        re.compile(rb"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"),
    ),
    _Form(
        "a signed token (JWT)",
        (b"eyJ",),
        re.compile(_START + rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    ),
    _Form(
        "an authorisation header",
        (b"earer ", b"EARER ", b"asic "),
        re.compile(rb"(?i)\b(?:bearer|authorization:\s*basic)\s+([A-Za-z0-9_\-./+=]{16,})"),
        _mixed,
    ),
    _Form(
        "a password in a web address",
        (b"://",),
        re.compile(rb"[a-z][a-z0-9+.-]{1,15}://[^\s/:@\"'<>]{1,64}:([^\s/:@\"'<>]{4,})@[\w.-]+"),
    ),
    _Form("a value named as a key", _NAMES, _NAMED, _mixed),
)
