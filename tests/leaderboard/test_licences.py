"""Texts are shown only where anybody may pass them on."""

from __future__ import annotations

import pytest

from leaderboard.licences import shows_text


@pytest.mark.parametrize(
    "licence",
    ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-3.0", "Apache-2.0", "MIT", "ODC-By", "ODC-By-1.0",
     "public domain", " mit "],
)  # fmt: skip
def test_open_licences_show_texts(licence: str) -> None:
    assert shows_text(licence)


@pytest.mark.parametrize(
    "licence",
    ["", "unknown", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-SA-4.0", "CC-BY-SA", "proprietary",
     "MIT, but ask first", "various: MIT and CC-BY-NC-4.0", "GPL-3.0-only", "Apache-2.0\nplus"],
)  # fmt: skip
def test_everything_else_hides_them(licence: str) -> None:
    assert not shows_text(licence)
