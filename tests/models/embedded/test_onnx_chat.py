"""Exported chat models answer as transformers does, and need none of it.

The references are plain transformers over the same weights, rounded to float16 as the export does.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

import memorised  # noqa: E402

from harness.contracts import ChatModel  # noqa: E402
from harness.errors import MissingExtra, TooLong, UserError  # noqa: E402
from harness.loading import load_model  # noqa: E402
from harness.loop import run, together  # noqa: E402
from harness.names import Names  # noqa: E402
from harness.records import Message, ToolCall, ToolSpec  # noqa: E402
from models.embedded import places  # noqa: E402
from models.embedded.chat import OnnxChat  # noqa: E402
from models.local.prompts import Prompts  # noqa: E402
from models.training.export import export_language_model  # noqa: E402
from models.transformers_chat import TransformersChat  # noqa: E402

TEXTS = [
    "Where are tickets sold?",
    "The harbour office sells tickets for the night train and the ferry to the islands. " * 4,
    "When?",
    "Tell me the weather in Oslo, please: will it rain?",
]
ASKED = [[Message("user", text)] for text in TEXTS]
WEATHER = ToolSpec(
    "town.weather",
    "Tells the weather.",
    {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]},
)
POSITIONS = 512


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A checkpoint of random weights that float16 holds exactly, and its export."""
    path, out = tmp_path_factory.mktemp("tiny"), tmp_path_factory.mktemp("exported")
    words = memorised.tokenizer([*TEXTS, memorised.TEMPLATE], 400)
    model = memorised.qwen2(words, positions=POSITIONS, initializer_range=0.3)
    memorised.saved(path, model.half().float(), words)
    export_language_model(path, out)
    return path, out


def sampled(model: Any, **more: Any) -> list[Any]:
    return run(together(model.sample(messages, **more) for messages in ASKED))


def test_greedy_answers_are_those_of_transformers(folders: tuple[Path, Path]) -> None:
    torch_folder, folder = folders
    found = sampled(OnnxChat(str(folder), max_tokens=24))
    wanted = sampled(TransformersChat(str(torch_folder), max_tokens=24, device="cpu"))
    for mine, theirs in zip(found, wanted, strict=True):
        assert mine.tokens.tolist() == theirs.tokens.tolist()
        assert mine.completion.text == theirs.completion.text
        assert mine.completion.usage == theirs.completion.usage
        assert mine.completion.finish == theirs.completion.finish
        np.testing.assert_allclose(mine.log_probs, theirs.log_probs, atol=1e-3)


def test_how_likely_a_turn_is_agrees_with_transformers(folders: tuple[Path, Path]) -> None:
    said = "The office sells tickets."
    mine = OnnxChat(str(folders[1])).log_probs(ASKED[0], said)
    theirs = TransformersChat(str(folders[0]), device="cpu").log_probs(ASKED[0], said)
    np.testing.assert_allclose(mine, theirs, atol=1e-3)


def test_prompts_with_calls_and_results_are_the_same_tokens(folders: tuple[Path, Path]) -> None:
    messages = [
        Message("user", "Rain in Ósló?"),
        Message("assistant", "", calls=(ToolCall("town.weather", {"town": "Ósló <b>"}, "c1"),)),
        Message("tool", '{"rain": true}', call_id="c1"),
    ]
    names = Names([WEATHER.name])
    mine = OnnxChat(str(folders[1]))._speaker.prompts
    words = transformers.AutoTokenizer.from_pretrained(folders[0])
    wanted = Prompts(words, "x").tokens(messages, [WEATHER], names)
    assert mine.tokens(messages, [WEATHER], names) == wanted


def test_the_next_turn_reads_only_what_is_new_and_answers_the_same(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = OnnxChat(str(folders[1]), max_tokens=6)
    first = run(model.sample(ASKED[1]))
    longer = [*ASKED[1], Message("assistant", first.completion.text), Message("user", "And now?")]
    graph, lengths = model._speaker.engine.model, []  # type: ignore[attr-defined]
    read = graph.read

    def counted(state: Any, tokens: Any, keep: int = 1) -> Any:
        lengths.append((len(state.tokens), len(tokens)))
        return read(state, tokens, keep)

    monkeypatch.setattr(graph, "read", counted)
    again = run(model.sample(longer))
    assert lengths[0][0] > lengths[0][1] > 0  # most of the prompt was known
    fresh = run(OnnxChat(str(folders[1]), max_tokens=6).sample(longer))
    assert again.tokens.tolist() == fresh.tokens.tolist()
    np.testing.assert_allclose(again.log_probs, fresh.log_probs, atol=1e-4)


def test_what_is_drawn_depends_on_the_seed_and_not_on_who_else_asks(
    folders: tuple[Path, Path],
) -> None:
    def drawn(seed: int) -> OnnxChat:
        return OnnxChat(str(folders[1]), temperature=1.0, top_p=0.9, seed=seed, max_tokens=12)

    def tokens(found: list[Any]) -> list[list[int]]:
        return [answer.tokens.tolist() for answer in found]

    alone = [run(drawn(3).sample(messages)) for messages in ASKED]
    assert tokens(sampled(drawn(3))) == tokens(alone)
    assert tokens(sampled(drawn(4))) != tokens(alone)


def test_a_small_share_of_the_probability_leaves_the_likeliest_token(
    folders: tuple[Path, Path],
) -> None:
    greedy = run(OnnxChat(str(folders[1]), max_tokens=8).sample(ASKED[3]))
    narrow = OnnxChat(str(folders[1]), max_tokens=8, temperature=1.0, top_p=1e-6)
    assert run(narrow.sample(ASKED[3])).tokens.tolist() == greedy.tokens.tolist()


def test_a_conversation_beyond_the_context_is_too_long(folders: tuple[Path, Path]) -> None:
    with pytest.raises(TooLong, match="reads 512 tokens"):
        run(OnnxChat(str(folders[1])).complete([Message("user", "tickets? " * 600)]))


def test_a_learned_call_is_read_strictly(tmp_path: Path) -> None:
    call = ToolCall("town.weather", {"town": "Oslo"}, "call_1")
    messages = [Message("user", "Rain in Oslo?"), Message("assistant", "", calls=(call,))]
    memorised.memorise(tmp_path / "torch", messages, [WEATHER])
    export_language_model(tmp_path / "torch", tmp_path / "onnx")
    found = run(OnnxChat(str(tmp_path / "onnx")).complete(messages[:1], tools=[WEATHER]))
    assert [(c.name, dict(c.arguments), c.problem) for c in found.calls] == [
        ("town.weather", {"town": "Oslo"}, "")
    ]
    assert found.finish == "tool_calls"


def test_identity_follows_the_weights_and_not_the_path(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    import shutil

    copied = tmp_path / folders[1].name
    shutil.copytree(folders[1], copied)
    first = load_model(OnnxChat(str(folders[1])))
    assert isinstance(OnnxChat(str(copied)), ChatModel)
    assert load_model(OnnxChat(str(copied))).fingerprint == first.fingerprint
    with (copied / "model.onnx").open("ab") as file:
        file.write(b"\0")
    assert load_model(OnnxChat(str(copied))).fingerprint != first.fingerprint


def test_what_cannot_be_opened_is_said_in_one_line(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="no such folder"):
        OnnxChat("nowhere")
    with pytest.raises(UserError, match=r"model\.onnx is missing"):
        OnnxChat(str(folders[0]))
    (tmp_path / "model.onnx").write_bytes(b"no graph")
    (tmp_path / "tokenizer.json").write_bytes((folders[1] / "tokenizer.json").read_bytes())
    with pytest.raises(UserError, match="cannot be loaded"):
        run(OnnxChat(str(tmp_path)).complete(ASKED[0]))
    with pytest.raises(UserError, match="temperature"):
        OnnxChat(str(folders[1]), temperature=-1)
    monkeypatch.setattr(places, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"assay-harness\[embedded\]"):
        OnnxChat(str(folders[1]))


def test_neither_torch_nor_transformers_is_needed(folders: tuple[Path, Path]) -> None:
    program = textwrap.dedent(
        f"""
        import sys
        for name in ("torch", "transformers", "sentence_transformers"):
            sys.modules[name] = None
        from harness.loop import run
        from harness.records import Message, ToolSpec
        from models.embedded.chat import OnnxChat
        import models.embedded.embedder
        tools = [ToolSpec("a.b", "Does.", {{"type": "object", "properties": {{}}}})]
        model = OnnxChat({str(folders[1])!r}, max_tokens=4)
        print(run(model.complete([Message("user", "When?")], tools=tools)).usage.output_tokens)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) in range(1, 5)
