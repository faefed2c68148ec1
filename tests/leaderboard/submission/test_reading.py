from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.store.results import read_result as trusting_read_result
from harness.store.results import read_scores
from harness.store.schema import Value
from leaderboard.submission import Refused, reading
from leaderboard.submission.kinds import read_attempts, read_predictions
from leaderboard.submission.reading import (
    possible,
    read_card,
    read_environment,
    read_manifest,
    read_per_query,
    read_result,
    read_run_info,
    require_day,
)


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def refused(read: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(Refused) as error:
        read(path)
    assert error.value.reason.isprintable()
    return error.value.reason


@pytest.fixture
def place(packed: Path) -> Path:
    return next(packed.glob("results/*/*"))


def test_what_was_packed_is_read(packed: Path, place: Path) -> None:
    assert read_card(packed / "model.yaml").name == "BM25 of a test"
    assert read_manifest(packed).model == "bm25"
    assert read_environment(packed).packages["assay-harness"]
    assert read_run_info(place).wall_seconds > 0
    assert read_result(place) == trusting_read_result(place)
    assert read_predictions(place, "run.trec.gz").startswith(b"flights-01 Q0 ")
    lines = read_per_query(place).decode().splitlines()
    assert len(lines) == 1 + len(read_scores(place / "per_query.tsv.gz").keys)


SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("name: ''", "name: "),
        (f"name: {'x' * 201}", "name: string should have at most 200"),
        ('name: "a\\tb\\u202ec"', "name: control characters"),
        ("name: 2026", "name: takes a text, in quotes"),
        ("kind: best", "kind: input should be 'lexical', 'embedder'"),
        ("parameters: -1", "parameters: input should be greater"),
        ("parameters: 1.5e9", "parameters: input should be a valid integer"),
        ("parameters: 999999999999999", "parameters: input should be less"),
        ("open_weights: 'yes'", "open_weights: input should be a valid boolean"),
        ("training: none", "training"),
        ("training: [{dataset: x, overlaps: [y]}]", "overlaps: is no field"),
        ("links: {code: 'javascript:alert(1)'}", "links.code: a link starts with https://"),
        ("links: {code: 'https://x.org/\"onmouseover=alert(1)'}", "links.code: a link starts"),
        ("links: {code: 'http://x.org'}", "links.code: a link starts"),
        (f"links: {{'{SCRIPT}': 'https://x.org'}}", "links"),
        ("released: tomorrow", "released: "),
        (f"'{SCRIPT}': 1", "is no field"),
        (f"description: {'x' * 4001}", "description: string should have at most 4000"),
    ],
)
def test_a_card_with_a_wrong_field_is_refused(card: Path, line: str, reason: str) -> None:
    field = f"{line.partition(':')[0]}:"
    kept = [old for old in card.read_text().splitlines() if not old.startswith(field)]
    card.write_text("\n".join([*kept, line]))
    assert reason in refused(read_card, card)


def test_everything_that_a_card_lacks_is_said_at_once(card: Path) -> None:
    card.write_text("name: x\nkind: ???\nlinks:\n  code: ???\nmax_length: 0\nsize: 3\n")
    reason = refused(read_card, card)
    assert reason.startswith("card.yaml: still to be filled in: kind, links.code; ")
    missing = (
        "revision", "parent", "licence", "open_weights", "parameters", "prompt", "dtype",
        "training", "contact",
    )  # fmt: skip
    for field in missing:
        assert f"{field} is missing (" in reason
    assert 'licence is missing (SPDX identifier of the weights or the code, or "propr' in reason
    assert "max_length: input should be greater than or equal to 1" in reason
    assert "size: is no field" in reason


@pytest.mark.parametrize("text", ["", "- a\n- b", "just words", "null"])
def test_what_is_no_card_is_refused(card: Path, text: str) -> None:
    card.write_text(text)
    assert "is no model card" in refused(read_card, card)


def test_a_card_is_of_bounded_size(card: Path) -> None:
    card.write_text(card.read_text() + "#" * 64_000)
    assert "more than 64,000 bytes" in refused(read_card, card)


def _path(path: str) -> Callable[[dict[str, Any]], object]:
    return lambda manifest: manifest["files"].update({path: {"sha256": "0" * 64, "bytes": 1}})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: m.update(schema_version=2), "schema_version"),
        (lambda m: m.update(submission="../other"), "submission"),
        (lambda m: m.update(submission="<b>"), "submission"),
        (lambda m: m.update(created="yesterday"), "created"),
        (lambda m: m.update(results=[]), "results"),
        (lambda m: m.update(extra=1), "extra: is no field"),
        (lambda m: m.update(model="x\x1b[2J"), "model: control characters"),
        (lambda m: m.update(model_fingerprint="0" * 63), "model_fingerprint"),
        (lambda m: m["results"][0].update(path="../../etc"), "'../../etc' is no path"),
        (lambda m: m["results"][0].update(path="/etc"), "is no path"),
        (lambda m: m["results"][0].update(path="results/default"), "is no path"),
        (lambda m: m["results"][0].update(data_hash=SCRIPT), "data_hash"),
        (lambda m: m["files"]["model.yaml"].update(bytes=-1), "bytes"),
        (lambda m: m["files"]["model.yaml"].update(bytes="1"), "bytes"),
        (_path("../model.yaml"), "'../model.yaml' is no path"),
        (_path("/etc/passwd"), "is no path"),
        (_path("results\\a\\b\\result.json"), "is no path"),
        (_path("results/default/toy/evil.py"), "is no path"),
        (_path("manifest.json"), "'manifest.json' is no path"),
    ],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused(
    packed: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    changed(packed / "manifest.json", change)
    assert reason in refused(read_manifest, packed)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda e: e.update(host="my-machine"), "host: is no field"),
        (lambda e: e.update(packages={"numpy": 2}), "packages.numpy"),
        (lambda e: e.update(processor="x" * 201), "processor"),
        (lambda e: e.pop("system"), "system: is missing"),
    ],
)
def test_an_environment_that_is_none_is_refused(
    packed: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    changed(packed / "environment.json", change)
    assert reason in refused(read_environment, packed)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        # Each of these would have the harness execute a file, were it believed.
        (lambda r: r.update(task="evil.py:Task"), "'evil.py:Task' names no task"),
        (lambda r: r.update(task="evil.py"), "names no task"),
        (lambda r: r.update(task='folder("/etc")'), "names no task"),
        (lambda r: r.update(task="../../etc"), "names no task"),
        (lambda r: r.update(task="/etc"), "names no task"),
        (lambda r: r.update(task="~/x"), "names no task"),
        (lambda r: r.update(task="a/../../x"), "names no task"),
        (lambda r: r["measures"].update({"evil.py:f": r["measures"]["nDCG@10"]}), "'evil.py:f'"),
        (lambda r: r["measures"].update({"nDCG@999999": r["measures"]["nDCG@10"]}), "names no"),
        (lambda r: r.update(measures={}), "0 measures"),
        (lambda r: r["setting"].update(view=SCRIPT), "names no task, measure or setting"),
        (lambda r: r["setting"].update(compat=["../x"]), "names no task, measure or setting"),
        (lambda r: r["setting"].update(k=10**9), "k is 1000000000: 1 to 10,000"),
        (lambda r: r["setting"].update(k=0), "k is 0"),
        (lambda r: r["setting"].update(trials=10**6), "trials are"),
        (lambda r: r.update(seed=-1), "a seed is at least 0"),
        (lambda r: r.update(extra=SCRIPT), "extra: is no field"),
        (lambda r: r["counts"].update(queries="many"), "counts.queries"),
        (lambda r: r["measures"]["nDCG@10"].update(value=float("nan")), "NaN is not finite"),
        (lambda r: r["measures"]["nDCG@10"].update(value=10**400), "too large"),
        (lambda r: r.update(model_identity=_deep(100)), "levels of nesting"),
        (lambda r: r.pop("task"), "task: is missing"),
    ],
)
def test_a_result_that_is_none_is_refused(
    place: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    changed(place / "result.json", change)
    assert reason in refused(read_result, place)


def _deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('[[[["a"]]]]\t"s"\t0\t1.0\t0.5', "line 2 is no query"),
        ("[" * 100_000 + '\t"s"\t0\t1.0\t0.5', "line 2 is no query"),
        ('"a"\t"s"\t0\tnan\t0.5', "line 2 is no query"),
        ('"a"\t"s"\t0\t1.0\t1e999', "not finite"),
        ('"a"\t"s"\t0\t1.0\t1.2.3', "line 2 is no query"),
        ('"a"\t"s"\t99999999999999999999\t1.0\t0.5', "line 2 is no query"),
        ('"a"\t"s"\t0\t1.0', "line 2 is no query"),
        ('"a"\t"s"\t0\t1.0\t0.5\t0.5', "line 2 is no query"),
        ("\udcff", "not UTF-8"),
        ('"a\\q"\t"s"\t0\t1.0\t0.5', "line 2 is no query"),
        ('"a\t"s"\t0\t1.0\t0.5', "line 2 is no query"),
        ('"a"\t"s\\\t"\t0\t1.0', "line 2 is no query"),
        ('"a"\t"s"\t0\t1.0' + "\t0" * 1000, "line 2 is no query"),
        ('"a" \t"s"\t0\t1.0\t0.5', "line 2 is no query"),
    ],
)
def test_per_query_values_that_are_no_table_are_refused(
    tmp_path: Path, row: str, reason: str
) -> None:
    table = f"query\tsplit\tcluster\tweight\tnDCG@10\n{row}\n"
    packed = gzip.compress(table.encode("utf-8", "surrogateescape"))
    (tmp_path / "per_query.tsv.gz").write_bytes(packed)
    assert reason in refused(read_per_query, tmp_path)


@pytest.mark.parametrize("text", ["x" * 900_000, "\\n" * 450_000, '\\"' * 450_000])
def test_a_long_row_takes_a_few_times_its_size(tmp_path: Path, text: str) -> None:
    """A pattern that loops over characters or escapes takes over 50 bytes for each character."""
    table = f'query\tsplit\tcluster\tweight\tnDCG@10\n"{text}"\t"s"\t0\t1.0\t0.5\n'
    (tmp_path / "per_query.tsv.gz").write_bytes(gzip.compress(table.encode()))
    tracemalloc.start()
    try:
        read_per_query(tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * len(table)


def test_columns_are_as_many_as_a_result_has_measures(tmp_path: Path) -> None:
    head = "query\tsplit\tcluster\tweight" + "\tP@1" * 201
    row = '"a"\t"s"\t0\t1.0' + "\t0.5" * 201
    (tmp_path / "per_query.tsv.gz").write_bytes(gzip.compress(f"{head}\n{row}\n".encode()))
    assert "205 columns, for at most 200 measures" in refused(read_per_query, tmp_path)


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (-100_000, "before 2024-01-01"),
        (0, ""),
        (1, ""),
        (2, "yet to come"),
        (10_000, "yet to come"),
    ],
)
def test_a_submission_is_of_a_day_that_has_come(packed: Path, days: int, reason: str) -> None:
    day = datetime.now(UTC).date() + timedelta(days=days)
    manifest = read_manifest(packed).model_copy(update={"created": day})
    if not reason:
        require_day(manifest)
        return
    with pytest.raises(Refused, match=f"created on {day}, which is {reason}"):
        require_day(manifest)


@pytest.mark.parametrize(
    ("name", "low", "high", "fine"),
    [
        ("nDCG@10", 0, 1, True),
        ("nDCG@10", 0, 1 + 1e-15, True),
        ("nDCG@10", 0, 1.1, False),
        ("nDCG@10", -0.1, 1, False),
        ("calls", 0, 40, True),
        ("calls", -1, 40, False),
        ("latency", 0, 1.7e308, False),
        ("latency", 2, 1, False),
        ("money", -1.7e308, 1.7e308, False),
        ("delta_solution_length", -3, 2, True),
        ("delta_solution_length", -1.7e308, 2, False),
    ],
)
def test_of_amounts_and_shares_what_can_be(name: str, low: float, high: float, fine: bool) -> None:
    middle = low / 2 + high / 2
    assert possible(name, Value(value=middle, ci_low=low, ci_high=high, n=3)) is fine
    assert not possible(name, Value(value=middle, ci_low=low, ci_high=high, n=-1))


def test_bombs_and_pickles_in_place_of_predictions_are_refused(place: Path) -> None:
    for name, read in (
        ("run.trec.gz", lambda place: read_predictions(place, "run.trec.gz")),
        ("trajectories.jsonl.gz", lambda place: list(read_attempts(place))),
        ("per_query.tsv.gz", read_per_query),
    ):
        (place / name).write_bytes(gzip.compress(bytes(8 << 20)))
        assert "when decompressed" in refused(read, place)
        (place / name).write_bytes(b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c")
        assert "no gzip file" in refused(read, place)


def test_every_reader_is_named() -> None:
    assert all(hasattr(reading, name) for name in reading.__all__)
