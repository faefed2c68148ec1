from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from toy import Flaky, Overlap, Silent, ToyTask

from harness import UserError, evaluate, score
from harness.store import find_results
from leaderboard.submission import Refused, packing, submit
from leaderboard.submission.environment import RunInfo
from leaderboard.submission.reading import (
    read_card,
    read_environment,
    read_manifest,
    read_result,
    read_run_info,
    safe_files,
)

DAY = date(2026, 3, 1)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "submissions" / "mine"


@pytest.fixture
def refused(card: Path, out: Path) -> Callable[..., str]:
    """What `submit` says when it packs nothing."""

    def why(*results: Path, card: Path = card, out: Path = out) -> str:
        before = tree(out.parent) if out.parent.exists() else {}
        with pytest.raises(UserError) as error:
            submit(results, card, out, created=DAY)
        assert "\n" not in str(error.value)
        assert (tree(out.parent) if out.parent.exists() else {}) == before
        assert not out.parent.exists() or not list(out.parent.glob(".*"))
        return str(error.value)

    return why


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def test_a_submission_holds_card_environment_results_and_their_hashes(
    bm25: Path, card: Path, out: Path
) -> None:
    assert submit([bm25], card, out, created=DAY) == out
    manifest = read_manifest(out)
    assert (manifest.submission, manifest.created) == ("mine", DAY)
    assert (manifest.model, len(manifest.results)) == ("bm25", 2)
    assert [entry.setting["instruction"] for entry in manifest.results] == ["no", "yes"]
    assert {entry.setting["k"] for entry in manifest.results} == {20}
    assert {entry.task for entry in manifest.results} == {"starter-tools/flights"}
    files = safe_files(out)
    assert files.keys() == {*manifest.files, "manifest.json"}
    for name, entry in manifest.files.items():
        data = files[name].read_bytes()
        assert (entry.sha256, entry.bytes) == (sha256(data).hexdigest(), len(data))
    assert read_card(out / "model.yaml") == read_card(card)
    assert read_environment(out).system.split()[0] in ("Linux", "macOS", "Windows")


def test_results_are_copied_byte_for_byte_and_score_the_same(
    bm25: Path, card: Path, out: Path
) -> None:
    submit([bm25], card, out)
    results = list(find_results(bm25))
    assert len(results) == 2
    for entry, original in zip(read_manifest(out).results, results, strict=True):
        for name in ("result.json", "per_query.tsv.gz", "run.trec.gz"):
            assert (out / entry.path / name).read_bytes() == (original.path / name).read_bytes()
        result = read_result(out / entry.path)
        assert entry.predictions_hash == result.predictions_hash
        assert entry.data_hash == result.data_hash
        assert score("starter-tools/flights", out / entry.path) == result


def test_nothing_of_a_run_names_the_machine(bm25: Path, card: Path, out: Path) -> None:
    for info in bm25.rglob("run_info.json"):
        changed(info, lambda i: i.update(platform="Linux-6.1-annas-laptop-x86_64", user="anna"))
    submit([bm25], card, out)
    assert "anna" not in "".join(
        data.decode() for name, data in tree(out).items() if "gz" not in name
    )
    info = read_run_info(next(out.glob("results/*/*")))
    assert info.system == "Linux x86_64"
    assert set(info.model_dump()) == set(RunInfo.model_fields)


def test_the_same_results_give_the_same_bytes(
    bm25: Path, card: Path, out: Path, tmp_path: Path
) -> None:
    submit([bm25], card, out, created=DAY)
    both = [path.path for path in find_results(bm25)]
    elsewhere = submit(both[::-1], card, tmp_path / "elsewhere" / "mine", created=DAY)
    assert tree(elsewhere) == tree(out)


def test_today_is_written_down_unless_another_day_is_given(
    bm25: Path, card: Path, out: Path
) -> None:
    before = datetime.now(UTC).date()
    submit([bm25], card, out)
    assert before <= read_manifest(out).created <= datetime.now(UTC).date()


def test_results_may_be_named_at_any_level_and_twice(bm25: Path, card: Path, out: Path) -> None:
    first = next(find_results(bm25)).path
    submit([first, first / "result.json", bm25, bm25 / "."], card, out)
    assert len(read_manifest(out).results) == 2


def test_a_model_of_ones_own_on_tasks_of_ones_own_can_be_packed(
    toys: Path, card: Path, out: Path
) -> None:
    submit([toys], card, out)
    assert [entry.path for entry in read_manifest(out).results] == [
        "results/default/toy_one",
        "results/default/toy_two",
    ]
    assert read_manifest(out).model == "Overlap"


def test_a_query_without_an_answer_does_not_hinder(card: Path, out: Path, tmp_path: Path) -> None:
    evaluate([Silent()], [ToyTask()], out=tmp_path / "silent", cache=False)
    submit([tmp_path / "silent"], card, out)
    assert read_result(next(out.glob("results/*/*"))).missing == ["q3"]


def test_data_that_drifted_does_not_hinder(result: Path, card: Path, out: Path) -> None:
    changed(result / "result.json", lambda r: r.update(drift=["39 queries instead of 40"]))
    submit([result], card, out)
    assert read_result(next(out.glob("results/*/*"))).partial


def test_incomplete_results_are_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    evaluate([Flaky()], [ToyTask()], out=tmp_path / "flaky", cache=False)
    why = refused(tmp_path / "flaky")
    assert "is incomplete (failed queries: 1): run again: assay run -m Flaky -t toy" in why


def test_results_on_some_queries_are_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    evaluate([Overlap()], [ToyTask()], out=tmp_path / "few", cache=False, limit=2)
    why = refused(tmp_path / "few")
    assert "asked the first 2 queries only: run: assay run -m Overlap -t toy" in why
    assert "--limit" not in why


def test_two_models_are_two_submissions(
    refused: Callable[..., str], bm25: Path, toys: Path
) -> None:
    why = refused(bm25, toys)
    assert "of one model, and these are of 2: Overlap (" in why
    assert "; bm25 (" in why
    assert "name the folders of one" in why


def test_a_task_is_submitted_once_a_setting(
    refused: Callable[..., str], bm25: Path, tmp_path: Path
) -> None:
    again = shutil.copytree(bm25, tmp_path / "again")
    why = refused(bm25, again)
    assert "starter-tools/flights under 'instruction-no,k-20' is there twice" in why
    assert str(bm25) in why
    assert str(again) in why


def _other_run(folder: Path) -> None:
    lines = gzip.decompress((folder / "run.trec.gz").read_bytes()).splitlines(keepends=True)
    (folder / "run.trec.gz").write_bytes(gzip.compress(b"".join(lines[1:])))


def _cut(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-20])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_other_run, "run.trec.gz is not what result.json was made from"),
        (_cut("run.trec.gz"), "run.trec.gz is cut short"),
        (_cut("per_query.tsv.gz"), "per_query.tsv.gz is cut short"),
        (lambda f: (f / "run.trec.gz").unlink(), "run.trec.gz is missing"),
        (lambda f: (f / "run_info.json").unlink(), "run_info.json is missing"),
        (lambda f: (f / "run_info.json").write_text("[]"), "run_info.json is not what"),
        (lambda f: (f / "run_info.json").write_text("{}"), "run_info.json is not what"),
    ],
)
def test_damaged_results_are_refused_with_the_command_that_mends_them(
    refused: Callable[..., str], result: Path, damage: Callable[[Path], object], reason: str
) -> None:
    damage(result)
    why = refused(result)
    assert reason in why
    assert "run assay run -m bm25 -t starter-tools/flights --instruction no --k 20 --fresh" in why


def test_a_result_that_cannot_be_read_is_named(refused: Callable[..., str], result: Path) -> None:
    changed(result / "result.json", lambda r: r.update(task="evil.py:Task"))
    assert f"{result}: result.json: 'evil.py:Task' names no task" in refused(result)


def test_several_problems_are_told_at_once(refused: Callable[..., str], bm25: Path) -> None:
    for folder in find_results(bm25):
        _other_run(folder.path)
    assert refused(bm25).count("is damaged") == 2


def test_a_folder_without_results_is_refused(
    refused: Callable[..., str], tmp_path: Path, packed: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert "no result at" in refused(tmp_path / "empty")
    assert "no result at" in refused(tmp_path / "absent")
    assert "is a submission already" in refused(packed)


def test_a_card_that_is_not_complete_is_refused(
    refused: Callable[..., str], bm25: Path, card: Path, tmp_path: Path
) -> None:
    lines = card.read_text().splitlines()
    card.write_text("\n".join(line for line in lines if not line.startswith(("licence", "dtype"))))
    why = refused(bm25)
    assert "licence is missing (SPDX" in why
    assert "dtype is missing (" in why
    absent = refused(bm25, card=tmp_path / "absent.yaml")
    assert "no card at" in absent
    assert "--template" in absent


def test_what_lies_there_already_is_left_alone(
    refused: Callable[..., str], bm25: Path, card: Path, out: Path
) -> None:
    submit([bm25], card, out, created=DAY)
    assert "is a submission already and was left as it is" in refused(bm25)
    (out / "manifest.json").unlink()
    assert "is there already: choose a new folder" in refused(bm25)
    (out.parent / "a-file.txt").write_text("x")
    assert "is there already" in refused(bm25, out=out.parent / "a-file.txt")
    (out.parent / "alias").symlink_to(out.parent / "nowhere")
    assert "is there already" in refused(bm25, out=out.parent / "alias")


def test_an_empty_folder_is_filled(bm25: Path, card: Path, out: Path) -> None:
    out.mkdir(parents=True)
    submit([bm25], card, out)
    assert (out / "manifest.json").exists()


@pytest.mark.parametrize("name", ["Mine", "my submission", "_checked", "nul", "é"])
def test_a_folder_has_a_name_that_is_safe_everywhere(
    refused: Callable[..., str], bm25: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(Refused, match=r"no name of a submission|reserved"):
        submit([bm25], tmp_path / "card.yaml", tmp_path / "sub" / name)
    assert not (tmp_path / "sub").exists()


def test_the_folder_appears_whole_or_not_at_all(
    bm25: Path, card: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(files: object, values: object) -> None:
        assert not out.exists()
        assert len(list(out.parent.glob(".mine.*/manifest.json"))) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(packing, "secrets_in", interrupted)
    with pytest.raises(KeyboardInterrupt):
        submit([bm25], card, out)
    assert list(out.parent.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(
    refused: Callable[..., str], bm25: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    assert "cannot write" in refused(bm25, out=tmp_path / "file" / "mine")
    assert (tmp_path / "file").read_text() == "x"


KEY = "hf_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3h"  # made up


def test_a_key_in_a_card_is_not_published(
    refused: Callable[..., str], bm25: Path, card: Path
) -> None:
    card.write_text(card.read_text() + f"description: |\n  how to run\n  HF={KEY}\n")
    why = refused(bm25)
    assert "it would publish a key: model.yaml line " in why
    assert "a token of Hugging Face" in why
    assert KEY not in why
    assert KEY[5:20] not in why


def test_a_key_in_a_result_is_not_published(refused: Callable[..., str], result: Path) -> None:
    changed(result / "result.json", lambda r: r.update(malformed={"q1": f"cannot use {KEY}"}))
    assert "result.json line 1: a token of Hugging Face" in refused(result)


def test_the_value_of_a_variable_is_not_published(
    refused: Callable[..., str], bm25: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWN_ENDPOINT_API_KEY", "open-sesame-1")
    card.write_text(card.read_text() + "description: ask with open-sesame-1\n")
    why = refused(bm25)
    assert "the value of OWN_ENDPOINT_API_KEY" in why
    assert "open-sesame" not in why


def test_a_card_is_written_in_one_form(bm25: Path, card: Path, out: Path, tmp_path: Path) -> None:
    turned = dict(reversed(yaml.safe_load(card.read_text()).items()))
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump(turned, sort_keys=False, default_flow_style=True))
    submit([bm25], card, out, created=DAY)
    submit([bm25], other, out.parent / "b" / "mine", created=DAY)
    assert tree(out) == tree(out.parent / "b" / "mine")
