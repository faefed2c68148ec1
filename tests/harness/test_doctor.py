"""The doctor reads what is installed and imports none of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import doctor
from harness.doctor import ADDS, examine

LINES = [
    "numpy>=1.26",
    'no-such-package>=1; extra == "fast"',
    "pytest (>=8) ; extra == 'oracle'",
    'assay-harness[fast,oracle]; extra == "bench"',
    'numpy; extra == "bench"',
]


def test_extras_list_their_packages_with_those_they_include(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "requires", lambda name: LINES)
    found = examine()
    assert list(found.packages) == ["numpy"]
    extras = {extra.name: extra for extra in found.extras}
    assert extras["fast"].packages == {"no-such-package": None}
    assert not extras["fast"].installed
    assert extras["oracle"].packages == {"pytest": pytest.__version__}
    assert extras["oracle"].installed
    assert list(extras["bench"].packages) == ["no-such-package", "pytest", "numpy"]


def test_every_extra_says_what_it_adds() -> None:
    extras = examine().extras
    assert {extra.name for extra in extras} == set(ADDS)
    assert all(extra.adds for extra in extras)


def test_data_and_network_switches_are_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("ASSAY_DATA", "HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    plain = examine()
    assert (plain.data, plain.data_found, plain.offline) == (None, False, ())
    monkeypatch.setenv("ASSAY_DATA", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    set_up = examine()
    assert (set_up.data, set_up.data_found) == (str(tmp_path), True)
    assert set_up.offline == ("HF_HUB_OFFLINE",)
    monkeypatch.setenv("ASSAY_DATA", str(tmp_path / "nowhere"))
    assert not examine().data_found
