"""Data as scripts: pages opened from a folder can load a script, but may not fetch a file."""

from __future__ import annotations

import json
import re
from typing import Any

from leaderboard.site.plain_json import as_json

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def in_script(value: Any) -> str:
    """A value as JSON that is safe in a script, in a file or inside a page.

    Nothing in it can end a script element, open a comment or break a string: everything beyond
    ASCII, and the characters that mean something to HTML, is escaped.

    Raises:
        ValueError: a number that is not finite.
    """
    return _escaped(value).decode("ascii")


def script(key: str, value: Any) -> bytes:
    """The file that hands `value` to the page which asked for `key`."""
    return b"assay.put(%b,%b);\n" % (_escaped(key), _escaped(value))


def _escaped(value: Any) -> bytes:
    text = as_json(value)
    if not text.isascii():
        text = _BEYOND_ASCII.sub(lambda m: json.dumps(m.group())[1:-1], text.decode()).encode()
    return text.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")
