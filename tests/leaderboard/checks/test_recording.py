"""Records: what the site is built from, the same bytes for the same submission."""

from __future__ import annotations

import base64
import csv
import gzip
import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from submitted import CARD, RESULT, TASK, edit_json, edit_result, edit_text, make, read_json, rehash

from harness.errors import UserError
from harness.loading import load_task
from harness.records import Setting
from harness.sources import Source
from leaderboard.checked import Checked, Queries, Samples
from leaderboard.checks import check, plausibility, record


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_submission_gives_the_same_bytes_anywhere(packed: Path, tmp_path: Path) -> None:
    written = []
    for place in ("a", "b"):
        folder = Path(shutil.copytree(packed, tmp_path / place / packed.name))
        assert record(check(folder)) == tmp_path / place / "_checked" / "bm25-own.json"
        record(check(folder))  # once more: it is not compared with itself
        written.append(files(tmp_path / place / "_checked"))
    assert written[0] == written[1]
    assert str(tmp_path).encode() not in b"".join(written[0].values())


def test_the_order_of_recording_leaves_no_trace(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another submission has to do with it is told, and not recorded."""
    monkeypatch.setattr(plausibility, "JUMP", -1.0)  # whoever is not the first jumps
    binary = make(tmp_path / "binary", "bm25(k1=0.0)")
    named = read_json(binary / RESULT / "result.json")
    named = {key: named[key] for key in ("model", "model_identity", "model_fingerprint")}
    written, told = [], set()
    for order in (("bm25-own", "twin", "binary"), ("binary", "twin", "bm25-own")):
        board = tmp_path / f"{order[0]} first"
        shutil.copytree(binary, board / "binary")
        shutil.copytree(packed, board / "bm25-own")
        twin = Path(shutil.copytree(packed, board / "twin"))
        edit_json(twin / "manifest.json", lambda it: it.update(submission="twin"))
        edit_result(twin, lambda it: it.update(named))
        for name in order:
            verdict = check(board / name)
            record(verdict)
            found = {outcome.check for outcome in verdict.outcomes if outcome.status == "flagged"}
            told |= {(board.name, name, check) for check in found}
        written.append(files(board / "_checked"))
    assert written[0] == written[1]
    for place in ("bm25-own first", "binary first"):
        assert (place, "bm25-own", "same predictions") in told
        assert (place, "twin", "same files") in told
    assert ("bm25-own first", "bm25-own", "jump") not in told
    assert ("binary first", "bm25-own", "jump") in told


def test_a_record_is_about_one_manifest(submission: Path) -> None:
    path = record(check(submission))
    told = Checked.model_validate_json(path.read_bytes())
    manifest = (submission / "manifest.json").read_bytes()

    assert told.manifest == sha256(manifest).hexdigest()
    assert told.submission == "bm25-own"
    assert told.submitted.isoformat() == "2026-01-02"
    assert told.model == "bm25"
    assert told.card.name == "BM25"
    [cell] = told.cells
    assert cell.level == "re-scored"
    assert cell.command == f"assay run -m bm25 -t {TASK}"
    assert not cell.partial
    assert cell.seconds is not None


def test_values_and_queries_are_those_of_the_result(submission: Path) -> None:
    told = Checked.model_validate_json(record(check(submission)).read_bytes())
    [cell] = told.cells
    path = submission.parent / "_checked" / "queries" / f"{cell.queries}.json"
    queries = Queries.model_validate_json(path.read_bytes())

    table = gzip.decompress((submission / RESULT / "per_query.tsv.gz").read_bytes()).decode()
    rows = list(csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert queries.ids == [json.loads(row["query"]) for row in rows]
    expected = np.array([float(row["nDCG@10"]) for row in rows], dtype="<f4")
    assert base64.b64decode(cell.values) == expected.tobytes()
    assert sha256(path.read_bytes()).hexdigest().startswith(cell.queries)


def test_two_models_share_a_file_of_queries(submission: Path, tmp_path: Path) -> None:
    record(check(submission))
    other = make(submission.with_name("random"), "random", kind="reference")
    record(check(other))
    assert len(list((submission.parent / "_checked" / "queries").iterdir())) == 1


def test_samples_say_what_was_found_and_whether_it_is_right(submission: Path) -> None:
    """flights-01 stands in the run file; its judgements are the task's own."""
    record(check(submission))
    path = submission.parent / "_checked" / "samples" / "bm25-own.json"
    told = Samples.model_validate_json(path.read_bytes())
    [sample] = told.cells
    assert sample is not None
    assert sample.rows == list(range(40))

    [collection] = load_task(TASK).load(Source(), Setting())
    lines = gzip.decompress((submission / RESULT / "run.trec.gz").read_bytes()).decode()
    best = [line.split() for line in lines.splitlines() if line.startswith("flights-01 ")][:5]
    grades = collection.qrels["flights-01"]
    assert [(id, grade) for id, _, grade in sample.found[0]] == [
        (columns[2], grades.get(columns[2])) for columns in best
    ]
    assert [score for _, score, _ in sample.found[0]] == pytest.approx(
        [float(columns[4]) for columns in best], rel=1e-5
    )
    document = sample.found[0][0][0]
    assert told.texts[TASK][document] == collection.corpus[document].full_text[:300]


def test_at_most_fifty_queries_at_even_distances(tmp_path: Path) -> None:
    """Of 60 queries every 60/50th: 0, 1, 2, 3, 4, then 6."""
    folder = make(tmp_path / "bm25", tasks=("starter-passages/films",))
    records = check(folder).records
    assert records is not None
    [sample] = records.samples.cells
    assert sample is not None
    assert len(sample.rows) == 50
    assert sample.rows[:7] == [0, 1, 2, 3, 4, 6, 7]
    assert sample.rows[-1] == 58


def test_texts_stay_out_where_the_licence_does_not_allow_them(
    submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = load_task(TASK)
    monkeypatch.setattr(task, "card", replace(task.card, licence="CC-BY-NC-4.0"))
    records = check(submission).records
    assert records is not None
    assert records.samples.texts == {}
    [queries] = records.queries.values()
    assert queries.texts is None


def test_a_refused_submission_is_not_recorded(submission: Path) -> None:
    edit_text(submission / "model.yaml", "BM25", "BM26")
    with pytest.raises(UserError, match="refused"):
        record(check(submission))
    assert not (submission.parent / "_checked").exists()


def test_records_can_go_to_another_board(submission: Path, tmp_path: Path) -> None:
    path = record(check(submission), tmp_path / "elsewhere")
    assert path == tmp_path / "elsewhere" / "_checked" / "bm25-own.json"


def test_a_script_in_every_text_field_is_kept_as_text(tmp_path: Path) -> None:
    """It is nobody's business to forbid "<"; what shows a text escapes it."""
    script = "<script>alert(1)</script>"
    folder = make(tmp_path / "bm25")
    card = CARD.format(kind="lexical")
    for field in ("name: BM25", "contact: someone@example.org", "licence: Apache-2.0"):
        name = field.partition(":")[0]
        card = card.replace(field, f"{name}: '{script}'")
    card += f"description: '{script}'\ncitation: '{script}'\n"
    (folder / "model.yaml").write_text(card)
    rehash(folder)
    verdict = check(folder)
    assert verdict.records is not None
    assert verdict.records.checked.card.description == script
