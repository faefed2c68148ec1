"""The folder and its files: names, sizes, hashes, and nothing that is secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from harness.files import sha256_of
from leaderboard.checks.case import Case
from leaderboard.checks.outcomes import Finding, failed, passed
from leaderboard.records import MANIFEST
from leaderboard.submission.folder import TOP, require_name
from leaderboard.submission.kinds import kind_of
from leaderboard.submission.reading import require_day
from leaderboard.submission.refusal import shown
from leaderboard.submission.secrets import secrets_in

SHOWN = 5
"""Names of files that one message lists."""


def folder(case: Case) -> Iterator[Finding]:
    """It is a folder, and its name may be a submission's."""
    if case.folder.is_symlink() or not case.folder.is_dir():
        yield failed(
            f"{shown(case.name)} is no folder, or a link to one: name one that assay submit packed"
        )
    elif not (case.folder / MANIFEST).exists() and any(case.folder.glob(f"*/{MANIFEST}")):
        yield failed(f"{shown(case.name)} holds submissions and is none: name those in it")
    require_name(case.name)
    yield passed(case.name)


def known(case: Case) -> Iterator[Finding]:
    """Only files that a submission has, each within its limit."""
    if missing := sorted(set(TOP) - case.files.keys()):
        yield failed(f"missing: {listed(missing)}. Pack again with assay submit")
    size = sum(path.stat().st_size for path in case.files.values())
    yield passed(f"{len(case.files):,} files, {size / 2**20:,.1f} MiB")


def manifest(case: Case) -> Iterator[Finding]:
    """The manifest is one, is this folder's, of a possible day, and names every result once."""
    told = case.manifest
    require_day(told)
    if told.submission != case.name:
        yield failed(f"the manifest is of '{told.submission}', the folder is '{case.name}'")
    for what, keys in (
        ("folder", [entry.path for entry in told.results]),
        ("result", [f"{entry.task} {sorted(entry.setting.items())}" for entry in told.results]),
    ):
        if twice := [key for key, count in Counter(keys).items() if count > 1]:
            yield failed(f"the manifest names a {what} twice: {shown(twice[0])}")
    of_results = (
        f"{entry.path}/{file}"
        for entry in told.results
        for file in kind_of(case.kind_of(entry.task)).files
    )
    named = {*TOP, *of_results}
    if missing := sorted(named - case.files.keys()):
        yield failed(f"results in the manifest lack {listed(missing)}")
    if spare := sorted(case.files.keys() - named):
        yield failed(f"files of no result in the manifest: {listed(spare)}")
    yield passed(f"schema {told.schema_version}, {len(told.results)} results of {told.model}")


def hashes(case: Case) -> Iterator[Finding]:
    """Size and SHA-256 of every file are the manifest's; none is missing, none is extra."""
    told, here = case.manifest.files, case.files.keys() - {MANIFEST}
    if missing := sorted(told.keys() - here):
        yield failed(f"in the manifest, but missing: {listed(missing)}")
    if extra := sorted(here - told.keys()):
        yield failed(f"not in the manifest: {listed(extra)}")
    wrong = [name for name in sorted(told.keys() & here) if not _same(case, name)]
    if wrong:
        yield failed(f"size or SHA-256 differs from the manifest's: {listed(wrong)}")
    if not (missing or extra or wrong):
        yield passed(f"{len(told):,} files match")


def secrets(case: Case) -> Iterator[Finding]:
    """No file holds what looks like a key."""
    for found in secrets_in(case.files):
        yield failed(f"{found}: withdraw that key, then pack again without it")
    yield passed("none found")


def listed(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(shown(name) for name in names[:SHOWN]) + more


def _same(case: Case, name: str) -> bool:
    told, path = case.manifest.files[name], case.files[name]
    if path.stat().st_size != told.bytes:
        return False
    return sha256_of(path) == told.sha256
