"""The cache of embeddings on a screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.cache import (
    Checked,
    CompletionsInfo,
    Pruned,
    PrunedCompletions,
    SpaceInfo,
    Verification,
)
from harness.render.cache import pruned, pruned_completions, space_list, verification

Screen = Callable[..., str]

SPACE = SpaceInfo(
    folder=Path("/cache/embeddings/0123456789abcdef"),
    name='st("name")',
    identity={"model": "name"},
    texts=43_000,
    blocks=12,
    dimension=384,
    ragged=False,
    bytes=66_048_000,
    written=datetime(2026, 1, 2, 12, tzinfo=UTC),
    used=datetime(2026, 3, 4, 12, tzinfo=UTC),
    format=1,
    problem="",
)
LOST = replace(
    SPACE, name="", identity=None, dimension=None, used=None, problem="space.json is damaged"
)


def rows(shown: str) -> list[list[str]]:
    return [line.split() for line in shown.splitlines()]


def test_a_space_is_a_line_with_its_size_and_when_it_was_used(screen: Screen) -> None:
    shown = screen(
        space_list([SPACE, replace(SPACE, name="minilm", bytes=934_000_000)], Path("/c"))
    )
    assert ['st("name")', "2026-03-04", "384", "43,000", "66.0", "MB"] in rows(shown)
    assert ["1.00", "GB", "in", "/c"] in rows(shown)
    assert "assay cache verify" in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_a_space_without_a_name_goes_by_its_folder_and_says_why(screen: Screen) -> None:
    shown = screen(space_list([LOST], Path("/c")))
    assert ["0123456789abcdef", "43,000", "66.0", "MB"] in rows(shown)
    assert "space.json is damaged" in shown


def test_an_empty_cache_says_so(screen: Screen) -> None:
    assert screen(space_list([], Path("/c"))) == "The cache is empty: /c\n"


def test_a_sound_cache_is_one_line(screen: Screen) -> None:
    shown = screen(verification(Verification((Checked(SPACE, 12, (), ()),), (), removed=False)))
    assert shown == "12 blocks checked: none is damaged\n"


def test_damage_and_what_is_not_ours_is_named(screen: Screen) -> None:
    checked = Checked(LOST, 11, (Path("/c/a.block"),), (Path("/c/note.txt"),))
    found = Verification((checked,), (Path("/c/link"),), removed=False)
    left = screen(verification(found))
    for words in ("/c/a.block", "/c/note.txt", "/c/link", "1 of 12 blocks", "verify --remove"):
        assert words in left
    gone = screen(verification(replace(found, removed=True)))
    assert "1 of 12 blocks damaged, removed" in gone
    assert "--remove" not in gone


@pytest.mark.parametrize(("dry_run", "words"), [(True, "would be freed"), (False, "freed in")])
def test_pruning_says_what_went_and_what_is_left(screen: Screen, dry_run: bool, words: str) -> None:
    kept = replace(SPACE, bytes=1_500)
    shown = screen(pruned(Pruned((SPACE,), (kept, kept), SPACE.bytes, dry_run)))
    assert f"66.0 MB {words}" in shown
    assert "3.00 kB in 2 models left" in shown
    assert 'st("name")' in shown


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.00 kB"), (9_995, "10.0 kB"), (999_500, "1.00 MB")],
)
def test_a_size_has_three_digits(screen: Screen, size: int, text: str) -> None:
    shown = screen(space_list([replace(SPACE, bytes=size)], Path("/c")))
    assert f"{text} in /c" in shown


SAID = CompletionsInfo(
    Path("/cache/completions/0123456789abcdef.jsonl"),
    "openai('gpt-4o')",
    1_234,
    5_600_000,
    datetime(2026, 3, 4, 12, tzinfo=UTC),
)


def test_completions_are_a_table_of_their_own(screen: Screen) -> None:
    shown = screen(space_list([SPACE], Path("/c"), [SAID, replace(SAID, model="")]))
    assert ["openai('gpt-4o')", "2026-03-04", "1,234", "5.60", "MB"] in rows(shown)
    assert ["0123456789abcdef.jsonl", "2026-03-04", "1,234", "5.60", "MB"] in rows(shown)
    assert ["77.2", "MB", "in", "/c"] in rows(shown)  # 66.048 + 5.6 + 5.6
    assert "--completions" in shown
    alone = screen(space_list([], Path("/c"), [SAID]))
    assert "assay cache verify" not in alone


def test_removed_completions_are_told_apart(screen: Screen) -> None:
    shown = screen(pruned_completions(PrunedCompletions((SAID,), (), True)))
    assert "5.60 MB would be freed in completions of 1 model; 0 B of 0 models left" in shown
