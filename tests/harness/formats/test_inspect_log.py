"""Logs of inspect_ai hold what trajectories hold: its own reader says so."""

from __future__ import annotations

import tracemalloc
from math import nan
from pathlib import Path

import pytest

from harness.formats.inspect_log import writing
from harness.records import (
    Expected,
    Gold,
    Image,
    Judgement,
    Message,
    Problem,
    ToolCall,
    Trajectory,
    Usage,
)

pytest.importorskip("inspect_ai")
from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSample, EvalSpec, read_eval_log
from inspect_ai.model import ContentImage

PICTURE = "data:image/png;base64,iVBORw0KGgo="
ASKED = Message("user", "What is on the picture?", images=(Image(PICTURE, "low"),))
PROBLEM = Problem("p", ((ASKED,),), gold=Gold(path=("look", "zoom"), answers=("a cat",)))
LOOK = ToolCall("look", {"at": "picture"}, "c1")
SAID = (
    Message("assistant", "Let me see.", (LOOK, ToolCall("zoom", id="c2", problem="no JSON"))),
    Message("tool", '{"seen": "fur"}', call_id="c1", failed=False),
    Message("tool", "The call could not be read", call_id="c2", failed=True),
    Message("assistant", "A cat."),
)


def the_header() -> EvalLog:
    spec = EvalSpec(
        created="2026-01-02T03:04:05+00:00",
        task="toy",
        model="agent",
        dataset=EvalDataset(name="toy"),
        config=EvalConfig(),
    )
    return EvalLog(status="success", eval=spec)


HEADER = the_header()  # every one has an id drawn by chance


def read_again(
    path: Path, *attempts: tuple[Trajectory, dict[str, float], Problem | None]
) -> list[EvalSample]:
    with writing(path, "agent") as log:
        for attempt in attempts:
            log.add(*attempt)
        log.finish(HEADER)
    return read_eval_log(path).samples or []


def test_messages_calls_results_and_pictures_come_back(tmp_path: Path) -> None:
    [sample] = read_again(tmp_path / "a.eval", (Trajectory("p", 0, SAID), {}, PROBLEM))
    user, first, seen, unread, last = sample.messages
    assert [m.role for m in sample.messages] == ["user", "assistant", "tool", "tool", "assistant"]
    assert user.text == "What is on the picture?"
    assert isinstance(user.content, list)
    [picture] = [part for part in user.content if isinstance(part, ContentImage)]
    assert (picture.image, picture.detail) == (PICTURE, "low")
    assert first.role == "assistant"
    assert first.tool_calls is not None
    calls = [(c.id, c.function, c.arguments, c.parse_error) for c in first.tool_calls]
    assert calls == [("c1", "look", {"at": "picture"}, None), ("c2", "zoom", {}, "no JSON")]
    assert seen.role == unread.role == "tool"
    assert (seen.text, seen.function, seen.tool_call_id, seen.error) == (
        '{"seen": "fur"}',
        "look",
        "c1",
        None,
    )
    assert unread.error is not None
    assert unread.error.message == "The call could not be read"
    assert last.text == "A cat."


def test_what_was_asked_is_not_said_twice(tmp_path: Path) -> None:
    whole = Trajectory("p", 0, (ASKED, *SAID))
    [sample] = read_again(tmp_path / "a.eval", (whole, {}, PROBLEM))
    assert [m.role for m in sample.messages].count("user") == 1
    assert isinstance(sample.input, list)
    assert [m.text for m in sample.input] == ["What is on the picture?"]


def test_scores_answer_target_and_usage_come_back(tmp_path: Path) -> None:
    usage = Usage(1200, 34, 0.5)
    attempt = Trajectory("p", 2, SAID, "A cat.", usage=usage, seconds=1.5)
    values = {"success": 1.0, "delta": nan}
    [sample] = read_again(tmp_path / "a.eval", (attempt, values, PROBLEM))
    assert (sample.id, sample.epoch) == ("p", 3)  # trials count from 0, epochs from 1
    assert sample.scores is not None
    assert {name: score.value for name, score in sample.scores.items()} == {"success": 1.0}
    assert sample.scores["success"].answer == sample.output.completion == "A cat."
    assert sample.target == ["a cat", "look → zoom"]
    spent = sample.model_usage["agent"]
    assert (spent.input_tokens, spent.output_tokens, spent.total_tokens) == (1200, 34, 1234)
    assert (spent.total_cost, sample.total_time) == (0.5, 1.5)


def test_right_calls_are_the_target_where_there_is_no_path(tmp_path: Path) -> None:
    right = (Expected("f", {"x": [1, 2], "unit": ["km", ""]}),)
    problem = Problem("p", ((ASKED,),), gold=Gold(calls=right))
    [sample] = read_again(tmp_path / "a.eval", (Trajectory("p"), {}, problem))
    assert sample.target == ['f(x=1 or 2, unit="km" or left out)']


def test_how_it_ended_is_metadata_and_a_failure_outside_the_agent_an_error(tmp_path: Path) -> None:
    judged = Judgement("me", "Solved", reason="It is.")
    stopped = Trajectory(
        "p",
        0,
        end="stopped",
        detail="no answer after 2 steps",
        state={"a": 1},
        judgements=(judged,),
    )
    failed = Trajectory("p", 1, end="error", detail="429 too many requests")
    first, second = read_again(tmp_path / "a.eval", (stopped, {}, None), (failed, {}, None))
    assert first.metadata == {
        "end": "stopped",
        "detail": "no answer after 2 steps",
        "state": {"a": 1},
        "judgements": [{"judge": "me", "label": "Solved", "reason": "It is."}],
    }
    assert first.error is None
    assert second.error is not None
    assert second.error.message == "429 too many requests"


def test_calls_and_answers_without_ids_are_joined_in_order(tmp_path: Path) -> None:
    said = (
        Message("assistant", calls=(ToolCall("one"), ToolCall("two"))),
        Message("tool", "first"),
        Message("tool", "second"),
    )
    [sample] = read_again(tmp_path / "a.eval", (Trajectory("p", 0, said), {}, None))
    found = [(m.text, m.function) for m in sample.messages if m.role == "tool"]
    assert found == [("first", "one"), ("second", "two")]


def test_calls_of_one_id_are_told_apart(tmp_path: Path) -> None:
    said = (
        Message("assistant", calls=(ToolCall("one", id="c"), ToolCall("two", id="c"))),
        Message("tool", "first", call_id="c"),
        Message("tool", "second", call_id="c"),
        Message("assistant", calls=(ToolCall("three", id="c"),)),
        Message("tool", "third", call_id="c"),
        Message("tool", "of nobody", call_id="lost"),
    )
    [sample] = read_again(tmp_path / "a.eval", (Trajectory("p", 0, said), {}, None))
    calls = {c.id: c.function for m in sample.messages for c in getattr(m, "tool_calls", []) or []}
    told = [m for m in sample.messages if m.role == "tool"]
    assert [*calls.values()] == ["one", "two", "three"]
    assert [(m.text, calls.get(m.tool_call_id or "")) for m in told] == [
        ("first", "one"),
        ("second", "two"),
        ("third", "three"),
        ("of nobody", None),
    ]


def test_problems_whose_ids_look_alike_are_all_there(tmp_path: Path) -> None:
    attempts = [Trajectory(id, trial, answer=id) for id in ("a\n", "a\t", "a?") for trial in (0, 1)]
    samples = read_again(tmp_path / "a.eval", *((made, {}, None) for made in attempts))
    assert {(s.id, s.epoch): s.output.completion for s in samples} == {
        (id, epoch): answer
        for id, answer in (("a?", "a\n"), ("a? (2)", "a\t"), ("a? (3)", "a?"))
        for epoch in (1, 2)
    }


@pytest.mark.parametrize("id", ["live/12", "../../etc/passwd", "a\0b", "a\nb", "ein Öl", "x" * 900])
def test_any_id_can_be_read_again(id: str, tmp_path: Path) -> None:
    [sample] = read_again(tmp_path / "a.eval", (Trajectory(id), {}, None))
    assert sample.id == "".join(c if c.isprintable() else "?" for c in id)


def test_an_attempt_that_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    with writing(tmp_path / "a.eval", "agent") as log:
        assert log.add(Trajectory("p"), {})
        assert not log.add(Trajectory("p", answer="another"), {})
        assert len(log) == 1
        log.finish(HEADER)


def test_the_same_attempts_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.eval", "b.eval"):
        with writing(tmp_path / name, "agent") as log:
            log.add(Trajectory("p", 0, SAID), {"success": 1.0}, PROBLEM)
            log.finish(HEADER)
    assert (tmp_path / "a.eval").read_bytes() == (tmp_path / "b.eval").read_bytes()


def test_one_attempt_is_in_memory_at_a_time(tmp_path: Path) -> None:
    # 60 attempts of about 1 MiB of text each would be 60 MiB; a fifth of it is allowed.
    with writing(tmp_path / "a.eval", "agent") as log:
        log.add(Trajectory("warm", 0, (Message("assistant", "x" * 2**20),)), {})
        tracemalloc.start()
        for trial in range(60):
            text = Message("assistant", f"{trial}" * 2**19)
            log.add(Trajectory("p", trial, (text,)), {})
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        log.finish(HEADER)
    assert peak < 12 * 2**20
