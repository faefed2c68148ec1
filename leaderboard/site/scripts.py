"""Data as scripts: pages opened from a folder can load a script, but may not fetch a file."""

from __future__ import annotations

import json
from typing import Any


def in_script(value: Any) -> str:
    """A value as JSON that is safe in a script, in a file or inside a page.

    Nothing in it can end a script element, open a comment or break a string: everything beyond
    ASCII, and the characters that mean something to HTML, is escaped.

    Raises:
        ValueError: a number that is not finite.
    """
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def script(key: str, value: Any) -> bytes:
    """The file that hands `value` to the page which asked for `key`."""
    return f"assay.put({in_script(key)},{in_script(value)});\n".encode("ascii")
