"""Completions by key in a file that only grows."""

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from harness.records import Completion, ToolCall, Usage
from models.chat.store import Store

FULL = Completion(
    "Øl \ud83d",
    Usage(3, 4, 0.25),
    "tool_calls",
    (ToolCall("t", {"a": [1, None]}, "c1"), ToolCall("u", problem="no JSON")),
    seconds=1.5,
)


def key(number: int) -> str:
    return f"{number:064x}"


def test_what_was_added_is_found_again_by_others_too(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "c.jsonl"
    writer, reader = Store(path), Store(path)
    assert reader.get(key(1)) is None
    writer.add(key(1), "user: hello", FULL)
    assert reader.get(key(1)) == writer.get(key(1)) == Store(path).get(key(1)) == FULL
    assert len(reader) == 1
    writer.add(key(2), "", Completion("two"))
    assert reader.get(key(2)) == Completion("two")


def test_how_long_it_took_and_a_price_that_is_not_known_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "c.jsonl")
    store.add(key(1), "", FULL)
    store.add(key(2), "", Completion("x", Usage(1, 2, None)))
    found = [store.get(key(number)) for number in (1, 2)]
    assert [f and f.seconds for f in found] == [1.5, 0.0]
    assert [f and f.usage.money for f in found] == [0.25, None]


def test_a_new_file_names_its_model_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "c.jsonl", "openai('m')")
    store.add(key(1), "", Completion("one"))
    Store(store.path, "openai('m')").add(key(2), "", Completion("two"))
    assert store.path.read_text().count('"model"') == 1
    assert json.loads(store.path.read_text().strip().split("\n")[0]) == {"model": "openai('m')"}
    assert [store.get(key(n)) for n in (1, 2)] == [Completion("one"), Completion("two")]
    assert len(store) == 2


def test_of_equal_keys_the_last_counts(tmp_path: Path) -> None:
    store = Store(tmp_path / "c.jsonl")
    store.add(key(1), "", Completion("old"))
    assert store.get(key(1)) == Completion("old")
    Store(store.path).add(key(1), "", Completion("new"))
    assert Store(store.path).get(key(1)) == Completion("new")


def test_a_kill_at_any_byte_loses_only_what_was_being_written(tmp_path: Path) -> None:
    whole = Store(tmp_path / "whole.jsonl")
    whole.add(key(1), "one", Completion("one"))
    first = whole.path.read_bytes()
    whole.add(key(2), "two", FULL)
    both = whole.path.read_bytes()
    for size in range(len(first), len(both)):
        path = tmp_path / f"{size}.jsonl"
        path.write_bytes(both[:size])
        torn = Store(path)
        assert torn.get(key(1)) == Completion("one")
        assert torn.get(key(2)) is None
        torn.add(key(3), "three", Completion("three"))
        torn.add(key(2), "two", FULL)
        for store in (torn, Store(path)):
            found = [store.get(key(number)) for number in (1, 2, 3)]
            assert found == [Completion("one"), FULL, Completion("three")]


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"[]",
        b'{"key":"x"}',
        b'{"key":"%s","completion":{}}' % key(1).encode(),
        b'{"key":"%s","completion":{"text":3}}' % key(1).encode(),
        b'{"key":"%s","completion":{"text":"","usage":{"x":1}}}' % key(1).encode(),
        b'{"key":"%s","completion":{"text":"","calls":[{"name":1}]}}' % key(1).encode(),
        b'{"key":"%s","completion":{"text":"","usage":7}}' % key(1).encode(),
        b'{"key":"%s","completion":{"text":"","usage":{"input_tokens":"9"}}}' % key(1).encode(),
        b'{"key":"%s","completion":{"text":"","usage":{"input_tokens":null}}}' % key(1).encode(),
        b'{"key":"%s","completion":{"text":"","usage":{"money":NaN}}}' % key(1).encode(),
        b'{"key":"%s","completion":{"text":"","seconds":-1}}' % key(1).encode(),
        b'{"key":"%s","completion":[[[}' % key(1).encode(),
    ],
)
def test_a_record_that_is_none_has_no_completion(tmp_path: Path, record: bytes) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(record + b"\n")
    store = Store(path)
    assert store.get(key(1)) is None
    store.add(key(1), "", Completion("now"))
    assert store.get(key(1)) == Completion("now")


def test_a_file_that_goes_away_is_empty(tmp_path: Path) -> None:
    store = Store(tmp_path / "c.jsonl")
    store.add(key(1), "", Completion("x"))
    assert len(store) == 1
    store.path.unlink()
    assert store.get(key(1)) is None
    assert len(store) == 0


def test_each_record_is_a_line_of_json(tmp_path: Path) -> None:
    store = Store(tmp_path / "c.jsonl")
    store.add(key(1), "user: hello", Completion("hi", Usage(1, 2)))
    line = store.path.read_text().strip()
    assert json.loads(line) == {
        "key": key(1),
        "asked": "user: hello",
        "completion": {
            "text": "hi",
            "finish": "stop",
            "usage": {"input_tokens": 1, "output_tokens": 2, "money": 0.0},
        },
    }


def _fill(path: Path, start: int) -> None:
    store = Store(path)
    for number in range(start, start + 200):
        store.add(key(number), "", Completion("x" * (number % 97) * 100))


def test_processes_write_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    context: Any = multiprocessing.get_context("fork")
    writers = [context.Process(target=_fill, args=(path, start)) for start in (0, 200, 400)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    store = Store(path)
    assert len(store) == 600
    for number in range(600):
        assert store.get(key(number)) == Completion("x" * (number % 97) * 100)
