"""The cache of completions and the budget, around a server that counts what it is asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from harness.budget import Budget, BudgetSpent
from harness.errors import InfrastructureError, UserError
from harness.loop import run
from harness.play.clock import Clock
from harness.records import Message, ToolCall, ToolSpec, Usage
from harness.workspace import working
from models.openai_chat import OpenAIChat

HELLO = (Message("user", "hello"),)
TOOL = ToolSpec("t", "", {"type": "object", "properties": {}})


def said(text: str) -> dict[str, Any]:
    return {
        "choices": [{"message": {"content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100},
    }


@pytest.fixture
def numbered(server: Any) -> Any:
    """The server, saying another number each time."""
    numbers = count()
    server.answer = lambda request: server.Reply(said(str(next(numbers))))
    return server


@pytest.fixture
def cached(tmp_path: Path) -> Iterator[Path]:
    with working(cache=tmp_path):
        yield tmp_path


def ask(model: OpenAIChat, messages: Any = HELLO, trial: int = 0, **more: Any) -> str:
    with working(trial=trial):
        return asyncio.run(model.complete(messages, **more)).text


def test_an_answer_is_asked_for_once(numbered: Any, cached: Path) -> None:
    first = asyncio.run(OpenAIChat("m", base_url=numbered.url).complete(HELLO))
    again = asyncio.run(OpenAIChat("m", base_url=numbered.url).complete(HELLO))
    assert first == again
    assert again.usage == Usage(90, 10, None)
    assert len(numbered.received) == 1
    (file,) = (cached / "completions").iterdir()
    assert file.suffix == ".jsonl"


def test_without_a_cache_nothing_is_kept(numbered: Any, tmp_path: Path) -> None:
    model = OpenAIChat("m", base_url=numbered.url)
    assert [ask(model), ask(model)] == ["0", "1"]
    assert not list(tmp_path.rglob("completions"))


@pytest.mark.parametrize(
    "other",
    [
        lambda url: ask(OpenAIChat("another", base_url=url)),
        lambda url: ask(OpenAIChat("m", base_url=url, seed=1)),
        lambda url: ask(OpenAIChat("m", base_url=url), [Message("user", "hello!")]),
        lambda url: ask(OpenAIChat("m", base_url=url), [Message("system", "hello")]),
        lambda url: ask(OpenAIChat("m", base_url=url), tools=(TOOL,)),
        lambda url: ask(OpenAIChat("m", base_url=url), max_tokens=5),
        lambda url: ask(OpenAIChat("m", base_url=url), temperature=0.5),
    ],
)
def test_everything_that_matters_is_in_the_key(
    numbered: Any, cached: Path, other: Callable[[str], str]
) -> None:
    assert ask(OpenAIChat("m", base_url=numbered.url)) == "0"
    assert other(numbered.url) == "1"
    assert other(numbered.url) == "1"


def test_tools_that_differ_are_other_tools(numbered: Any, cached: Path) -> None:
    model = OpenAIChat("m", base_url=numbered.url)
    tools = [(TOOL,), (ToolSpec("t", "x", TOOL.parameters),), (ToolSpec("u"),), (TOOL,)]
    assert [ask(model, tools=t) for t in tools] == ["0", "1", "2", "0"]


def test_an_order_that_the_model_reads_is_part_of_the_key(numbered: Any, cached: Path) -> None:
    model = OpenAIChat("m", base_url=numbered.url)
    properties = {"a": {"type": "string"}, "b": {"type": "string"}}
    turned = dict(reversed(properties.items()))
    tools = [ToolSpec("t", "", {"type": "object", "properties": p}) for p in (properties, turned)]
    said = [
        (*HELLO, Message("assistant", calls=(ToolCall("t", arguments, "1"),)))
        for arguments in ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    ]
    asked = [(said[0], tools[0]), (said[1], tools[0]), (said[0], tools[1])]
    answers = [ask(model, messages, tools=(tool,)) for messages, tool in asked * 2]
    assert answers == ["0", "1", "2"] * 2


def test_what_is_drawn_by_chance_is_drawn_for_each_trial(numbered: Any, cached: Path) -> None:
    model = OpenAIChat("m", base_url=numbered.url, temperature=0.7, seed=5)
    assert [ask(model, trial=trial) for trial in (0, 1, 2, 1)] == ["0", "1", "2", "1"]
    assert [request.body["seed"] for request in numbered.received] == [5, 6, 7]


def test_the_likeliest_answer_is_that_of_all_trials(numbered: Any, cached: Path) -> None:
    model = OpenAIChat("m", base_url=numbered.url, seed=5)
    assert [ask(model, trial=trial) for trial in (0, 1, 2)] == ["0", "0", "0"]
    assert numbered.received[0].body["seed"] == 5


def test_alike_at_the_same_time_are_asked_once(numbered: Any, cached: Path) -> None:
    model = OpenAIChat("m", base_url=numbered.url)

    async def many() -> set[str]:
        return {c.text for c in await asyncio.gather(*(model.complete(HELLO) for _ in range(20)))}

    assert asyncio.run(many()) == {"0"}
    assert len(numbered.received) == 1


def test_a_failure_is_not_kept(server: Any, clock: Any, cached: Path) -> None:
    server.answer = lambda request: server.Reply(status=500)
    model = OpenAIChat("m", base_url=server.url, patience=0.0)

    async def two() -> list[Any]:
        both = (model.complete(HELLO), model.complete(HELLO))
        return await asyncio.gather(*both, return_exceptions=True)

    assert all(isinstance(e, InfrastructureError) for e in asyncio.run(two()))
    server.answer = lambda request: server.Reply(said("back"))
    assert ask(model) == "back"


# -- budget --------------------------------------------------------------------------------------


def test_a_spent_budget_ends_the_asking_cleanly(numbered: Any) -> None:
    budget = Budget(tokens=250)
    model = OpenAIChat("m", base_url=numbered.url, requests=1)

    async def many() -> list[Any]:
        asked = (model.complete([Message("user", str(n))]) for n in range(8))
        return await asyncio.gather(*asked, return_exceptions=True)

    with working(budget=budget):
        found = asyncio.run(many())
    # 100 tokens each, one at a time: the third reaches the limit, and nothing goes out after it.
    assert sum(isinstance(each, BudgetSpent) for each in found) == 5
    assert len(numbered.received) == 3
    assert (budget.completions, budget.tokens) == (3, 300)


def test_what_the_cache_answers_costs_nothing(numbered: Any, cached: Path) -> None:
    budget = Budget(tokens=100)
    model = OpenAIChat("m", base_url=numbered.url)
    with working(budget=budget):
        assert [ask(model), ask(model)] == ["0", "0"]
        with pytest.raises(BudgetSpent):
            ask(model, [Message("user", "more")])
        assert ask(model) == "0"
    assert budget.tokens == 100


def test_attempts_that_fail_are_repeated_only_within_the_budget(server: Any, clock: Any) -> None:
    now = [0.0]
    budget = Budget(seconds=5, clock=lambda: now[0])

    def fail(request: Any) -> Any:
        now[0] += 3
        return server.Reply(status=500)

    server.answer = fail
    with working(budget=budget), pytest.raises(BudgetSpent, match="6 of 5 seconds"):
        ask(OpenAIChat("m", base_url=server.url))
    assert len(server.received) == 2


def test_money_is_counted_by_the_prices_of_the_server(
    numbered: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(
        "date: 2026-11-01\nsource: mine\n"
        "servers: {127.0.0.1: {m: {input: 1000, output: 10000, cached: 100}}}\n"
    )
    monkeypatch.setenv("ASSAY_PRICES", str(path))
    cached = {"prompt_tokens_details": {"cached_tokens": 40}}
    answer = said("hi")
    answer["usage"] |= cached
    numbered.answer = lambda request: numbered.Reply(answer)
    budget = Budget(money=1)
    with working(budget=budget):
        found = asyncio.run(OpenAIChat("m", base_url=numbered.url).complete(HELLO))
        # 50 of 1000, 40 of 100 and 10 of 10,000 dollars a million: 0.05 + 0.004 + 0.1
        assert found.usage.money == pytest.approx(0.154)
        assert budget.money == pytest.approx(0.154)
        with pytest.raises(UserError, match=r"nobody knows what dear at 127\.0\.0\.1 costs"):
            ask(OpenAIChat("dear", base_url=numbered.url))


def test_a_server_that_does_not_count_cannot_be_held_to_tokens(server: Any) -> None:
    server.answer = lambda request: server.Reply({**said("hi"), "usage": None})
    model = OpenAIChat("m", base_url=server.url)
    with working(budget=Budget(tokens=1000)):
        assert ask(model) == "hi"
        with pytest.raises(UserError, match="does not tell how many tokens"):
            ask(model)


def test_an_answer_from_the_cache_counts_as_long_as_it_once_took(server: Any, cached: Path) -> None:
    def slow(request: Any) -> Any:
        time.sleep(0.3)
        return server.Reply(said("late"))

    server.answer = slow
    model = OpenAIChat("m", base_url=server.url)
    clocks = [Clock(), Clock()]
    for clock in clocks:
        with working(clock=clock):
            found = run(model.complete(HELLO))
            assert 0.3 <= found.seconds < 30
            took = clock.seconds
            assert took >= found.seconds - 0.002
    assert len(server.received) == 1
    assert clocks[1]._credit > 0.2  # it did not wait for it again
    assert clocks[0]._credit == 0
