"""What a base says at a step, and what it might have said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("transformers", reason="needs transformers")
pytest.importorskip("trl", reason="needs trl")

import ambivalent  # noqa: E402
import numpy as np  # noqa: E402

from harness.errors import UserError  # noqa: E402
from harness.formats.toolcalls import FORMATS  # noqa: E402
from harness.records import Image, Message, ToolCall  # noqa: E402
from models.producers.sft import Sft  # noqa: E402
from models.training.preferences import policy as policy_module  # noqa: E402
from models.training.preferences.policy import Branching, Decoded, Policy, Turn  # noqa: E402
from models.training.preferences.sampling import spent  # noqa: E402
from models.training.preferences.steps import Step  # noqa: E402

STEP = Step(1, 1, ambivalent.ASKED, Message("assistant", "", (ambivalent.GOLD,)), ambivalent.TOOLS)
BERGEN, OSLO, NEWS = (call for call, _ in ambivalent.TURNS)
WIDE = Branching(delta=0.7, branches=4, top_k=4, least=0.01, temperature=0.0, max_tokens=60)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ambivalent.teach(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def policy(base: Path) -> Policy:
    return loaded(base)


def loaded(base: Path, at_once: int = 8, **more: Any) -> Policy:
    return Policy.load(Sft(str(base), "none", device="cpu", **more), "auto", at_once)


def said(policy: Policy, how: Branching, step: Step = STEP) -> list[list[tuple[str, Any]]]:
    [found] = policy.decoded([step], how)
    read = [policy.read(turn, step) for turn in found.turns]
    return [[(call.name, call.arguments) for call in each.calls] for each in read]


def changed(**values: Any) -> Branching:
    return Branching(
        **{**{name: getattr(WIDE, name) for name in Branching.__dataclass_fields__}, **values}
    )


def only(call: ToolCall) -> list[tuple[str, Any]]:
    return [(call.name, dict(call.arguments))]


def test_the_likeliest_turn_comes_first_then_what_the_branches_lead_to(policy: Policy) -> None:
    """The tool is weather by 0.8 to 0.2, then the city Bergen by 0.625 to 0.375."""
    assert said(policy, WIDE) == [only(BERGEN), only(NEWS), only(OSLO)]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"delta": 0.5}, [BERGEN, OSLO]),  # margins: the tool's 0.6, the city's 0.25
        ({"delta": 0.2}, [BERGEN]),
        ({"branches": 1}, [BERGEN, OSLO]),  # the smaller margin
        ({"least": 0.3}, [BERGEN, OSLO]),  # news has 0.2
    ],
)
def test_margins_budgets_and_chances_say_what_is_forced(
    policy: Policy, how: dict[str, Any], expected: list[ToolCall]
) -> None:
    assert said(policy, changed(**how)) == [only(call) for call in expected]


def test_nothing_branches_before_the_calls_begin(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tool's name is told at a lower place than the city."""
    [found] = policy.decoded([STEP], WIDE)
    tool, city = (turn.forced or 0 for turn in found.turns[1:])
    assert tool < city
    monkeypatch.setattr(Policy, "begin", lambda self, turn: tool + 1)
    assert said(policy, WIDE) == [only(BERGEN), only(OSLO)]


def test_turns_part_at_the_token_that_was_forced(policy: Policy) -> None:
    [found] = policy.decoded([STEP], WIDE)
    first, *others = found.turns
    for turn in others:
        assert turn.forced is not None
        assert turn.ids[: turn.forced] == first.ids[: turn.forced]
        assert turn.ids[turn.forced] != first.ids[turn.forced]
        assert turn.ended


def test_how_many_run_together_makes_no_difference(base: Path, policy: Policy) -> None:
    alone = loaded(base, at_once=1)
    assert policy.decoded([STEP, STEP, STEP], WIDE) == alone.decoded([STEP, STEP, STEP], WIDE)


def test_a_turn_whose_end_is_forced_is_over(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    [end] = policy.engine.ends

    def nearly_over(engine: Any, turns: Any, k: int) -> Any:
        """As if the end had nearly been taken at the third place, and nothing anywhere else."""
        [(_, said)] = turns
        shares = np.tile([1.0, 0.0], (len(said), 1))
        shares[2] = 0.5, 0.4
        return [(np.stack([said, [end] * len(said)], 1), shares)]

    monkeypatch.setattr(policy_module, "likeliest", nearly_over)
    [found] = policy.decoded([STEP], WIDE)
    first, forced = found.turns
    assert forced == Turn((*first.ids[:2], end), 2, ended=True)


def test_turns_that_do_not_end_in_time_say_so(policy: Policy) -> None:
    [found] = policy.decoded([STEP], changed(max_tokens=12))
    assert [(len(turn.ids), turn.ended) for turn in found.turns] == [(12, False)] * 2
    [found] = policy.decoded([STEP], changed(max_tokens=11))  # the forced token is the last one
    assert [(len(turn.ids), turn.ended) for turn in found.turns] == [(11, False)] * 2


def test_a_prompt_that_leaves_no_room_gives_nothing(base: Path, policy: Policy) -> None:
    [found] = policy.decoded([STEP], WIDE)
    tight = loaded(base, max_length=len(found.prompt))
    [none] = tight.decoded([STEP], WIDE)
    assert (none.prompt, none.turns) == ((), ())
    one = loaded(base, max_length=len(found.prompt) + 1)
    [cut] = one.decoded([STEP], WIDE)
    assert [len(turn.ids) for turn in cut.turns] == [1]


def test_a_conversation_that_cannot_be_asked_is_named(policy: Policy) -> None:
    before = (Message("user", "", images=(Image("https://somewhere"),)),)
    step = Step(7, 1, before, STEP.turn, STEP.tools)
    with pytest.raises(UserError, match=r"^line 7 of the conv.*messages\[1\]: .*text only"):
        policy.decoded([step], WIDE)


def test_what_runs_through_the_base_is_counted_with_its_prompts() -> None:
    """(3 + 2) tokens that are said and then read, and (3 + 4) of what was forced."""
    found = Decoded((1, 2, 3), (Turn((4, 5)), Turn((4, 6, 7, 8), 1)))
    assert spent([found, Decoded()]) == {"tokens": 5 + 5 + 7, "sequences": 3}


def test_chance_belongs_to_the_seed_and_the_step(base: Path, policy: Policy) -> None:
    """Of 40 steps about half say Bergen first: 20, give or take four times sqrt(10)."""
    steps = [Step(n, 1, STEP.before, STEP.turn, STEP.tools) for n in range(40)]
    how = changed(temperature=1.0, delta=0.0)
    drawn = [found.turns[0].ids for found in policy.decoded(steps, how)]
    greedy = policy.decoded([STEP], WIDE)[0].turns[0].ids
    assert 7 < drawn.count(greedy) < 33
    assert [f.turns[0].ids for f in policy.decoded(steps[30:], how)] == drawn[30:]
    other = loaded(base, seed=1)
    assert [f.turns[0].ids for f in other.decoded(steps, how)] != drawn


class Letters:
    """An engine of which only the tokenizer is asked: a token is a letter."""

    def written(self, tokens: Sequence[int], *, special: bool) -> str:
        return "".join(map(chr, tokens))


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ('<tool_call>{"name": "a", "arguments": {}}</tool_call>', ""),
        ('Let me see. <tool_call>{"name": "a", "arguments": {}}</tool_call>', "Let me see."),
        (
            '<think>a</think><tool_call>{"name": "a", "arguments": {}}</tool_call>',
            "<think>a</think>",
        ),
        ('Well <tool_call>{"name": "a"', ""),  # cannot be read, so that anything may be wrong
        ("It rains.", ""),
        ("<think>hm</think>It rains.", "<think>hm</think>"),
        ("<think>hm", "<think>hm"),
        ('\n <tool_call>{"name": "a", "arguments": {}}</tool_call>', "\n "),
        ('\nWell. <tool_call>{"name": "a", "arguments": {}}</tool_call>\n', "\nWell."),
    ],
)
def test_calls_begin_behind_thoughts_and_words(text: str, before: str) -> None:
    engine: Any = Letters()
    prompts: Any = None
    turn = Turn(tuple(map(ord, text)), ended=False)
    assert text[: Policy(engine, prompts, FORMATS["qwen"], 1000).begin(turn)] == before


def test_behind_thoughts_alone_it_is_the_end_that_may_be_another_token() -> None:
    engine: Any = Letters()
    prompts: Any = None
    turn = Turn((*map(ord, "<think>hm</think>"), ord("!")))
    assert Policy(engine, prompts, FORMATS["qwen"], 1000).begin(turn) == len("<think>hm</think>")
