"""Chat models that transformers runs: alone or together, drawn or greedy, always the same answer.

The references are plain transformers, one conversation at a time: `generate` for what is written,
and a forward pass for how likely it was. The model has random weights.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

import memorised  # noqa: E402

from harness.budget import Budget, BudgetSpent  # noqa: E402
from harness.contracts import ChatModel  # noqa: E402
from harness.errors import InfrastructureError, TooLong, UserError  # noqa: E402
from harness.loading import load_model  # noqa: E402
from harness.loop import run, together  # noqa: E402
from harness.names import Names  # noqa: E402
from harness.records import Image, Message, ToolCall, ToolSpec, Usage  # noqa: E402
from harness.workspace import working  # noqa: E402
from models.local import engine as engines  # noqa: E402
from models.local.decoding import Continuation, Row, decode  # noqa: E402
from models.local.formats import format_of  # noqa: E402
from models.local.speaker import Conversation  # noqa: E402
from models.transformers_chat import TransformersChat  # noqa: E402

TEXTS = [
    "Where are tickets sold?",
    "The harbour office sells tickets for the night train and the ferry to the islands. " * 4,
    "When?",
    "Tell me the weather in Oslo, please: will it rain?",
    "tickets tickets tickets",
]
ASKED = [[Message("user", text)] for text in TEXTS]
WEATHER = ToolSpec(
    "town.weather",
    "Tells the weather.",
    {"type": "dict", "properties": {"town": {"type": "String"}}, "required": ["town"]},
)
POSITIONS = 512


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny")
    words = memorised.tokenizer([*TEXTS, memorised.TEMPLATE], 400)
    model = memorised.qwen2(words, positions=POSITIONS, initializer_range=0.3)
    memorised.saved(path, model, words)
    return path


@pytest.fixture(scope="module")
def plain(folder: Path) -> tuple[Any, Any]:
    """The model and its tokenizer, by transformers alone."""
    words = transformers.AutoTokenizer.from_pretrained(folder)
    return transformers.AutoModelForCausalLM.from_pretrained(folder), words


def chat(folder: Path, **options: Any) -> TransformersChat:
    return TransformersChat(str(folder), **{"max_tokens": 12, "device": "cpu", **options})


def prompt(words: Any, messages: Sequence[Message]) -> Any:
    text = "".join(f"<|im_start|>{m.role}\n{m.content}<|im_end|>\n" for m in messages)
    return words(f"{text}<|im_start|>assistant\n", return_tensors="pt")["input_ids"]


def ask(model: TransformersChat, asked: Sequence[Sequence[Message]], **more: Any) -> list[Any]:
    return run(together(model.sample(messages, **more) for messages in asked))


def groups(monkeypatch: pytest.MonkeyPatch, most: int = 99) -> list[int]:
    """How many rows ran together, each time; memory suffices for `most`."""
    sizes: list[int] = []

    def counted(model: Any, rows: Sequence[Row], ends: Any, padding: int) -> list[Continuation]:
        if len(rows) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        sizes.append(len(rows))
        return decode(model, rows, ends, padding)

    monkeypatch.setattr(engines, "decode", counted)
    return sizes


def test_greedy_answers_are_those_of_plain_transformers_one_at_a_time(
    folder: Path, plain: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = groups(monkeypatch)
    model, words = plain
    found = ask(chat(folder), ASKED)
    assert sizes == [5]
    for messages, answer in zip(ASKED, found, strict=True):
        ids = prompt(words, messages)
        wanted = model.generate(ids, max_new_tokens=12, do_sample=False)[0, ids.shape[1] :]
        assert answer.tokens.tolist() == wanted.tolist()
        assert answer.completion.usage == Usage(ids.shape[1], len(wanted))
        assert answer.completion.finish == ("stop" if wanted[-1] in (0, 2) else "length")


def test_drawn_answers_do_not_depend_on_what_else_is_asked(folder: Path) -> None:
    model = chat(folder, temperature=0.8, top_p=0.9, seed=3)
    together_ = [answer.tokens.tolist() for answer in ask(model, ASKED)]
    alone = [ask(model, [messages])[0].tokens.tolist() for messages in ASKED]
    assert together_ == alone


def test_seed_and_trial_decide_what_is_drawn(folder: Path) -> None:
    def drawn(trial: int = 0, **options: Any) -> list[int]:
        with working(trial=trial):
            (answer,) = ask(chat(folder, **options), ASKED[:1])
        return answer.tokens.tolist()

    first = drawn(temperature=1.5)
    assert first == drawn(temperature=1.5)
    assert first != drawn(temperature=1.5, seed=1)
    assert first != drawn(temperature=1.5, trial=1)
    assert drawn() == drawn(trial=1) == drawn(seed=1)
    assert drawn() == drawn(temperature=1.5, top_p=1e-9)


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    logits = torch.log(torch.tensor([0.5, 0.25, 0.15, 0.1]))

    class Fixed:
        device = "cpu"

        def generate(self, ids: Any, logits_processor: Any, **options: Any) -> Any:
            scores = logits_processor(ids, logits.expand(len(ids), 4).clone())
            return torch.cat([ids, scores.argmax(-1, keepdim=True)], 1)

    def shares(**options: Any) -> list[float]:
        rows = [Row([0], 1, seed=seed, **options) for seed in range(4000)]
        drawn = Counter(int(c.tokens[0]) for c in decode(Fixed(), rows, (), 0))
        return [drawn[i] / 4000 for i in range(4)]

    # Four standard errors of a share of 4,000 are at most 4 * sqrt(0.25 / 4000) = 0.032.
    assert shares(temperature=1.0) == pytest.approx([0.5, 0.25, 0.15, 0.1], abs=0.032)
    # At 0.5 the shares are squared: .25, .0625, .0225, .01, of .345.
    assert shares(temperature=0.5) == pytest.approx([0.7246, 0.1812, 0.0652, 0.029], abs=0.032)
    # The first two make up 0.75 >= 0.7.
    halved = shares(temperature=1.0, top_p=0.7)
    assert halved == pytest.approx([0.6667, 0.3333, 0.0, 0.0], abs=0.032)
    assert halved[2:] == [0.0, 0.0]


def test_log_probabilities_are_those_of_a_plain_forward_pass(
    folder: Path, plain: tuple[Any, Any]
) -> None:
    model, words = plain
    turns = ["The harbour office.", "tickets", "", "In Oslo it will rain, " * 5, "no"]
    told = [Conversation(m, text) for m, text in zip(ASKED, turns, strict=True)]
    found = chat(folder).log_probs_of(told)
    for messages, text, values in zip(ASKED, turns, found, strict=True):
        before, said = prompt(words, messages)[0].tolist(), words(text)["input_ids"]
        assert values.shape == (len(said),)
        assert values.dtype == np.float32
        for i, token in enumerate(said):  # each token by a pass of its own
            with torch.no_grad():
                logits = model(torch.tensor([before + said[:i]])).logits[0, -1]
            assert values[i] == pytest.approx(float(logits.log_softmax(-1)[token]), abs=1e-4)


def test_what_is_drawn_is_as_likely_as_it_is_said_to_be(folder: Path) -> None:
    model = chat(folder, temperature=1.3, top_p=0.95)
    for messages, answer in zip(ASKED, ask(model, ASKED), strict=True):
        again = model.log_probs(messages, answer.tokens.tolist())
        np.testing.assert_allclose(answer.log_probs, again, atol=1e-4)


def test_an_answer_ends_where_the_model_ends_its_turn(
    folder: Path, plain: tuple[Any, Any], tmp_path: Path
) -> None:
    _, words = plain
    (free,) = ask(chat(folder), ASKED[:1])
    tokens = free.tokens.tolist()
    at = next(i for i in range(2, 12) if tokens[i] not in tokens[:i])
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = {"eos_token_id": [2, tokens[at]], "repetition_penalty": 5.0, "do_sample": True}
    (tmp_path / "generation_config.json").write_text(json.dumps(config))
    (ended,) = ask(chat(tmp_path), ASKED[:1])
    assert ended.tokens.tolist() == tokens[: at + 1]
    assert ended.completion.finish == "stop"
    assert ended.completion.text == words.decode(tokens[:at], skip_special_tokens=True)
    assert ended.completion.usage.output_tokens == at + 1
    (cut,) = ask(chat(tmp_path), ASKED[:1], max_tokens=at)
    assert (cut.completion.finish, len(cut.tokens)) == ("length", at)


def test_without_a_limit_an_answer_has_the_room_that_there_is(folder: Path) -> None:
    (answer,) = ask(chat(folder, max_tokens=0), ASKED[:1])
    usage = answer.completion.usage
    if answer.completion.finish == "length":
        assert usage.input_tokens + usage.output_tokens == POSITIONS
    else:
        assert usage.input_tokens + usage.output_tokens <= POSITIONS


def test_one_conversation_that_is_too_long_fails_alone(folder: Path) -> None:
    model = chat(folder)
    asked = [*ASKED[:2], [Message("user", "harbour " * POSITIONS)], *ASKED[2:]]

    async def each() -> list[Any]:
        return await asyncio.gather(*map(model.sample, asked), return_exceptions=True)

    found = run(each())
    assert isinstance(found[2], TooLong)
    assert "too long" in str(found[2])
    alone = [answer.tokens.tolist() for answer in ask(chat(folder), ASKED)]
    assert [answer.tokens.tolist() for answer in found[:2] + found[3:]] == alone
    with pytest.raises(UserError, match="too long"):
        model.log_probs(ASKED[0], "harbour " * POSITIONS)


def test_who_does_not_wait_any_longer_disturbs_nobody(folder: Path) -> None:
    model = chat(folder)

    async def some_leave() -> list[Any]:
        tasks = [asyncio.create_task(model.sample(messages)) for messages in ASKED]
        await asyncio.sleep(0)
        tasks[1].cancel()
        tasks[3].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    found, alone = run(some_leave()), ask(chat(folder), ASKED)
    assert [isinstance(answer, asyncio.CancelledError) for answer in found] == [0, 1, 0, 1, 0]
    for i in (0, 2, 4):
        assert found[i].tokens.tolist() == alone[i].tokens.tolist()


def test_batches_are_halved_when_memory_runs_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = [answer.tokens.tolist() for answer in ask(chat(folder), ASKED)]
    sizes = groups(monkeypatch, most=2)
    model = chat(folder, batch_size=8)
    assert [answer.tokens.tolist() for answer in ask(model, ASKED)] == alone
    assert sizes == [2, 2, 1]
    ask(model, ASKED)
    assert sizes == [2, 2, 1] * 2


def test_memory_that_suffices_for_none_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups(monkeypatch, most=0)
    with pytest.raises(InfrastructureError, match="more memory than there is"):
        ask(chat(folder), ASKED[:1])


def test_no_more_run_together_than_allowed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = groups(monkeypatch)
    ask(chat(folder, batch_size=2), ASKED)
    assert sum(sizes) == 5
    assert max(sizes) == 2


def writing(text: str, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """Lets every model write a text, and tells which prompts it read."""
    prompts: list[list[int]] = []

    def continued(self: Any, rows: Sequence[Row]) -> list[Continuation]:
        prompts.extend(list(row.prompt) for row in rows)
        ids = np.array([*self.tokenizer(text)["input_ids"], self.ends[0]])
        return [Continuation(ids, np.zeros(len(ids), np.float32), True) for _ in rows]

    monkeypatch.setattr(engines.Engine, "continued", continued)
    return prompts


def test_tools_are_offered_and_called_through_the_models_template(
    folder: Path, plain: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    call = '<tool_call>\n{"name": "town_weather", "arguments": {"town": "Oslo"}}\n</tool_call>'
    prompts = writing(call, monkeypatch)
    made = ToolCall("town.weather", {"town": "Oslo"}, "call00000")
    said = [
        *ASKED[0],
        Message("assistant", calls=(made,)),
        Message("tool", "rain", (), "call00000"),
    ]
    first = run(chat(folder).complete(ASKED[0], tools=[WEATHER]))
    second = run(chat(folder).complete(said, tools=[WEATHER]))
    assert (first.text, first.finish, first.calls) == ("", "tool_calls", (made,))
    assert second.calls == (ToolCall("town.weather", {"town": "Oslo"}, "call00001"),)
    read = plain[1].decode(prompts[1])
    function = {
        "name": "town_weather",
        "description": "Tells the weather.",
        "parameters": {
            "properties": {"town": {"type": "string"}},
            "type": "object",
            "required": ["town"],
        },
    }
    head = read.partition("Functions that may be used:\n")[2].partition("\nUse one")[0]
    assert json.loads(head) == {"type": "function", "function": function}
    assert read.endswith(
        f"<|im_start|>assistant\n{call}<|im_end|>\n"
        "<|im_start|>user\n<tool_response>rain</tool_response><|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_a_call_that_cannot_be_read_is_told_and_thoughts_are_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing("<think>hm</think><tool_call>{town}</tool_call>", monkeypatch)
    completion = run(chat(folder).complete(ASKED[0], tools=[WEATHER]))
    (call,) = completion.calls
    assert "not JSON" in call.problem
    assert completion.text == "<tool_call>{town}</tool_call>"
    writing("<think>hm</think>Rain.", monkeypatch)
    assert run(chat(folder).complete(ASKED[0], tools=[WEATHER])).text == "Rain."
    assert run(chat(folder).complete(ASKED[0])).text == "Rain."


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ('<tool_call>\n{"name": , "arguments": }</tool_call>', "qwen"),
        ("{{- '[TOOL_CALLS] [' }}", "mistral"),
        ("{{- '<|python_tag|>' }}{{- '\"parameters\": ' }}", "llama"),
        ("<|python_start|>", "python"),
    ],
)
def test_the_format_of_calls_shows_in_the_template(template: str, wanted: str) -> None:
    assert format_of(template, "auto", "m").name == wanted
    assert format_of(template, "json", "m").name == "json"


@pytest.mark.parametrize("template", ["{{ tools }}", "<tool_call>"])
def test_a_format_that_does_not_show_is_asked_for(template: str) -> None:
    with pytest.raises(UserError, match="give calls="):
        format_of(template, "auto", "m")


def test_a_template_without_tools_is_refused_for_words(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "own.jinja"
    file.write_text("{% for m in messages %}{{ m.content }}\n{% endfor %}")
    model = chat(folder, template=str(file))
    assert run(model.complete(ASKED[0])).usage.output_tokens > 0
    with pytest.raises(UserError, match=r"prompted\(transformers"):
        run(model.complete(ASKED[0], tools=[WEATHER]))


def test_a_model_without_template_is_no_chat_model(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        if "template" not in file.name:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(UserError, match="no chat template"):
        run(chat(tmp_path).complete(ASKED[0]))


def test_what_a_template_refuses_is_told_in_one_line(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "own.jinja"
    file.write_text("{{ raise_exception('roles must\nalternate') }}")
    with pytest.raises(UserError, match="refuses the conversation: roles must alternate"):
        run(chat(folder, template=str(file)).complete(ASKED[0]))


@pytest.mark.parametrize("text", ["", "{% if false %}x{% endif %}"])
def test_a_template_that_says_nothing_is_refused(folder: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "own.jinja"
    file.write_text(text)
    with pytest.raises(UserError, match=r"empty|nothing"):
        run(chat(folder, template=str(file)).complete(ASKED[0]))


def test_a_template_is_told_the_same_day_in_every_run(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "own.jinja"
    file.write_text("{{ strftime_now('%d %b %Y') }}, {{ strftime_now(\"%A\") }}")
    model = chat(folder, template=str(file))
    ids = model._speaker.prompts.tokens(ASKED[0], (), Names(()))
    assert model._speaker.engine.written(ids, special=True) == "26 Jul 2024, Friday"


def test_images_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="text only"):
        run(chat(folder).complete([Message("user", "what?", images=(Image("data:,"),))]))


def test_answers_are_kept_and_charged(folder: Path, tmp_path: Path) -> None:
    budget = Budget(tokens=10)
    with working(cache=tmp_path, budget=budget):
        first = run(chat(folder).complete(ASKED[0]))
        used = first.usage.input_tokens + first.usage.output_tokens
        assert (budget.tokens, budget.money) == (used, 0.0)
        again = run(chat(folder, batch_size=1).complete(ASKED[0]))
        assert (again, budget.completions) == (first, 1)
        with pytest.raises(BudgetSpent):
            run(chat(folder).complete(ASKED[1]))


def test_identity_is_what_changes_answers(folder: Path, tmp_path: Path) -> None:
    def fingerprint(**options: Any) -> str:
        return load_model(TransformersChat(str(folder), **options)).fingerprint

    file = tmp_path / "own.jinja"
    file.write_text("{{ messages[0].content }}")
    own = fingerprint()
    assert own == fingerprint(device="cpu", batch_size=2)
    by_template = fingerprint(template=str(file))
    others = [
        by_template,
        *(fingerprint(**{name: value}) for name, value in (("seed", 1), ("top_p", 0.5))),
        *(fingerprint(**{name: value}) for name, value in (("calls", "json"), ("max_tokens", 3))),
        fingerprint(dtype="bfloat16"),
    ]
    assert len({own, *others}) == 7
    file.write_text("{{ messages[-1].content }}")
    assert fingerprint(template=str(file)) != by_template
    shown = json.dumps(load_model(TransformersChat(str(folder))).identity)
    assert str(folder) not in shown
    assert isinstance(chat(folder), ChatModel)


@pytest.mark.parametrize(
    "options",
    [
        {"dtype": "int3"},
        {"calls": "morse"},
        {"max_tokens": -1},
        {"batch_size": 0},
        {"temperature": -1.0},
        {"temperature": float("nan")},
        {"top_p": 0.0},
        {"top_p": 1.5},
        {"template": "nowhere.jinja"},
    ],
)
def test_parameters_that_make_no_sense_are_refused(folder: Path, options: Any) -> None:
    with pytest.raises(UserError):
        TransformersChat(str(folder), **options)


def test_several_devices_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="one device"):
        run(chat(folder, device="cpu,cpu").complete(ASKED[0]))
