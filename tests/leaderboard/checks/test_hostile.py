"""What somebody could submit in bad faith, or by a bad mistake: refused by name, never run.

Each function damages a valid submission that the real engine made, up to date in every hash that a
forger would mend, and says which check refuses it with which word of the reason.
"""

from __future__ import annotations

import gzip
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import pytest
from submitted import (
    RESULT,
    edit_gzip,
    edit_json,
    edit_result,
    edit_run,
    edit_text,
    rehash,
)

from harness.rescoring import score
from leaderboard.checks import Verdict, check

SCRIPT = "<script>alert(1)</script>"
RUNNABLE = "import pathlib\npathlib.Path('executed').touch()\ndef f(judged): return 1\nX = f\n"
SECONDS = 5.0


class Damage(NamedTuple):
    """A way to spoil a submission, the check that refuses it, and a word of the reason."""

    do: Callable[[Path], None]
    check: str
    word: str


ALL: list[Damage] = []


def refused(check: str, word: str) -> Callable[[Callable[[Path], None]], Callable[[Path], None]]:
    def enter(do: Callable[[Path], None]) -> Callable[[Path], None]:
        ALL.append(Damage(do, check, word))
        return do

    return enter


@pytest.mark.parametrize("damage", ALL, ids=lambda damage: damage.do.__name__)
def test_it_is_refused_by_name(
    damage: Damage, submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("my_task.py", "my_measure.py", "my_model.py"):
        (tmp_path / name).write_text(RUNNABLE)
    damage.do(submission)

    start = process_time()
    verdict = check(next(path for path in (tmp_path / "board").iterdir()))
    seconds = process_time() - start

    assert not verdict.acceptable
    assert verdict.records is None
    said = [o.message for o in verdict.outcomes if (o.check, o.status) == (damage.check, "failed")]
    assert any(damage.word in message for message in said), _troubles(verdict)
    assert all(o.message.isprintable() for o in verdict.outcomes)
    assert not (tmp_path / "executed").exists()
    assert seconds < SECONDS


def test_the_undamaged_submission_passes(submission: Path) -> None:
    assert check(submission).acceptable


def test_there_are_at_least_fifty_ways() -> None:
    assert len(ALL) >= 50


# -- the folder and its files ------------------------------------------------------------------


@refused("folder", "no name of a submission")
def html_in_the_name_of_the_folder(folder: Path) -> None:
    folder.rename(folder.with_name("<img src=x onerror=alert(1)>"))


@refused("folder", "no name of a submission")
def the_folder_of_the_records(folder: Path) -> None:
    folder.rename(folder.with_name("_checked"))


@refused("folder", "link")
def a_folder_that_is_a_link(folder: Path) -> None:
    away = folder.rename(folder.parents[1] / "elsewhere")
    folder.symlink_to(away, target_is_directory=True)


@refused("manifest", "the manifest is of")
def the_folder_of_somebody_else(folder: Path) -> None:
    folder.rename(folder.with_name("somebody-else"))


@refused("files", "missing")
def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


@refused("files", "missing")
def no_card(folder: Path) -> None:
    (folder / "model.yaml").unlink()
    rehash(folder)


@refused("files", "is a link")
def a_link_to_a_file_of_the_machine(folder: Path) -> None:
    run = folder / RESULT / "run.trec.gz"
    run.unlink()
    run.symlink_to("/etc/passwd")


@refused("files", "is a link")
def a_link_to_a_folder(folder: Path) -> None:
    (folder / "results" / "more").symlink_to("/", target_is_directory=True)


@refused("files", "neither a file nor a folder")
def a_pipe(folder: Path) -> None:
    (folder / RESULT / "per_query.tsv.gz").unlink()
    os.mkfifo(folder / RESULT / "per_query.tsv.gz")


@refused("files", "no file of a submission")
def html_in_the_name_of_a_file(folder: Path) -> None:
    (folder / f"{SCRIPT.replace('/', '')}.json").write_text("{}")
    rehash(folder)


@refused("files", "no file of a submission")
def a_name_with_control_characters(folder: Path) -> None:
    (folder / "a\x1b[31m\nb.json").write_text("{}")
    rehash(folder)


@refused("files", "no file of a submission")
def a_python_file(folder: Path) -> None:
    (folder / RESULT / "conftest.py").write_text(RUNNABLE)
    rehash(folder)


@refused("files", "no file of a submission")
def a_pickle(folder: Path) -> None:
    (folder / RESULT / "run.pkl").write_bytes(pickle.dumps(_Executes()))
    rehash(folder)


@refused("files", "no file of a submission")
def a_zip_bomb(folder: Path) -> None:
    with zipfile.ZipFile(folder / "results.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"0" * 10_000_000)
    rehash(folder)


@refused("files", "folder")
def folders_that_are_too_deep(folder: Path) -> None:
    (folder / RESULT / "deeper" / "and" / "deeper").mkdir(parents=True)


@refused("hashes", "run.trec.gz")
def predictions_changed_after_packing(folder: Path) -> None:
    edit_gzip(folder / RESULT / "run.trec.gz", lambda lines: lines[::-1])


@refused("hashes", "result.json")
def a_wrong_hash(folder: Path) -> None:
    _files(folder, lambda files: files[f"{RESULT}/result.json"].update(sha256="0" * 64))


@refused("hashes", "model.yaml")
def a_wrong_size(folder: Path) -> None:
    _files(folder, lambda files: files["model.yaml"].update(bytes=1))


@refused("hashes", "not in the manifest")
def a_file_that_the_manifest_hides(folder: Path) -> None:
    _files(folder, lambda files: files.pop("environment.json"))


@refused("manifest", "no path of a submission")
def a_path_upwards(folder: Path) -> None:
    _files(folder, lambda files: files.update({"../../etc/passwd": files["model.yaml"]}))


@refused("manifest", "no path of a submission")
def an_absolute_path(folder: Path) -> None:
    _manifest(folder, lambda told: told["results"][0].update(path="/etc"))


@refused("manifest", "no path of a submission")
def a_result_upwards(folder: Path) -> None:
    _manifest(folder, lambda told: told["results"][0].update(path="results/../.."))


@refused("manifest", "twice")
def a_result_that_counts_twice(folder: Path) -> None:
    _manifest(folder, lambda told: told["results"].append(told["results"][0]))


@refused("manifest", "lack")
def a_result_that_is_not_there(folder: Path) -> None:
    def claim(told: Any) -> None:
        told["results"].append(told["results"][0] | {"task": "x", "path": "results/default/x"})

    _manifest(folder, claim)


# -- JSON, YAML and gzip that mean more than they seem to ---------------------------------------


@refused("manifest", "stands twice")
def a_key_twice_in_the_manifest(folder: Path) -> None:
    edit_text(folder / "manifest.json", "{", '{"submission": "other", ')


@refused("manifest", "levels of nesting")
def brackets_without_end(folder: Path) -> None:
    (folder / "manifest.json").write_text("[" * 100_000)


@refused("manifest", "too large")
def a_giant_number(folder: Path) -> None:
    edit_text(folder / "manifest.json", '"schema_version": 1', f'"schema_version": {"9" * 300}')


@refused("manifest", "not UTF-8")
def invalid_utf_8(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b"bm25", b"bm\xff5"))


@refused("manifest", "is no field")
def a_field_that_no_manifest_has(folder: Path) -> None:
    _manifest(folder, lambda told: told.update(level="reproduced"))


@refused("manifest", "results")
def no_results(folder: Path) -> None:
    _manifest(folder, lambda told: told.update(results=[]))


@refused("schema", "not finite")
def a_score_that_is_no_number(folder: Path) -> None:
    edit_text(folder / RESULT / "result.json", '"ci_low": 0.', '"ci_low": NaN, "ci_low": 0.')
    rehash(folder)


@refused("schema", "not finite")
def an_infinite_score(folder: Path) -> None:
    edit_json(folder / RESULT / "result.json", lambda told: _main(told).update(value=1e999))
    rehash(folder)


@refused("schema", "stands twice")
def a_key_twice_in_a_result(folder: Path) -> None:
    edit_text(folder / RESULT / "result.json", "{", '{"seed": 1, ')
    rehash(folder)


@refused("schema", "schema_version")
def a_schema_of_the_future(folder: Path) -> None:
    edit_json(folder / RESULT / "result.json", lambda told: told.update(schema_version=2))
    rehash(folder)


@refused("schema", "remarks")
def a_remark_without_end(folder: Path) -> None:
    edit_result(folder, lambda told: told["notes"].update({SCRIPT * 100: 1}))


@refused("schema", "control characters")
def a_remark_that_moves_the_cursor(folder: Path) -> None:
    edit_result(folder, lambda told: told["drift"].append("\x1b[2J"))


@refused("card", "anchors")
def yaml_that_multiplies(folder: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    _card(folder, "\n".join(lines))


@refused("card", "tags")
def yaml_that_constructs(folder: Path) -> None:
    _card(folder, "name: !!python/object/apply:os.system ['touch executed']\n")


@refused("card", "stands twice")
def yaml_with_a_key_twice(folder: Path) -> None:
    _card(folder, (folder / "model.yaml").read_text() + "\nname: Other\n")


@refused("predictions", "decompressed")
def a_gzip_bomb(folder: Path) -> None:
    (folder / RESULT / "run.trec.gz").write_bytes(gzip.compress(b"0" * 30_000_000))
    rehash(folder)


@refused("per query", "decompressed")
def a_gzip_bomb_of_values(folder: Path) -> None:
    (folder / RESULT / "per_query.tsv.gz").write_bytes(gzip.compress(b"0" * 30_000_000))
    rehash(folder)


@refused("predictions", "no gzip file")
def a_pickle_in_the_place_of_predictions(folder: Path) -> None:
    (folder / RESULT / "run.trec.gz").write_bytes(pickle.dumps(_Executes()))
    rehash(folder)


@refused("predictions", "no TREC run")
def json_in_the_place_of_predictions(folder: Path) -> None:
    edit_gzip(folder / RESULT / "run.trec.gz", lambda lines: ["[" * 100_000])
    rehash(folder)


@refused("per query", "line 2 is no query, split")
def a_table_of_words(folder: Path) -> None:
    _values(folder, lambda lines: [lines[0], "a\tb\tc\td"])


@refused("per query", "line 2 is no query, split")
def a_table_of_brackets(folder: Path) -> None:
    deep = "[" * 100_000
    _values(folder, lambda lines: [lines[0], f"{deep}\t1\t1\t1"])


@refused("cost", "wall_seconds")
def a_run_that_took_no_time_at_all(folder: Path) -> None:
    edit_json(folder / RESULT / "run_info.json", lambda told: told.update(wall_seconds=-1))
    rehash(folder)


# -- the card and the model ----------------------------------------------------------------------


@refused("card", "licence")
def a_card_without_a_licence(folder: Path) -> None:
    _card(folder, (folder / "model.yaml").read_text().replace("licence: Apache-2.0\n", ""))


@refused("card", "contact is not filled in")
def a_card_that_nobody_filled_in(folder: Path) -> None:
    _card_line(folder, "contact: someone@example.org", "contact: TODO")


@refused("card", "https")
def a_link_that_is_a_script(folder: Path) -> None:
    _card_line(folder, "links: {}", 'links: {paper: "javascript:alert(1)"}')


@refused("card", "https")
def a_link_that_leaves_its_quotes(folder: Path) -> None:
    _card_line(folder, "links: {}", "links: {paper: 'https://x.org/\" onclick=alert(1)'}")


@refused("card", "control characters")
def a_name_that_moves_the_cursor(folder: Path) -> None:
    _card_line(folder, "name: BM25", 'name: "BM25\\e[2J"')


@refused("card", "kind")
def a_kind_that_there_is_not(folder: Path) -> None:
    _card_line(folder, "kind: lexical", f"kind: '{SCRIPT}'")


@refused("kind", "reference models only")
def a_model_that_calls_itself_a_reference(folder: Path) -> None:
    _card_line(folder, "kind: lexical", "kind: reference")


@refused("environment", "packages")
def an_environment_without_packages(folder: Path) -> None:
    edit_json(folder / "environment.json", lambda told: told.pop("packages"))
    rehash(folder)


@refused("expression", "is not a model")
def an_expression_that_is_python(folder: Path) -> None:
    _model(folder, "__import__('os').system('touch executed')")


@refused("expression", "secrets come from the environment")
def an_expression_with_a_key(folder: Path) -> None:
    _model(folder, 'openai("gpt-x", api_key="abcdefgh")')


@refused("expression", "endpoint")
def an_expression_with_an_endpoint(folder: Path) -> None:
    _model(folder, 'openai("gpt-x", base_url="internal")')


@refused("expression", "address")
def an_expression_with_an_address(folder: Path) -> None:
    _model(folder, 'hf("http://169.254.169.254/model")')


@refused("expression", "path of a machine")
def an_expression_with_a_path(folder: Path) -> None:
    _model(folder, "../my_model.py:X")


@refused("expression", "canonically")
def an_expression_with_spaces(folder: Path) -> None:
    _model(folder, "bm25( )")


@refused("keys", "Hugging Face")
def a_card_with_a_key(folder: Path) -> None:
    _card_line(folder, "prompt: null", "prompt: hf_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7")


@refused("keys", "run.trec.gz")
def predictions_with_a_key(folder: Path) -> None:
    key = "sk-A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7"
    edit_gzip(folder / RESULT / "run.trec.gz", lambda lines: [f"{lines[0][:-4]}{key}", *lines[1:]])
    rehash(folder)


@refused("entry", "not that of model_identity")
def the_fingerprint_of_another_model(folder: Path) -> None:
    edit_result(folder, lambda told: told.update(model_fingerprint="0" * 64))


@refused("entry", "one model each")
def results_of_two_models(folder: Path) -> None:
    edit_json(folder / RESULT / "result.json", lambda told: told.update(model="minilm"))
    rehash(folder)


# -- tasks, settings, measures -------------------------------------------------------------------


@refused("schema", "names no task")
def a_task_that_is_a_python_file(folder: Path) -> None:
    edit_result(folder, lambda told: told.update(task="my_task.py:X"))


@refused("schema", "names no task")
def a_task_that_is_a_folder(folder: Path) -> None:
    edit_result(folder, lambda told: told.update(task="../../etc"))


@refused("schema", "names no task")
def a_task_that_is_an_expression(folder: Path) -> None:
    edit_result(folder, lambda told: told.update(task='folder("/etc")'))


@refused("task", "registered tasks only")
def a_task_of_a_plug_in(folder: Path) -> None:
    edit_result(folder, lambda told: told.update(task="starter-tools/flight"))


@refused("task", "registered tasks only")
def a_task_by_its_last_part(folder: Path) -> None:
    edit_result(folder, lambda told: told.update(task="shops"))


@refused("task", "version 0")
def a_task_of_an_old_version(folder: Path) -> None:
    edit_result(folder, lambda told: told.update(task_version="0"))


@refused("data", "other data")
def other_data(folder: Path) -> None:
    edit_result(folder, lambda told: told.update(data_hash="0" * 64))


@refused("entry", "data_hash")
def a_manifest_about_other_data(folder: Path) -> None:
    _manifest(folder, lambda told: told["results"][0].update(data_hash="0" * 64))


@refused("entry", "setting")
def a_manifest_about_another_setting(folder: Path) -> None:
    _manifest(folder, lambda told: told["results"][0]["setting"].update(instruction="no"))


@refused("schema", "names no task, measure or setting")
def a_setting_with_a_script(folder: Path) -> None:
    edit_result(folder, lambda told: told["setting"].update(join=SCRIPT))


@refused("setting", "unknown view")
def a_setting_that_the_task_has_not(folder: Path) -> None:
    edit_result(folder, lambda told: told["setting"].update(view="braille"))


@refused("setting", "unknown join")
def a_join_that_there_is_not(folder: Path) -> None:
    edit_result(folder, lambda told: told["setting"].update(join="glue"))


@refused("setting", "without --limit")
def only_the_easy_queries(folder: Path) -> None:
    edit_result(folder, lambda told: told["setting"].update(limit=5))


@refused("schema", "names no task, measure")
def a_measure_that_is_a_python_file(folder: Path) -> None:
    edit_result(folder, lambda told: told["measures"].update({"my_measure.py:f": _main(told)}))


@refused("measures", "none of the harness's own")
def a_measure_that_there_is_not(folder: Path) -> None:
    edit_result(folder, lambda told: told["measures"].update({"Glory@10": _main(told)}))


@refused("measures", "main measure")
def the_main_measure_left_out(folder: Path) -> None:
    edit_result(folder, lambda told: told["measures"].pop("nDCG@10"))


@refused("measures", "main measure")
def another_main_measure(folder: Path) -> None:
    edit_result(folder, lambda told: told.update(main_measure="R@20"))


@refused("status", "failed outside the model")
def errors_that_are_hidden(folder: Path) -> None:
    edit_result(folder, lambda told: told["errors"].update({"flights-01": "HTTP 500"}))


@refused("status", "incomplete")
def an_incomplete_result(folder: Path) -> None:
    edit_result(folder, lambda told: told.update(status="incomplete"))


# -- predictions -----------------------------------------------------------------------------------


@refused("entry", "predictions_hash")
def a_manifest_about_other_predictions(folder: Path) -> None:
    _manifest(folder, lambda told: told["results"][0].update(predictions_hash="0" * 64))


@refused("predictions", "predictions_hash")
def other_predictions_than_claimed(folder: Path) -> None:
    edit_gzip(folder / RESULT / "run.trec.gz", lambda lines: lines[:-1])
    rehash(folder)


@refused("predictions", "finite")
def a_prediction_without_a_number(folder: Path) -> None:
    _run(folder, lambda columns: [*columns[:4], "nan", columns[5]])


@refused("predictions", "finite")
def a_prediction_beyond_all_numbers(folder: Path) -> None:
    _run(folder, lambda columns: [*columns[:4], "1e39", columns[5]])


@refused("predictions", "columns")
def a_prediction_of_seven_columns(folder: Path) -> None:
    _run(folder, lambda columns: [*columns, "more"])


@refused("predictions", "twice")
def a_document_twice(folder: Path) -> None:
    edit_gzip(folder / RESULT / "run.trec.gz", lambda lines: [lines[0], *lines])
    rehash(folder)


@refused("predictions", "control characters")
def an_id_that_moves_the_cursor(folder: Path) -> None:
    edit_run(folder, lambda lines: [lines[0].replace(lines[0].split()[2], "\x1b[2J"), *lines[1:]])


@refused("ids", "documents that the task lacks")
def documents_that_the_task_lacks(folder: Path) -> None:
    edit_run(folder, lambda lines: [_column(line, 2, f"no-{i}") for i, line in enumerate(lines)])


@refused("ids", "queries that the task lacks")
def queries_that_the_task_lacks(folder: Path) -> None:
    edit_run(folder, lambda lines: [line.replace("flights-", SCRIPT, 1) for line in lines])


@refused("depth", "end after 5 documents")
def lists_that_are_too_shallow(folder: Path) -> None:
    edit_run(folder, lambda lines: [line for line in lines if int(line.split()[3]) <= 5])


@refused("depth", "15 documents were asked for")
def fewer_documents_than_a_measure_sees(folder: Path) -> None:
    edit_run(folder, lambda lines: [line for line in lines if int(line.split()[3]) <= 15])
    edit_result(folder, lambda told: told["setting"].update(k=15))
    _move(folder, "k-15")


# -- numbers -------------------------------------------------------------------------------------


@refused("scores", "nDCG@10 value is claimed as")
def a_mean_off_by_a_hundred_thousandth(folder: Path) -> None:
    edit_result(folder, lambda told: _off(_main(told), "value", 1e-5))


@refused("scores", "nDCG@10 ci_low is claimed as")
def a_lower_end_off_by_a_hundred_thousandth(folder: Path) -> None:
    edit_result(folder, lambda told: _off(_main(told), "ci_low", 1e-5))


@refused("scores", "nDCG@10 ci_high is claimed as")
def an_upper_end_off_by_a_hundred_thousandth(folder: Path) -> None:
    edit_result(folder, lambda told: _off(_main(told), "ci_high", -1e-5))


@refused("scores", "nDCG@10 n is claimed as")
def a_mean_over_more_queries(folder: Path) -> None:
    edit_result(folder, lambda told: _off(_main(told), "n", 1))


@refused("scores", "Completeness@20 value is claimed as")
def the_last_measure_off_by_a_hundred_thousandth(folder: Path) -> None:
    edit_result(folder, lambda told: _off(told["measures"]["Completeness@20"], "value", 1e-5))


@refused("values", "of query 'flights-03' is claimed as")
def the_value_of_a_query_off_by_a_hundred_thousandth(folder: Path) -> None:
    def change(lines: list[str]) -> list[str]:
        columns = lines[3].split("\t")
        columns[5] = repr(float(columns[5]) + 1e-5)
        return [*lines[:3], "\t".join(columns), *lines[4:]]

    _values(folder, change)


@refused("per query", "queries have values")
def the_value_of_a_query_left_out(folder: Path) -> None:
    _values(folder, lambda lines: lines[:-1])


@refused("per query", "not finite")
def the_value_of_a_query_not_finite(folder: Path) -> None:
    _values(folder, lambda lines: [*lines[:-1], _tab(lines[-1], 4, "1e999")])


@refused("per query", "means of the values")
def queries_drawn_together_that_are_not_one(folder: Path) -> None:
    _values(folder, lambda lines: [*lines[:-1], _tab(lines[-1], 2, "0")])


@refused("scores", "nDCG@5 value")
def everything_claimed_to_be_perfect(folder: Path) -> None:
    def perfect(told: Any) -> None:
        for value in told["measures"].values():
            value.update(value=1.0, ci_low=1.0, ci_high=1.0)

    edit_result(folder, perfect)
    _values(folder, lambda lines: [lines[0], *("\t".join(_all(line, "1.0")) for line in lines[1:])])


@refused("counts", "missing is claimed as 0 and is 1")
def a_query_without_an_answer_hidden(folder: Path) -> None:
    """The query is gone and counts 0 everywhere, as it must; only the counts are silent."""
    edit_run(folder, lambda lines: [line for line in lines if line.split()[0] != "flights-03"])
    _values(
        folder,
        lambda lines: [*lines[:3], "\t".join(_all(lines[3], "0.0")), *lines[4:]],
    )
    found = score("starter-tools/flights", folder / RESULT).model_dump(mode="json")
    edit_result(folder, lambda told: told.update(measures=found["measures"]))


@refused("counts", "malformed and has an answer")
def an_answer_that_counts_as_malformed(folder: Path) -> None:
    def claim(told: Any) -> None:
        told["malformed"]["flights-01"] = SCRIPT
        told["counts"]["malformed"] = 1

    edit_result(folder, claim)


@refused("counts", "documents is claimed as 7")
def another_size_of_the_corpus(folder: Path) -> None:
    edit_result(folder, lambda told: told["counts"].update(documents=7))


@refused("ids", "malformed answers to queries")
def a_malformed_answer_to_no_query(folder: Path) -> None:
    def claim(told: Any) -> None:
        told["malformed"]["nobody"] = "unreadable"
        told["counts"]["malformed"] = 1

    edit_result(folder, claim)


# -- how ------------------------------------------------------------------------------------------


class _Executes:
    """Runs a command when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch executed",)


def _troubles(verdict: Verdict) -> str:
    return "\n".join(f"{o.check}: {o.message}" for o in verdict.outcomes if o.status == "failed")


def _manifest(folder: Path, change: Callable[[Any], None]) -> None:
    edit_json(folder / "manifest.json", change)


def _files(folder: Path, change: Callable[[Any], object]) -> None:
    def inner(told: Any) -> None:
        change(told["files"])

    _manifest(folder, inner)


def _card(folder: Path, text: str) -> None:
    (folder / "model.yaml").write_text(text)


def _card_line(folder: Path, old: str, new: str) -> None:
    edit_text(folder / "model.yaml", old, new)
    rehash(folder)


def _model(folder: Path, expression: str) -> None:
    edit_result(folder, lambda told: told.update(model=expression))


def _main(told: Any) -> Any:
    return told["measures"]["nDCG@10"]


def _off(value: Any, part: str, by: float) -> None:
    value[part] += by


def _column(line: str, place: int, text: str) -> str:
    columns = line.split()
    columns[place] = text
    return " ".join(columns)


def _values(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Changes the lines of the values of every query."""
    edit_gzip(folder / RESULT / "per_query.tsv.gz", change)
    rehash(folder)


def _tab(line: str, place: int, text: str) -> str:
    columns = line.split("\t")
    columns[place] = text
    return "\t".join(columns)


def _all(line: str, value: str) -> list[str]:
    """The columns of a query whose every value is the same."""
    columns = line.split("\t")
    return [*columns[:4], *[value] * len(columns[4:])]


def _run(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Changes the first line of the predictions, which cannot be read any more."""
    edit_gzip(
        folder / RESULT / "run.trec.gz",
        lambda lines: [" ".join(change(lines[0].split())), *lines[1:]],
    )
    rehash(folder)


def _move(folder: Path, setting: str) -> None:
    """Lets the result lie where its setting belongs."""
    place = RESULT.replace("default", setting)
    (folder / place).parent.mkdir()
    (folder / RESULT).rename(folder / place)
    (folder / RESULT).parent.rmdir()
    _manifest(folder, lambda told: told["results"][0].update(path=place))
    rehash(folder)
