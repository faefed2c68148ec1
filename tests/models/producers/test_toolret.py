from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sentence_transformers")
pytest.importorskip("accelerate")
pytest.importorskip("datasets")

from harness.errors import UserError  # noqa: E402
from harness.loading import load_model  # noqa: E402
from harness.records import Text  # noqa: E402
from harness.sources import Source  # noqa: E402
from harness.training.leaks import LeakGuard, Question  # noqa: E402
from harness.training.ledger import Ledger  # noqa: E402
from harness.training.work import Work  # noqa: E402
from models.neural.opening import quiet  # noqa: E402
from models.producers.toolret import ToolRet  # noqa: E402
from models.training.retrieval import contrast, fitting  # noqa: E402
from models.training.retrieval.contrast import (  # noqa: E402
    CANDIDATE,
    LEFT_OUT,
    TARGET,
    Contrast,
    Pair,
    compare,
    embed,
    info_nce,
    roles_of,
)
from models.training.retrieval.examples import Example, read_examples  # noqa: E402
from models.training.retrieval.mining import Miner  # noqa: E402
from models.training.running.course import Course  # noqa: E402

WORDS = [f"w{i}" for i in range(60)]
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ":", "instruct", "query", "find"]
LONGEST = 16


def tokenizer() -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: i for i, word in enumerate(MARKS + WORDS)}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=LONGEST,
    )


def config(**more: Any) -> Any:
    from transformers import BertConfig

    return BertConfig(
        vocab_size=len(MARKS) + len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=LONGEST,
        **more,
    )


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """An embedder with random weights, as sentence-transformers saves it."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertModel

    torch.manual_seed(5)
    with quiet():
        BertModel(config()).save_pretrained(tmp_path / "bert")
        tokenizer().save_pretrained(tmp_path / "bert")
        transformer = Transformer(str(tmp_path / "bert"), max_seq_length=LONGEST)
        made = SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu")
        made.save_pretrained(str(tmp_path / "base"), create_model_card=False)
    return tmp_path / "base"


@pytest.fixture
def reranker(tmp_path: Path) -> Path:
    from transformers import BertForSequenceClassification

    torch.manual_seed(5)
    with quiet():
        BertForSequenceClassification(config(num_labels=1)).save_pretrained(tmp_path / "ce")
        tokenizer().save_pretrained(tmp_path / "ce")
    return tmp_path / "ce"


@pytest.fixture(autouse=True)
def guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One task, which asks one thing."""
    asked = LeakGuard([Question("rare/task", "rare_1", "w50 w51 w52 w53 w54")])
    monkeypatch.setattr(LeakGuard, "gather", classmethod(lambda cls, source, near: asked))


def row(i: int, **more: Any) -> dict[str, Any]:
    """A query that asks for two words by two others."""
    found = {"id": f"made_{i}", "query": f"w{i} w{i + 1}", "positive": [f"w{i + 30} w{i + 31} w2"]}
    return found | more


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write(tmp_path / "rows.jsonl", [row(i) for i in range(16)])


def carry_out(producer: ToolRet, out: Path) -> Path:
    """Runs the stages as the engine does."""
    earlier: dict[str, Path] = {}
    out.mkdir(exist_ok=True)
    for stage in producer.stages():
        folder = out / "training" / stage.name
        folder.mkdir(parents=True, exist_ok=True)
        with Ledger(out / "training", stage.name) as ledger:
            stage.run(Work(folder, out, dict(earlier), ledger))
        earlier[stage.name] = folder
    return out


def trained(base: Path, data: Path, out: Path, **more: Any) -> Path:
    settings: dict[str, Any] = {"batch": 8, "epochs": 4, "lr": 3e-3, "device": "cpu"}
    return carry_out(ToolRet(str(data), str(base), **(settings | more)), out)


def weights(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(folder / "model.safetensors")


def summary(out: Path, stage: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "training" / stage / "summary.json").read_text())
    return found


def losses(out: Path) -> list[float]:
    lines = (out / "training" / "train" / "curves.jsonl").read_text().splitlines()
    return [json.loads(line)["loss"] for line in lines]


def test_other_right_documents_of_a_query_are_no_candidates() -> None:
    pairs = [
        Pair("q", "a", frozenset("ab"), ("x",), "s"),
        Pair("q", "b", frozenset("ab"), ("x",), "s"),
        Pair("p", "c", frozenset("c"), ("a",), "s"),
    ]
    ids, roles = roles_of(pairs, in_batch=True)
    assert ids == ["a", "x", "b", "c"]
    assert roles.tolist() == [
        [TARGET, CANDIDATE, LEFT_OUT, CANDIDATE],
        [LEFT_OUT, CANDIDATE, TARGET, CANDIDATE],
        [CANDIDATE, CANDIDATE, CANDIDATE, TARGET],
    ]
    _, own = roles_of(pairs, in_batch=False)
    assert own.tolist() == [
        [TARGET, CANDIDATE, LEFT_OUT, LEFT_OUT],
        [LEFT_OUT, CANDIDATE, TARGET, LEFT_OUT],
        [CANDIDATE, LEFT_OUT, LEFT_OUT, TARGET],
    ]


def test_the_loss_is_that_of_the_formula() -> None:
    scores = torch.tensor([[2.0, 1.0, 5.0], [0.0, 3.0, 1.0]])
    roles = torch.tensor([[TARGET, CANDIDATE, LEFT_OUT], [CANDIDATE, CANDIDATE, TARGET]])
    first = -math.log(math.exp(2) / (math.exp(2) + math.exp(1)))
    second = -math.log(math.exp(1) / (math.exp(0) + math.exp(3) + math.exp(1)))
    assert float(info_nce(scores, roles)) == pytest.approx((first + second) / 2)


def _batch(model: Any, texts: Sequence[tuple[str, str]]) -> tuple[list[Any], Any]:
    pairs = [Pair(q, d, frozenset([d]), (), "s") for q, d in texts]
    ids, roles = roles_of(pairs, in_batch=True)
    return [model.preprocess([p.query for p in pairs]), model.preprocess(ids)], roles


def _gradients(model: Any) -> list[Any]:
    found = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
    model.zero_grad()
    return found


def _apart(found: list[Any], expected: list[Any]) -> float:
    """How far two gradients are apart, each as one vector, in lengths of the second.

    Sums that end near zero are rounded as their largest terms are, so numbers one by one do not do.
    """
    assert [one is None for one in found] == [one is None for one in expected]
    one, other = (
        torch.cat([part.flatten() for part in whole if part is not None])
        for whole in (found, expected)
    )
    return float((one - other).norm() / other.norm())


TEXTS = [("w1 w2", "w3"), ("w4", "w5 w6 w7 w8 w9 w10"), ("w11 w12 w13", "w14 w15"), ("w9", "w2")]


def test_without_repeats_it_is_the_librarys_loss_and_gradient(base: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    model = SentenceTransformer(str(base), device="cpu").eval()
    sides, roles = _batch(model, TEXTS)
    ours = Contrast(model, _embed, _compare, micro_batch=100)(sides, roles)
    ours.backward()
    found = _gradients(model)
    theirs = MultipleNegativesRankingLoss(model, scale=20.0)(sides, torch.arange(4))
    theirs.backward()
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)
    assert _apart(found, _gradients(model)) < 1e-5


def _embed(model: Any, features: Any) -> Any:
    return embed(True, model, features)


def _compare(made: Any, roles: Any) -> Any:
    return compare(0.05, made, roles)


@pytest.mark.parametrize("micro_batch", [1, 3])
def test_pieces_give_the_gradient_of_the_whole_batch(base: Path, micro_batch: int) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(base), device="cpu").double()
    sides, roles = _batch(model, TEXTS)
    whole = Contrast(model, _embed, _compare, micro_batch=100)(sides, roles)
    whole.backward()
    expected = _gradients(model)
    pieces = Contrast(model, _embed, _compare, micro_batch)(sides, roles)
    pieces.backward()
    assert pieces.item() == pytest.approx(whole.item(), rel=1e-9)
    assert _apart(_gradients(model), expected) < 1e-9


def test_training_lowers_the_loss_and_the_adapter_runs_it(
    base: Path, data: Path, tmp_path: Path
) -> None:
    out = trained(base, data, tmp_path / "out", epochs=12, lr=1e-2, held_out=2)
    found = losses(out)
    assert sum(found[-4:]) < 0.5 * sum(found[:4])
    (out / "model.yaml").write_text('adapter: hf(".")\n')
    vectors = load_model(f"{out}/").model.encode([Text("w1 w2")], kind="query").values
    assert vectors.shape == (1, 16)
    told = summary(out, "train")["nDCG@10 of held-out queries"]
    assert 0 < told["before"] <= 1
    assert 0 < told["after"] <= 1
    assert not list((out / "training" / "train").glob("checkpoint-*"))


def test_evaluation_queries_are_refused_with_their_twin(
    base: Path, data: Path, tmp_path: Path
) -> None:
    rows = [*(row(i) for i in range(4)), row(4, query="W50, w51 w52 w53 w54"), row(5, id="rare_1")]
    producer = ToolRet(str(write(data, rows)), str(base), device="cpu")
    stage = producer.stages()[0]
    with Ledger(tmp_path, "data") as ledger:
        stage.run(Work(tmp_path / "data", tmp_path / "out", {}, ledger))
    refused = [json.loads(x) for x in (tmp_path / "data/refused.jsonl").read_text().splitlines()]
    assert [(x["id"], x["twin"]["reason"]) for x in refused] == [
        ("made_4", "text"),
        ("rare_1", "id"),
    ]
    told = json.loads((tmp_path / "data/summary.json").read_text())
    assert told["rows"] == 4
    assert told["leaks"]["by task"] == {"rare/task": {"text": 1, "id": 1}}


@pytest.mark.parametrize("stop", [3, 5])
def test_killed_and_resumed_it_ends_with_the_same_weights(
    base: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    whole = trained(base, data, tmp_path / "whole", save_every=2)
    log = Course.log

    def killed(self: Course, step: int, values: Mapping[str, float]) -> None:
        log(self, step, values)
        if step == stop:
            raise SystemExit("killed")

    monkeypatch.setattr(Course, "log", killed)
    with pytest.raises(SystemExit):
        trained(base, data, tmp_path / "cut", save_every=2)
    monkeypatch.setattr(Course, "log", log)
    resumed = trained(base, data, tmp_path / "cut", save_every=2)
    assert losses(resumed) == losses(whole)
    for name, expected in weights(whole).items():
        assert torch.equal(weights(resumed)[name], expected)


def test_out_of_memory_halves_the_pieces_and_keeps_the_batch(
    base: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained(base, data, tmp_path / "whole")

    def cramped(normalize: bool, model: Any, features: Any) -> Any:
        if len(features["input_ids"]) > 2:
            raise RuntimeError("CUDA out of memory")
        return embed(normalize, model, features)

    monkeypatch.setattr(contrast, "embed", cramped)
    monkeypatch.setattr("models.producers.toolret.Train._measured", lambda *a: None)
    out = trained(base, data, tmp_path / "out", micro_batch=8)
    assert summary(out, "train")["micro_batch"] == 2
    assert losses(out) == pytest.approx(losses(whole), abs=1e-4)


def test_a_diverging_loss_stops_and_keeps_the_last_good_checkpoint(
    base: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(scores: Any, roles: Any, calls: list[int] = []) -> Any:  # noqa: B006
        calls.append(1)
        return info_nce(scores, roles) * (math.nan if len(calls) == 4 else 1)

    monkeypatch.setattr(contrast, "info_nce", burst)
    with pytest.raises(UserError, match="diverged at step 4"):
        trained(base, data, tmp_path / "out", save_every=2)
    kept = tmp_path / "out/training/train/checkpoint-2"
    assert all(bool(tensor.isfinite().all()) for tensor in weights(kept).values())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2 is no JSON"),
        ("[1]", "line 2 is no object"),
        ('{"query": 3, "positive": ["a"]}', "line 2: query must be a text"),
        ('{"query": "a"}', "line 2: there is no positive"),
        ('{"query": "a", "positive": []}', "line 2: there is no positive"),
        ('{"query": "a", "positive": [1]}', "line 2: positive must be a list of texts"),
        ('{"query": "a", "pos": ["b"], "neg": {"c": 1}}', "line 2: negative must be a list"),
        ('{"query": "a", "pos": ["b"], "prompt": 1}', "line 2: prompt must be a text"),
    ],
)
def test_a_malformed_line_is_told(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row(1)) + "\n" + line + "\n")
    with pytest.raises(UserError, match=said):
        read_examples(path, (), Source(tmp_path))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no example"):
        read_examples(write(tmp_path / "rows.jsonl", []), (), Source(tmp_path))


def test_short_names_of_fields_are_read_and_right_documents_never_wrong(tmp_path: Path) -> None:
    made = {"query": "q", "instruction": "find", "pos": ["a", "b"], "neg": ["c", "a"], "id": "x_1"}
    found = read_examples(write(tmp_path / "rows.jsonl", [made]), (), Source(tmp_path))
    texts = [[found.documents[id] for id in ids] for ids in (found.rows[0].positives,)]
    assert texts == [["a", "b"]]
    assert [found.documents[id] for id in found.rows[0].negatives] == ["c"]
    assert (found.rows[0].prompt, found.rows[0].source) == ("find", "x")


def test_a_folder_is_read_and_labels_point_into_its_files_or_into_toolret(tmp_path: Path) -> None:
    folder, hub = tmp_path / "sources", tmp_path / "hub/mangopy/ToolRet-Tools/code"
    folder.mkdir()
    hub.mkdir(parents=True)
    tool = {"id": "own_tool_1", "documentation": '{"name": "a"}'}
    write(folder / "own_tools.jsonl", [tool])
    label = json.dumps([{"id": "own_tool_1", "relevance": 1}, {"id": "no", "relevance": 0}])
    write(folder / "own_train_queries.jsonl", [{"id": "1", "query": "q", "labels": label}])
    write(folder / "own_test_queries.jsonl", [{"id": "2", "query": "p", "labels": label}])
    far = [{"id": f"far_tool_{i}", "documentation": f"far {i}"} for i in range(3)]
    write(hub / "tools.jsonl", [*far, {"id": "other_tool_1", "documentation": "other"}])
    label = json.dumps([{"id": "far_tool_1", "relevance": 1}])
    asked = {"id": "3", "query": "r", "labels": label, "category": "code"}
    write(folder / "far_queries.jsonl", [asked])
    found = read_examples(folder, ("own_test",), Source(tmp_path))
    assert [(x.id, x.source, x.positives) for x in found.rows] == [
        ("3", "far", ("far_tool_1",)),
        ("1", "own", ("own_tool_1",)),
    ]
    assert sorted(found.pools["far"]) == ["far_tool_0", "far_tool_1", "far_tool_2"]
    with pytest.raises(UserError, match="no file nothing_queries"):
        read_examples(folder, ("nothing",), Source(tmp_path))


def test_mined_negatives_are_near_and_never_right() -> None:
    documents = {
        "right": "one two three four five six seven eight nine ten eleven twelve red tulips",
        "alike": "One two three four five six seven eight nine ten eleven twelve red tulips!",
        "hard": "red tulips in a vase",
        "harder": "red tulips red tulips",
        "far": "a spade",
    }
    asked = Example("1", "s", "red tulips", None, ("right",))
    (first,) = Miner("bm25", documents, 1, None).mined([asked], list(documents), 2)
    assert set(first.negatives) == {"hard", "harder"}
    (later,) = Miner("bm25", documents, 2, None).mined([asked], list(documents), 1)
    assert later.negatives == first.negatives[1:2]


def test_instructions_are_read_as_the_adapter_words_them(base: Path, data: Path) -> None:
    producer = ToolRet(str(data), str(base))
    assert producer.adapter == 'hf(".")'
    assert producer.starting.query("w1", "find w2") == "Instruct: find w2\nQuery: w1"
    assert producer.starting.query("w1", None) == "w1"
    own = ToolRet(str(data), str(base), query="query: {query}")
    assert own.adapter == 'hf(".", query="query: {query}")'
    assert own.starting.query("w1", None) == "query: w1"


@pytest.mark.parametrize(("instruction", "expected"), [(True, "find"), (False, None)])
def test_instructions_are_kept_or_dropped(
    base: Path, data: Path, tmp_path: Path, instruction: bool, expected: str | None
) -> None:
    write(data, [row(i, prompt="find") for i in range(3)])
    stage = ToolRet(str(data), str(base), instruction=instruction).stages()[0]
    with Ledger(tmp_path, "data") as ledger:
        stage.run(Work(tmp_path / "data", tmp_path / "out", {}, ledger))
    rows = (tmp_path / "data/rows.jsonl").read_text().splitlines()
    assert {json.loads(x)["prompt"] for x in rows} == {expected}


def test_too_long_queries_are_left_out_and_long_documents_counted(
    base: Path, data: Path, tmp_path: Path
) -> None:
    # two marks and the words: 3 + 2 > 4 tokens, 2 + 2 are not
    write(data, [row(1), row(2), row(3, query="w9 w8 w7")])
    stage = ToolRet(str(data), str(base), max_length=4).stages()[0]
    with Ledger(tmp_path, "data") as ledger:
        stage.run(Work(tmp_path / "data", tmp_path / "out", {}, ledger))
    told = json.loads((tmp_path / "data/summary.json").read_text())
    assert (told["rows"], told["too long, left out"]) == (2, 1)
    assert told["documents of which only the first max_length tokens are read"] == 2


def test_a_cross_encoder_learns_from_the_negatives_of_its_rows(
    reranker: Path, data: Path, tmp_path: Path
) -> None:
    write(data, [row(i, negative=[f"w{i + 40} w1", "w3 w4"]) for i in range(12)])
    out = trained(reranker, data, tmp_path / "out", loss="own", negatives=2, temperature=1.0)
    # 3 candidates: knowing nothing gives log 3
    assert losses(out)[0] == pytest.approx(math.log(3), abs=0.1)
    assert losses(out)[-1] < losses(out)[0]
    assert ToolRet(str(data), str(reranker), loss="own").adapter == 'ce(".")'
    with pytest.raises(UserError, match='set loss="own"'):
        ToolRet(str(data), str(reranker))


def test_batches_of_one_source_are_the_same_for_the_same_seed() -> None:
    pairs = [Pair(f"q{i}", f"d{i}", frozenset([f"d{i}"]), (), "ab"[i % 2]) for i in range(13)]
    made = fitting.planned(pairs, 4, 2, 0, True, seed=3)
    assert made == fitting.planned(pairs, 4, 2, 0, True, seed=3)
    assert made != fitting.planned(pairs, 4, 2, 0, True, seed=4)
    assert all(len({pairs[i].source for i in batch}) == 1 for batch in made)
    # 7 of a: 4 and 3; 6 of b: 4 and 2; twice
    assert sorted(map(len, made)) == [2, 2, 3, 3, 4, 4, 4, 4]
    assert len(fitting.planned(pairs, 4, 1, 3, True, seed=3)) == 3


@pytest.mark.parametrize(
    "wrong",
    [{"lr": 0.0}, {"batch": 0}, {"loss": "triplet"}, {"temperature": -1.0}, {"warmup": 1.0}],
)
def test_settings_that_make_no_sense_are_refused(
    base: Path, data: Path, wrong: dict[str, Any]
) -> None:
    with pytest.raises(UserError):
        ToolRet(str(data), str(base), **wrong)
