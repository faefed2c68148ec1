"""Trajectories as JSONL: nothing is lost, nothing broken gets in, nothing stops the rest."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.formats import trajectories
from harness.formats.trajectories import (
    digest,
    from_json,
    from_line,
    read_trajectories,
    to_json,
    to_line,
    write_trajectories,
)
from harness.records import Judgement, Message, ToolCall, Trajectory, Usage

FULL = Trajectory(
    "live/12",
    trial=3,
    messages=(
        Message("user", "What is the weather in Zürich?\nAnd in Oslo?"),
        Message(
            "assistant",
            "I look.",
            (ToolCall("weather", {"city": "Zürich", "days": [1, 2.5], "x": None}, "c1"),),
        ),
        Message("tool", "sunny", call_id="c1", failed=False),
        Message("assistant", calls=(ToolCall("weather", {}, "c2", "no JSON object"),)),
        Message("tool", "error", call_id="c2", failed=True),
    ),
    answer="",
    end="stopped",
    detail="20 steps",
    usage=Usage(100, 20, 0.25),
    seconds=0.0,
    reward=0.5,
    judgements=(
        Judgement("gpt-4, template 1", "Solved"),
        Judgement("gpt-4", "win", "against CoT", 2, swapped=True, reason="better"),
    ),
)
LEAST = Trajectory("p")


def written(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"\n".join(x.encode() if isinstance(x, str) else x for x in lines) + b"\n")
    return path


@pytest.mark.parametrize("name", ["t.jsonl", "t.jsonl.gz"])
def test_what_is_written_is_read_again(tmp_path: Path, name: str) -> None:
    every = [FULL, LEAST, replace(FULL, usage=Usage(), answer=None, reward=-0.0)]
    write_trajectories(tmp_path / name, iter(every))
    assert list(read_trajectories(tmp_path / name)) == every


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
calls = st.builds(ToolCall, texts, st.dictionaries(texts, plain | texts, max_size=3), texts, texts)
messages = st.builds(
    Message,
    st.sampled_from(["system", "user", "assistant", "tool"]),
    texts,
    st.lists(calls, max_size=2).map(tuple),
    texts,
    st.sampled_from([None, True, False]),
)


@given(st.lists(messages, max_size=3), st.none() | texts)
def test_any_conversation_survives_a_line(said: list[Message], answer: str | None) -> None:
    trajectory = Trajectory("p", messages=tuple(said), answer=answer)
    line = to_line(trajectory)
    assert line.count(b"\n") == 1
    assert from_json(json.loads(line)) == trajectory


def test_what_is_default_is_not_written() -> None:
    assert to_json(LEAST) == {"problem": "p"}
    assert to_line(LEAST) == b'{"problem":"p"}\n'
    calling = Message("assistant", calls=(ToolCall("f"),))
    assert to_json(Trajectory("p", messages=(calling,), usage=Usage()))["messages"] == [
        {"role": "assistant", "calls": [{"name": "f"}]}
    ]
    assert to_json(replace(LEAST, usage=Usage())) == {"problem": "p", "usage": {}}


@pytest.mark.parametrize("name", ["t.jsonl", "t.jsonl.gz"])
def test_the_same_trajectories_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / "other").mkdir()
    for folder in (tmp_path, tmp_path / "other"):
        write_trajectories(folder / name, [FULL, LEAST])
    assert (tmp_path / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", '{"problem": "old"}')

    def failing() -> Iterator[Trajectory]:
        yield LEAST
        raise UserError("no more")

    with pytest.raises(UserError, match="no more"):
        write_trajectories(path, failing())
    assert list(read_trajectories(path)) == [Trajectory("old")]
    assert [file.name for file in tmp_path.iterdir()] == ["t.jsonl"]


BROKEN: dict[str, Any] = {
    "[]": "it is a list, not an object",
    "{}": "the field 'problem' is not there",
    '{"problem": ""}': "problem: it is empty",
    '{"problem": 7}': "problem: it is a number, not a text",
    '{"problem": "p", "task": 1}': "there is no field 'task'; there are problem, trial",
    '{"problem": "p", "problem": "q"}': "the key 'problem' is there twice",
    '{"problem": "p", "trial": true}': "trial: it is true or false, not a whole number",
    '{"problem": "p", "trial": 1.0}': "trial: it is a number, not a whole number",
    '{"problem": "p", "trial": -1}': "trial: it is not from 0",
    '{"problem": "p", "end": "won"}': "end: 'won' is none of error, finished, gave up",
    '{"problem": "p", "reward": NaN}': "NaN is no number",
    '{"problem": "p", "reward": 1e999}': "reward: it is not from",
    '{"problem": "p", "seconds": -1}': "seconds: it is less than 0",
    '{"problem": "p", "usage": {"input_tokens": 1.5}}': "usage.input_tokens: it is a number",
    '{"problem": "p", "messages": "hello"}': "messages: it is a text, not a list",
    '{"problem": "p", "messages": [{"role": "user"}, 5]}': r"messages\[1\]: it is a number",
    '{"problem": "p", "messages": [{"role": "boss"}]}': r"messages\[0\].role: 'boss' is none",
    '{"problem": "p", "messages": [{"role": "user", "content": null}]}': "content: it is null",
    '{"problem": "p", "messages": [{"role": "assistant", "calls": [{}]}]}': r"\]: the field 'name'",
    '{"problem": "p", "messages": [{"role": "assistant", "calls": [{"name": "f", '
    '"arguments": "x"}]}]}': r"messages\[0\].calls\[0\].arguments: it is a text, not an object",
    '{"problem": "p", "judgements": [{"judge": "j"}]}': "the field 'label' is not there",
    '{"problem": "p"': "it is not JSON",
    r'{"problem": "\ud83d"}': "half a surrogate pair",
}


@pytest.mark.parametrize("line", BROKEN)
def test_a_broken_line_is_reported_with_its_number_and_the_rest_is_read(
    tmp_path: Path, line: str
) -> None:
    path = written(tmp_path / "t.jsonl", '{"problem": "a"}', "", line, '{"problem": "b"}')
    first, broken, last = read_trajectories(path)
    assert (first, last) == (Trajectory("a"), Trajectory("b"))
    assert isinstance(broken, Unreadable)
    assert broken.place == "line 3"
    with pytest.raises(UserError, match=BROKEN[line]):
        raise UserError(broken.reason)


def calling(arguments: str) -> str:
    call = f'{{"name": "f", "arguments": {arguments}}}'
    return f'{{"problem": "p", "messages": [{{"role": "assistant", "calls": [{call}]}}]}}'


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ('{"a": ' + "[" * 10_000 + "]" * 10_000 + "}", "nested more than 64 deep"),
        ('{"a": ' + "[" * 100 + "]" * 100 + "}", "nested more than 64 deep"),
        ('{"a": 1e999}', "a number is not finite"),
        ('{"a": ' + "9" * 400 + "}", "beyond the range of a float"),
        ('{"a": ' + "9" * 5_000 + "}", "too many digits"),
    ],
)
def test_hostile_arguments_are_refused(tmp_path: Path, arguments: str, reason: str) -> None:
    path = written(tmp_path / "t.jsonl", calling(arguments), '{"problem": "b"}')
    broken, last = read_trajectories(path)
    assert isinstance(broken, Unreadable)
    assert reason in broken.reason
    assert len(broken.reason) < 200
    assert last == Trajectory("b")


def test_an_argument_of_50_megabytes_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", calling(f'{{"a": "{"x" * 50_000_000}"}}'))
    (found,) = read_trajectories(path)
    assert isinstance(found, Trajectory)
    assert len(found.calls[0].arguments["a"]) == 50_000_000


def test_a_line_beyond_the_bound_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trajectories, "MAX_LINE", 100)
    fits = f'{{"problem": "{"p" * 84}"}}'
    assert len(fits) == 99  # with its line break it is 100
    path = written(tmp_path / "t.jsonl", fits, f" {fits}", "x" * 5_000_000, '{"problem": "b"}')
    first, longer, longest, last = read_trajectories(path)
    assert first == Trajectory("p" * 84)
    reason = "it is longer than 100 bytes"
    assert [longer, longest] == [Unreadable("line 2", reason), Unreadable("line 3", reason)]
    assert last == Trajectory("b")
    with pytest.raises(UserError, match="takes more than 100 bytes"):
        to_line(Trajectory("p" * 100))


def test_bytes_that_are_no_text_are_reported(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", b'{"problem": "\xff"}', b'{"problem": "\xed\xa0\x80"}')
    assert list(read_trajectories(path)) == [
        Unreadable("line 1", "it is not UTF-8: byte 14"),
        Unreadable("line 2", "it is not UTF-8: byte 14"),
    ]


def test_a_byte_order_mark_windows_line_ends_and_no_last_break_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"problem": "a"}\r\n\r\n{"problem": "b"}')
    assert list(read_trajectories(path)) == [Trajectory("a"), Trajectory("b")]


def test_a_gzip_file_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.gz"
    names = [f"problem {i} of a file that is large enough to be cut off" for i in range(20_000)]
    path.write_bytes(gzip.compress("\n".join(f'{{"problem": "{n}"}}' for n in names).encode()))
    path.write_bytes(path.read_bytes()[:-2_000])
    *found, last = read_trajectories(path)
    assert found
    assert found == [Trajectory(name) for name in names[: len(found)]]
    assert isinstance(last, Unreadable)
    assert last.place == f"line {len(found) + 1}"
    assert "cut off or damaged" in last.reason


def test_a_file_that_cannot_be_opened_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no file .*nowhere\.jsonl"):
        list(read_trajectories(tmp_path / "nowhere.jsonl"))
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        list(read_trajectories(tmp_path))
    with pytest.raises(UserError, match="is no gzip file, as its name says"):
        list(read_trajectories(written(tmp_path / "t.jsonl.gz", '{"problem": "a"}')))


def deep(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"a": nan}, "not finite"),
        ({"a": {1, 2}}, "a set is no JSON"),
        ({"a": "\ud800"}, "half a surrogate pair"),
        ({1: "a"}, "a key is not a text"),
        (deep(65), "nested more than 64 deep"),
        (deep(5_000), "nested too deep"),
        ("text", "not an object"),
    ],
)
def test_what_cannot_be_read_again_is_not_written(arguments: Any, reason: str) -> None:
    calling = Message("assistant", calls=(ToolCall("f", arguments),))
    with pytest.raises(UserError, match=f"trial 2 of problem 'p' cannot be written: .*{reason}"):
        to_line(Trajectory("p", 2, (calling,)))


def test_a_half_surrogate_anywhere_is_not_written() -> None:
    with pytest.raises(UserError, match="half a surrogate pair"):
        to_line(Trajectory("p", answer="\ud800"))


def test_tuples_become_lists() -> None:
    calling = Message("assistant", calls=(ToolCall("f", {"a": (1, (2,))}),))
    found = from_json(json.loads(to_line(Trajectory("p", messages=(calling,)))))
    assert found.calls[0].arguments == {"a": [1, [2]]}


def test_a_digest_is_of_the_content() -> None:
    def of(**arguments: Any) -> str:
        return digest(
            Trajectory("p", messages=(Message("assistant", calls=(ToolCall("f", arguments),)),))
        )

    assert of(a=1, b=2) == of(b=2, a=1)
    different = [of(a=1, b=2), of(a=2, b=1), of(a=1.0, b=2), of(a="1", b=2), digest(LEAST)]
    assert len(set(different)) == 5
    # printf '{"problem":"p"}' | sha256sum
    assert digest(LEAST) == "99861058af62188673511974f1bdbc35ebb71fbe8cf1885a1e8d6373034b561d"
    with pytest.raises(UserError, match="cannot be written"):
        of(a=nan)


def test_reading_holds_one_trajectory_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    write_trajectories(path, (Trajectory(f"p{i}", answer="x" * 10_000) for i in range(2_000)))
    tracemalloc.start()
    n = sum(isinstance(found, Trajectory) for found in read_trajectories(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n == 2_000
    assert peak < 1_000_000 < path.stat().st_size


@pytest.mark.parametrize("state", [{"cart": [1, {"b": None}]}, [], "x", 0, False])
def test_the_state_of_a_world_is_any_json(state: object) -> None:
    trajectory = Trajectory("p", state=state)
    assert from_line(to_line(trajectory)) == trajectory
