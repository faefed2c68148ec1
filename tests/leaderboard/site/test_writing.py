"""Files of a site onto the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UserError
from leaderboard.site.writing import Writer, refuse_collisions


def test_files_lie_where_their_paths_say_and_are_counted(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.write("index.html", b"home")
    writer.write("data/rows/a.js", b"a row")
    assert (tmp_path / "index.html").read_bytes() == b"home"
    assert (tmp_path / "data" / "rows" / "a.js").read_bytes() == b"a row"
    assert (writer.paths, writer.bytes) == (["index.html", "data/rows/a.js"], 9)


@pytest.mark.parametrize("path", ["../out.html", "/etc/passwd", "a\\..\\b", "", "a/../../b"])
def test_no_page_is_written_outside_the_site(path: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        Writer(tmp_path).write(path, b"")


@pytest.mark.parametrize("other", ["tasks/A.html", "tasks/a.html"])
def test_two_names_for_one_file_are_an_error(other: str) -> None:
    with pytest.raises(UserError, match=r"tasks/a\.html"):
        refuse_collisions([other, "tasks/a.html"])
