"""From an expression or an object to a model with a name and an identity."""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

import models as registered
from harness import registry
from harness.contracts import Corpus
from harness.errors import UserError
from harness.loading import contracts_of, load_model


class Toy:
    """A retriever with one parameter of each kind."""

    version = "3"
    runtime: ClassVar[frozenset[str]] = frozenset({"device"})

    def __init__(
        self,
        k1: float = 1.5,
        language: str = "none",
        steps: int = 2,
        stops: Sequence[str] = (),
        device: str = "cpu",
    ) -> None:
        if k1 < 0:
            raise ValueError("k1 must not be negative\nreally")
        self.k1, self.language, self.steps, self.stops = k1, language, steps, stops
        self.device = device

    def index(self, corpus: Corpus) -> None:
        """Satisfies the contract."""


class Encoder:
    """A model named by what it loads."""

    def __init__(self, checkpoint: str, *, pool: str = "mean", scale: float | None = None) -> None:
        self.checkpoint, self.pool, self.scale = checkpoint, pool, scale

    def index(self, corpus: Corpus) -> None:
        """Satisfies the contract."""


class Fusion:
    """A model of models."""

    def __init__(self, *parts: object, weight: float = 0.5) -> None:
        self.parts, self.weight = parts, weight

    def index(self, corpus: Corpus) -> None:
        """Satisfies the contract."""


class Options:
    """Takes whatever it is given."""

    def __init__(self, name: str = "x", **options: object) -> None:
        self.options = options


@pytest.fixture(autouse=True)
def _table(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry of our own, with presets."""
    operators = {name: registered.MODELS[name] for name in ("%", ">>", "random", "oracle")}
    table = {
        "toy": Toy,
        "toy-english": "toy(language='english')",
        "toy-slow": "toy-english(k1=9, steps=5)",
        "encoder": Encoder,
        "small": "encoder('small-v2')",
        "fusion": Fusion,
        "options": Options,
        "ready": Toy(k1=3.0),
        "broken": "models.no_such_module:Model",
    }
    monkeypatch.setattr(registered, "MODELS", table | operators)
    monkeypatch.setattr(registry.models, "_resolved", {})


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("toy", "toy"),
        ("toy()", "toy"),
        ("toy(k1=1.5)", "toy"),
        ("toy(1.50)", "toy"),
        ("toy(k1=2)", "toy(k1=2.0)"),
        ("toy(steps=3, k1=2.0)", "toy(k1=2.0, steps=3)"),
        ("toy(device='cuda')", "toy"),
        ("toy(stops=['a'])", 'toy(stops=["a"])'),
        ("toy(language='english')", "toy-english"),
        ("toy-english(language='none')", "toy"),
        ("toy-english(k1=2)", "toy-english(k1=2.0)"),
        ("toy(language='english', k1=9, steps=5)", "toy-slow"),
        ("toy-slow(k1=1)", "toy-slow(k1=1.0)"),
        ("toy(language='german')", 'toy(language="german")'),
        ("encoder(checkpoint='x')", 'encoder("x")'),
        ("encoder('small-v2', pool='cls')", 'small(pool="cls")'),
        ("small(checkpoint='x')", 'encoder("x")'),
        ("small(scale=2)", "small(scale=2.0)"),
        ("fusion(toy, toy(language='english'))", "fusion(toy, toy-english)"),
        ("fusion(toy % 5, weight=1)", "fusion(toy % 5, weight=1.0)"),
        ("toy(k1=1.5) % 100 >> random(seed=0)", "toy % 100 >> random"),
        ("options(b=2, a=1)", "options(a=1, b=2)"),
        ("ready", "ready"),
    ],
)
def test_a_model_has_one_canonical_name(expression: str, name: str) -> None:
    assert load_model(expression).name == name
    again = load_model(name)
    assert again.name == name
    assert again.fingerprint == load_model(expression).fingerprint


def test_the_identity_holds_everything_that_changes_an_answer() -> None:
    model = load_model("toy(k1=2, stops=['a'], device='cuda')")
    place = f"{Toy.__module__}:Toy"
    parameters = {"k1": 2.0, "language": "none", "steps": 2, "stops": ["a"]}
    identity = {"adapter": place, "version": "3", "parameters": parameters}
    assert model.identity == identity
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    assert model.fingerprint == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "other",
    ["toy(k1=1.4)", "toy(steps=3)", "toy-english", "toy % 5", "fusion(toy)", "random", "ready"],
)
def test_another_model_has_another_fingerprint(other: str) -> None:
    assert load_model(other).fingerprint != load_model("toy").fingerprint


def test_a_nested_model_is_part_of_the_identity_and_reaches_the_adapter_loaded() -> None:
    fusion = load_model("fusion(toy(k1=7), toy)")
    assert [part.k1 for part in fusion.model.parts] == [7.0, 1.5]  # type: ignore[attr-defined]
    assert fusion.identity["parameters"]["parts"] == [
        load_model("toy(k1=7)").identity,
        load_model("toy").identity,
    ]
    assert fusion.fingerprint != load_model("fusion(toy, toy(k1=7))").fingerprint


def test_values_reach_the_adapter_in_the_types_it_declares() -> None:
    model = load_model("toy(k1=2, stops=['a', 'b'])").model
    assert isinstance(model, Toy)
    assert isinstance(model.k1, float)
    assert model.stops == ("a", "b")


def test_runtime_values_reach_the_adapters_that_take_them_and_no_name() -> None:
    runtime = {"device": "cuda", "batch_size": 8, "threads": None}
    fusion = load_model("fusion(toy, toy(device='mps'), encoder('x'))", runtime=runtime)
    first, second, _ = fusion.model.parts  # type: ignore[attr-defined]
    assert (first.device, second.device) == ("cuda", "mps")
    assert fusion.name == 'fusion(toy, toy, encoder("x"))'
    assert fusion.fingerprint == load_model(fusion.name).fingerprint


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("toi", "unknown model 'toi'. Did you mean toy"),
        ("toy(k2=1)", "toy has no parameter 'k2'. Did you mean k1? It takes: k1, language, steps"),
        ("toy-slow(k2=1)", "toy-slow has no parameter 'k2'"),
        ("toy(1, 'x', 2, [], 'cpu', 6)", "toy: too many positional arguments. It takes: k1"),
        ("toy(1, k1=1)", "toy: multiple values for argument 'k1'"),
        ("toy(k1='high')", 'toy: k1 must be a number, not "high"'),
        ("toy(steps=2.5)", "toy: steps must be a whole number, not 2.5"),
        ("toy(language=3)", "toy: language must be a text in quotes, not 3"),
        ("toy(language=english)", "'english' is no model: a text goes in quotes, \"english\""),
        ("toy(language=random)", "toy: language must be a text in quotes, not random"),
        ("toy(k1=-1)", "toy cannot be made: k1 must not be negative"),
        ("encoder", "encoder needs a value for 'checkpoint'. It takes: checkpoint, pool, scale"),
        ("ready(k1=1)", "takes no arguments: it is an object"),
        ("broken", "the model 'broken' does not load: No module named 'models.no_such_module'"),
        ("random >> toy", "a reranker must follow '>>'"),
        ("no/such/folder/", "no/such/folder/: no such folder"),
        ("nowhere.py:M", "nowhere.py: no such file"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(expression: str, complaint: str) -> None:
    with pytest.raises(UserError) as caught:
        load_model(expression)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


RETRIEVER = """
class {name}:
    version = "1"

    def __init__(self, k=3):
        self.k = k

    def index(self, corpus):
        return None
"""


@pytest.fixture
def cwd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_model_in_a_file_is_named_by_the_file_and_identified_by_its_bytes(cwd: Path) -> None:
    source = RETRIEVER.format(name="Mine")
    (cwd / "deep").mkdir()
    (cwd / "deep" / "my_model.py").write_text(source)
    path, modules = list(sys.path), set(sys.modules)
    model = load_model("deep/my_model.py:Mine(k=4)")
    assert model.name == "my_model.py:Mine(k=4)"
    assert model.model.k == 4  # type: ignore[attr-defined]
    assert model.identity == {
        "adapter": "Mine",
        "file": hashlib.sha256(source.encode()).hexdigest(),
        "version": "1",
        "parameters": {"k": 4},
    }
    assert load_model("deep/my_model.py:Mine(k=3)").name == "my_model.py:Mine"
    assert load_model(f"{cwd}/deep/my_model.py:Mine(4)").fingerprint == model.fingerprint
    assert sys.path == path
    assert "my_model" not in set(sys.modules) - modules


def test_a_file_with_one_model_needs_no_class_name(cwd: Path) -> None:
    index = "class Index:\n    def search(self, queries, k):\n        return {}\n"
    (cwd / "m.py").write_text("from pathlib import Path\n" + RETRIEVER.format(name="Mine") + index)
    assert load_model("m.py").name == "m.py:Mine"
    assert load_model("m.py(k=9)").name == "m.py:Mine(k=9)"


def test_a_changed_file_is_another_model(cwd: Path) -> None:
    file = cwd / "m.py"
    file.write_text(RETRIEVER.format(name="Mine"))
    before = load_model("m.py")
    file.write_text(RETRIEVER.format(name="Mine").replace("k=3", "k=5"))
    after = load_model("m.py")
    assert (before.model.k, after.model.k) == (3, 5)  # type: ignore[attr-defined]
    assert before.fingerprint != after.fingerprint


def test_a_file_may_hold_a_function_or_an_object(cwd: Path) -> None:
    source = RETRIEVER.format(name="Mine") + "def make(k=1):\n    return Mine(k)\nready = Mine(8)\n"
    (cwd / "m.py").write_text(source)
    made, ready = load_model("m.py:make(k=2)"), load_model("m.py:ready")
    assert (made.name, made.model.k) == ("m.py:make(k=2)", 2)  # type: ignore[attr-defined]
    assert (ready.name, ready.identity["parameters"]) == ("m.py:ready", {"k": 8})
    with pytest.raises(UserError, match="takes no arguments"):
        load_model("m.py:ready(k=2)")


def test_a_dataclass_in_a_file_loads(cwd: Path) -> None:
    (cwd / "m.py").write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Mine:\n    k: int = 3\n    def index(self, corpus): ...\n"
    )
    assert load_model("m.py:Mine(k=5)").identity["parameters"] == {"k": 5}


@pytest.mark.parametrize(
    ("source", "expression", "complaint"),
    [
        ("class A:\n  def f(:\n", "m.py:A", "m.py, line 2: invalid syntax"),
        ("\x00", "m.py:A", "m.py"),
        ("x = 1\ny = x / 0\n", "m.py:A", "m.py, line 2: ZeroDivisionError: division by zero"),
        ("import no_such_package", "m.py:A", "m.py, line 1: ModuleNotFoundError: No module"),
        ("raise SystemExit(3)", "m.py:A", "m.py, line 1: SystemExit: 3"),
        (RETRIEVER.format(name="Mine"), "m.py:Mime", "m.py has no 'Mime': did you mean Mine?"),
        ("x = 1", "m.py:Mine", "m.py has no 'Mine': it defines nothing"),
        ("class A: ...", "m.py", "m.py has no model: a retriever is a class with index(corpus)"),
        (
            RETRIEVER.format(name="A") + RETRIEVER.format(name="B"),
            "m.py",
            "m.py has 2 models: name one, m.py:A or m.py:B",
        ),
        (RETRIEVER.format(name="A"), "m.py:A(j=1)", "m.py:A has no parameter 'j'"),
        (RETRIEVER.format(name="A"), "n.py:A", "n.py: no such file; that folder has m.py"),
    ],
)
def test_a_file_that_does_not_do_is_one_line(
    cwd: Path, source: str, expression: str, complaint: str
) -> None:
    (cwd / "m.py").write_text(source)
    with pytest.raises(UserError) as caught:
        load_model(expression)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_fails_leaves_no_module_behind(cwd: Path) -> None:
    (cwd / "m.py").write_text("1 / 0")
    modules = set(sys.modules)
    for _ in range(2):
        with pytest.raises(UserError, match="ZeroDivisionError"):
            load_model("m.py:A")
    assert set(sys.modules) == modules


def test_a_checkpoint_folder_names_its_adapter(cwd: Path) -> None:
    folder = cwd / "run" / "ckpt"
    folder.mkdir(parents=True)
    (folder / "model.yaml").write_text("adapter: toy-english(k1=2)\nlicence: MIT\n")
    (folder / "weights.bin").write_bytes(b"\x01")
    model = load_model("run/ckpt/")
    assert model.name == "ckpt/"
    assert isinstance(model.model, Toy)
    assert model.model.k1 == 2.0
    assert model.card == {"adapter": "toy-english(k1=2)", "licence": "MIT"}
    assert model.identity["adapter"] == load_model("toy-english(k1=2)").identity
    (folder / ".DS_Store").write_bytes(b"")
    assert load_model("./run/ckpt").fingerprint == model.fingerprint
    (folder / "weights.bin").write_bytes(b"\x02")
    assert load_model("run/ckpt/").fingerprint != model.fingerprint


def test_a_checkpoint_may_bring_its_adapter_along(cwd: Path) -> None:
    (cwd / "ckpt").mkdir()
    (cwd / "ckpt" / "model.yaml").write_text('adapter: "adapter.py:Mine"\n')
    (cwd / "ckpt" / "adapter.py").write_text(RETRIEVER.format(name="Mine"))
    assert load_model("ckpt/").model.k == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("card", "complaint"),
    [
        (None, "ckpt/ has no model.yaml, which names the adapter of a checkpoint; without one an"),
        ("licence: MIT", 'ckpt/model.yaml names no adapter: it needs a line such as adapter: "'),
        ("adapter: [1", "ckpt/model.yaml cannot be read"),
        ("adapter: ./", "names itself as its adapter"),
        ("adapter: toi", "ckpt/model.yaml: unknown model 'toi'"),
    ],
)
def test_a_checkpoint_folder_that_does_not_do(cwd: Path, card: str | None, complaint: str) -> None:
    (cwd / "ckpt").mkdir()
    if card is not None:
        (cwd / "ckpt" / "model.yaml").write_text(card)
    with pytest.raises(UserError) as caught:
        load_model("ckpt/")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


class Mine:
    """A user's object: what it does privately is no part of it."""

    runtime: ClassVar[frozenset[str]] = frozenset({"device"})

    def __init__(self, depth: int, device: str = "cpu") -> None:
        self.depth, self.device, self.first = depth, device, Toy(k1=9.0)
        self.token = "sk-123"
        self._seen = 0

    def index(self, corpus: Corpus) -> None:
        """Satisfies the contract."""


def test_an_object_is_identified_by_its_class_and_its_public_attributes() -> None:
    model = load_model(Mine(3))
    assert model.name == "Mine"
    assert model.identity["object"] == f"{Mine.__module__}:Mine"
    assert model.identity["parameters"] == {
        "depth": 3,
        "first": load_model("toy(k1=9)").identity,
    }
    assert "sk-123" not in json.dumps(model.identity)
    assert load_model(Mine(3, device="cuda")).fingerprint == model.fingerprint
    assert load_model(Mine(4)).fingerprint != model.fingerprint


@dataclass(frozen=True)
class Analyzer:
    """A part of a user's model that is no model."""

    stem: bool = False


def test_parts_of_an_object_are_part_of_its_identity() -> None:
    def identity(**parts: object) -> str:
        mine = Mine(3)
        vars(mine).update(parts)
        return load_model(mine).fingerprint

    assert identity(parts=[Toy(), Toy()]) != identity(parts=[Toy(), Toy(k1=2.0)])
    assert identity(by_name={"a": Toy()}) != identity(by_name={"a": Toy(k1=2.0)})
    assert identity(analyzer=Analyzer()) != identity(analyzer=Analyzer(stem=True))
    assert identity(folder=Path("a")) != identity(folder=Path("b"))
    assert identity(analyzer=Analyzer()) == identity(analyzer=Analyzer())


def test_what_an_object_keeps_privately_is_no_part_of_its_identity() -> None:
    mine = Mine(3)
    before = load_model(mine).fingerprint
    mine._seen += 1
    assert load_model(mine).fingerprint == before


def test_an_object_may_name_itself() -> None:
    mine = Mine(3)
    mine.name = "my model"  # type: ignore[attr-defined]
    assert load_model(mine).name == "my model"


def test_an_object_whose_source_changed_is_another_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fingerprints = set()
    for i, body in enumerate(("return 1", "return 2")):
        file = tmp_path / f"{i}.py"
        file.write_text(f"class Mine:\n    def index(self, corpus):\n        {body}\n")
        spec = importlib.util.spec_from_file_location("my_module", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "my_module", module)
        spec.loader.exec_module(module)
        model = load_model(module.Mine())
        assert model.identity["object"] == "my_module:Mine"
        fingerprints.add(model.fingerprint)
    assert len(fingerprints) == 2


def test_an_instance_of_a_registered_adapter_is_its_expression(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from models.pipeline import Cut, Pipeline
    from models.reference import RandomRanking

    model = load_model(Pipeline(Cut(RandomRanking(seed=2), 5), RandomRanking()))
    assert model.name == "random(seed=2) % 5 >> random"
    assert model.fingerprint == load_model("random(seed=2) % 5 >> random").fingerprint


def test_a_loaded_model_is_left_as_it_is_and_a_class_is_refused() -> None:
    model = load_model("toy")
    assert load_model(model) is model
    with pytest.raises(UserError, match=r"Toy is a class: give an instance of it, Toy\(\)"):
        load_model(Toy)


def test_registered_models_carry_their_cards() -> None:
    random = load_model("random(seed=3)")
    assert random.card is not None
    assert random.card["title"] == "Random ranking"
    assert load_model("toy").card is None


def test_contracts_are_told_by_their_methods() -> None:
    assert contracts_of(load_model("random").model) == ("retriever", "reranker", "agent")
    assert "reference model" in contracts_of(load_model("oracle").model)
    assert contracts_of("a text has an index method too") == ()
    assert contracts_of(Options()) == ()
    frame = SimpleNamespace(index=[1, 2])  # an attribute is no method
    assert contracts_of(frame) == ()


HOME = Path(__file__).parents[3]


def test_a_function_is_the_same_in_every_process() -> None:
    code = (
        "from harness.loading.identity import described\n"
        "print(described(lambda x: x in {'alpha', 'beta', 'gamma'}))"
    )
    told = {
        subprocess.check_output(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(HOME)},
        )
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


def test_an_object_is_identified_by_the_numbers_and_functions_that_it_holds() -> None:
    class Held:
        def __init__(self, held: object) -> None:
            self.held = held

        def index(self, corpus: Corpus) -> None: ...

    def add(one: int) -> Any:
        return lambda other: other + one

    torch = pytest.importorskip("torch", reason="needs torch")
    torch.manual_seed(0)
    alike = [
        (np.array([1.0, 2.0]), np.array([1.0, 2.0]), np.array([2.0, 1.0])),
        (np.array([1], np.int32), np.array([1], np.int32), np.array([1], np.float32)),
        (np.array(["a", None]), np.array(["a", None]), np.array(["b", None])),
        (torch.ones(2), torch.ones(2), torch.ones(2, dtype=torch.bfloat16)),
        (network := torch.nn.Linear(2, 2), copy.deepcopy(network), torch.nn.Linear(2, 2)),
        (add(1), add(1), add(2)),
        (np.ones((1, 2)), np.ones((1, 2)), np.ones((2, 1))),
        (lambda x: x + 1, lambda x: x + 1, lambda x: x + 2),
        (lambda x: x + 1, lambda x: x + 1, lambda x: x - 1),
        (lambda x, k=1: x, lambda x, k=1: x, lambda x, k=2: x),
        (lambda x: x in {"a", "b"}, lambda x: x in {"a", "b"}, lambda x: x in {"a", "c"}),
        (lambda x: x.a, lambda x: x.a, lambda x: x.b),
        (lambda x, *, k=1: x, lambda x, *, k=1: x, lambda x, *, k=2: x),
        (lambda x: lambda y: y + 1, lambda x: lambda y: y + 1, lambda x: lambda y: y + 2),
    ]
    for one, same, other in alike:
        first, second, third = (load_model(Held(value)).fingerprint for value in (one, same, other))
        assert first == second
        assert first != third
