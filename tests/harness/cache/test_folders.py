"""Where the cache lies, unless someone says otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cache import default_root


def test_the_folder_is_the_one_that_is_named_else_the_users_cache(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.delenv("ASSAY_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert default_root() == Path("/home/someone/.cache/assay")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/paths/are/ignored")
    assert default_root() == Path("/home/someone/.cache/assay")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert default_root() == Path("/caches/assay")
    monkeypatch.setenv("ASSAY_CACHE", "~/vectors")
    assert default_root() == Path("/home/someone/vectors")
