from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import UserError
from harness.training import LoadedProducer, find_producers, load_producer

HERE = Path(__file__).parent / "counting.py"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("a\n")
    return path


def with_file(tmp_path: Path, text: str, *settings: str) -> LoadedProducer:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    return load_producer(f"{HERE}:Counting", file, settings)


def test_single_settings_replace_those_of_the_file_and_these_the_expressions(
    text: Path, tmp_path: Path
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"data: {text}\nmost: 4\nshare: 1e-4\n")
    found = load_producer(f'{HERE}:Counting(most=3, words=["x"])', file, ["share=2e-3"])
    assert found.parameters["most"] == 4
    assert found.parameters["share"] == 0.002
    assert found.parameters["words"] == ["x"]


def test_yaml_may_write_small_numbers_without_a_dot(text: Path, tmp_path: Path) -> None:
    found = with_file(tmp_path, f"data: {text}\nshare: 1e-4\n")
    assert found.parameters["share"] == 0.0001


def test_a_text_of_digits_stays_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "7").write_text("a\n")
    assert load_producer(f"{HERE}:Counting", settings=["data=7"]).inputs["data"]["name"] == "7"


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("mosst=3", "Did you mean most"),
        ("most=many", "most must be a whole number"),
        ("loud=1", "loud must be true or false"),
        ("most", "key=value"),
        ("=3", "key=value"),
    ],
)
def test_a_wrong_setting_says_what_is_right(text: Path, setting: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        load_producer(f"{HERE}:Counting", settings=[f"data={text}", setting])


@pytest.mark.parametrize("written", ["- a\n", "just words\n", "3: x\n", "a: [\n", "\x00"])
def test_a_file_that_holds_no_settings_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(UserError, match=r"config\.yaml"):
        with_file(tmp_path, written)


def test_what_is_missing_is_told(text: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        load_producer(f"{HERE}:Counting", tmp_path / "none.yaml")
    with pytest.raises(UserError, match="needs a value for 'data'"):
        load_producer(f"{HERE}:Counting")
    with pytest.raises(UserError, match="data: there is no"):
        load_producer(f"{HERE}:Counting", settings=["data=nowhere"])
    with pytest.raises(UserError, match="no producer"):
        load_producer("bm25 % 10")
    with pytest.raises(UserError, match="unknown producer"):
        load_producer("nothing_of_that_name")


def test_a_class_that_lacks_the_contract_is_told_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text("class P:\n    def stages(self):\n        return []\n")
    with pytest.raises(UserError, match=r"no producer.*docs/training\.md"):
        load_producer(f"{tmp_path / 'p.py'}:P")


def test_a_producer_is_looked_up_with_its_settings() -> None:
    [row] = find_producers(f"{HERE}:Counting")
    assert row["summary"] == "Counts words."
    told = {p["name"]: p for p in row["parameters"]}
    assert told["data"]["description"] == "a text, one sentence a line."
    assert (told["data"]["default"], told["most"]["default"]) == ("", "2")
    assert (told["most"]["changes"], told["loud"]["changes"]) == (True, False)


def test_only_a_plan_does_without_the_model_that_training_starts_from(tmp_path: Path) -> None:
    file = tmp_path / "absent.py"
    file.write_text(
        "from harness.errors import UserError\n"
        "class Method:\n"
        "    adapter, inputs = 'bm25', {}\n"
        "    def stages(self): return ()\n"
        "    @property\n"
        "    def parent(self): raise UserError('the base is not here')\n"
    )
    assert load_producer(f"{file}:Method", planning=True).name == "absent.py:Method"
    with pytest.raises(UserError, match="the base is not here"):
        load_producer(f"{file}:Method")


def test_files_go_by_their_names_in_what_is_written_down_of_the_settings(text: Path) -> None:
    words = json.dumps([f"{text.parent}/other.txt", f'questions("{text}")'])
    found = load_producer(f"{HERE}:Counting", settings=[f"data={text}", f"words={words}"])
    assert found.parameters["data"] == "text.txt"
    assert found.parameters["words"] == [f"{text.parent}/other.txt", 'questions("text.txt")']


def test_one_text_stands_for_several(text: Path) -> None:
    found = load_producer(f"{HERE}:Counting", settings=[f"data={text}", "words=alone"])
    assert found.parameters["words"] == ["alone"]
