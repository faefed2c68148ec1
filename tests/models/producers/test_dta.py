"""Divide-Then-Aggregate, from solutions of one call at a time to a model that learned rounds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("trl", reason="needs trl")

import memorised  # noqa: E402
import schooling  # noqa: E402
import yaml  # noqa: E402

from harness.contracts import Planned, Producer  # noqa: E402
from harness.errors import InfrastructureError, UserError  # noqa: E402
from harness.training.ledger import Ledger  # noqa: E402
from harness.training.work import Work  # noqa: E402
from models.agents.dta import RULES  # noqa: E402
from models.producers.dta import Dta  # noqa: E402
from models.training.making import construction  # noqa: E402

EXAMPLE = Path(__file__).parents[3] / "examples" / "methods" / "dta.yaml"
SETTINGS: Mapping[str, Any] = {"device": "cpu", "batch": 4, "lr": 1e-3, "save_every": 1}
TOWNS = ("Arle", "Bost", "Cald", "Dorn", "Esk")
TEACHER = '''
import json
from harness.errors import InfrastructureError
from harness.records import Completion, Usage

class Teacher:
    """Says that only the last call of each solution waits; fails when asked too often."""

    def __init__(self, most: int = 99) -> None:
        self.most, self._asked = most, 0

    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        self._asked += 1
        if self._asked > self.most:
            raise InfrastructureError("the teacher has left")
        if "Step 1" not in messages[-1].content:
            return Completion("both towns first", Usage(20, 4))
        edges = [[1, 3], [2, 3], [3, 4]]
        told = {"reasonable": True, "parallelizable": True, "edges": edges}
        return Completion(json.dumps(told), Usage(200, 30))
'''


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model whose tokens are words of the agent's rules, so that these are short."""
    folder = tmp_path_factory.mktemp("base")
    words = memorised.tokenizer([*schooling.TEXTS, RULES, memorised.TEMPLATE], 900)
    memorised.saved(folder, memorised.qwen2(words, positions=1024), words)
    return folder


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def line(one: str, other: str) -> dict[str, Any]:
    """Two look-ups, and a call that needs both; each with a thought."""
    calls = (
        ("area", {"town": one}, {"km2": 41}),
        ("area", {"town": other}, {"km2": 52}),
        ("note", {"areas": [41, 52]}, {"kept": True}),
    )
    messages: list[dict[str, Any]] = [{"role": "user", "content": f"note {one} and {other}"}]
    for number, (name, arguments, gave) in enumerate(calls):
        called = {"name": name, "arguments": json.dumps(arguments)}
        call = {"id": f"c{number}", "type": "function", "function": called}
        messages += [
            {"role": "assistant", "content": f"now {number}", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": f"c{number}", "content": json.dumps(gave)},
        ]
    tools = [{"type": "function", "function": {"name": name}} for name in ("area", "note")]
    return {"messages": [*messages, {"role": "assistant", "content": "Noted."}], "tools": tools}


def data(folder: Path) -> Path:
    """Ten solutions that can be divided, and one of a single call."""
    pairs = [(a, b) for a in TOWNS for b in TOWNS if a < b]
    single = line("Arle", "Bost")
    del single["messages"][3:-1]
    return schooling.lines(folder / "data.jsonl", [*(line(*pair) for pair in pairs), single])


def by_values(base: Path | str, folder: Path, **more: Any) -> Dta:
    return Dta(
        str(base), str(data(folder)), graph="values", reads=("area",), **{**SETTINGS, **more}
    )


def taught(base: Path | str, folder: Path, most: int = 99, **more: Any) -> Dta:
    (folder / "teacher.py").write_text(TEACHER)
    teacher = f"{folder / 'teacher.py'}:Teacher(most={most})"
    return Dta(str(base), str(data(folder)), teacher=teacher, concurrent=2, **{**SETTINGS, **more})


def construct(made: Dta, root: Path) -> Path:
    """Carries out the first stage alone. Gives its folder."""
    [stage, *_] = made.stages()
    folder = root / "1-construct"
    folder.mkdir(parents=True, exist_ok=True)
    with Ledger(root, stage.name) as ledger:
        stage.run(Work(folder, root / "out", {}, ledger))
    return folder


@pytest.fixture(scope="module")
def whole(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that nothing disturbed."""
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("whole")
    schooling.train(taught(base, root), root / "t")
    return root / "t"


def planned(made: Any) -> dict[str, Planned]:
    found: dict[str, Planned] = {}
    for stage in made.stages():
        found[stage.name] = stage.plan(dict(found))
    return found


def test_solutions_become_rounds_and_rounds_a_checkpoint(whole: Path) -> None:
    assert (whole / "out" / "model.safetensors").exists()
    row = schooling.rows(whole / "2-data" / "rows.jsonl")[0]
    read, *_ = (part["text"] for part in row["parts"] if not part["trained"])
    learned = [part["text"] for part in row["parts"] if part["trained"]]
    assert RULES in read
    assert [text.count("<tool_call>") for text in learned] == [2, 1, 1]
    assert '"name": "Finish"' in learned[-1]


def test_rounds_are_counted_before_and_after(base: Path, tmp_path: Path) -> None:
    made = by_values(base, tmp_path)
    assert isinstance(made, Producer)
    told = json.loads((construct(made, tmp_path / "t") / "summary.json").read_text())
    assert told == {
        "lines": 11,
        "outcomes": {"parallel": 10, "serial": 1},
        "conversations": 11,
        "rounds before": round((10 * 3 + 1) / 11, 4),
        "rounds after": round((10 * 2 + 1) / 11, 4),
        "calls": round((10 * 3 + 1) / 11, 4),
        "share with parallel calls": round(10 / 11, 4),
        "widest round": 2,
    }


def test_a_teacher_decides_and_its_tokens_are_entered(base: Path, tmp_path: Path) -> None:
    folder = construct(taught(base, tmp_path, serial=False), tmp_path / "t")
    told = json.loads((folder / "summary.json").read_text())
    assert told["outcomes"] == {"parallel": 10, "not parallelizable": 1}
    [entry] = schooling.rows(tmp_path / "t" / "ledger.jsonl")
    # Of ten solutions a verdict and the thought of one round each.
    assert entry["amounts"] == {"requests": 20, "tokens_read": 2200, "tokens_written": 340}
    row = schooling.rows(folder / construction.CONVERSATIONS)[0]
    assert row["completion"][0]["content"] == "both towns first"


@pytest.mark.parametrize("stage", ["construct", "data", "train"])
def test_cut_short_in_any_stage_it_ends_in_the_same_bytes(
    base: Path, whole: Path, tmp_path: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.training.text.data._AT_ONCE", 4)
    made = taught(base, tmp_path)
    cut = tmp_path / "cut"
    schooling.cut_short(made, cut, stage, 2)
    schooling.require_equal(cut, whole, schooling.CONSTRUCTED)


def test_a_teacher_that_leaves_is_told_and_asked_no_more_than_it_must(
    base: Path, tmp_path: Path
) -> None:
    with pytest.raises(InfrastructureError, match="the teacher has left"):
        construct(taught(base, tmp_path, most=9), tmp_path / "t")
    there = schooling.rows(tmp_path / "t" / "1-construct" / construction.MADE)
    assert [row["line"] for row in there] == [1, 2, 3, 4]  # 2 requests each, 2 lines at a time
    construct(taught(base, tmp_path), tmp_path / "t")
    first, second = schooling.rows(tmp_path / "t" / "ledger.jsonl")
    assert first["amounts"]["requests"] >= 8
    assert second["amounts"]["requests"] == 2 * 6  # of the six solutions that were left


def test_a_plan_needs_neither_base_nor_teacher(tmp_path: Path) -> None:
    plan = planned(taught("nobody/has-this", tmp_path, most=0, tokens_per_second=10.0))
    counts = plan["construct"].counts
    assert (counts["lines"], counts["solutions"], counts["requests"]) == (11, 11, 10)
    assert plan["data"].counts["rows"] == 11
    assert plan["train"].counts["steps"] == 3  # 11 rows in batches of 4
    assert plan["train"].hours == pytest.approx(plan["train"].counts["tokens"] / 10 / 3600)
    assert plan["construct"].hours is None
    assert not (tmp_path / "t").exists()


def test_a_plan_by_values_knows_what_will_be_parallel(base: Path, tmp_path: Path) -> None:
    plan = planned(by_values(base, tmp_path, serial=False))["construct"]
    assert (plan.counts["parallel"], plan.counts["rows"], plan.hours) == (10, 10, 0.0)
    none = planned(Dta(str(base), str(data(tmp_path)), graph="values"))["construct"]
    assert none.counts["parallel"] == 0
    assert "reads names no tool" in none.notes[0]


def test_a_plan_counts_the_thoughts_that_a_teacher_merges(tmp_path: Path) -> None:
    merges = planned(taught("nobody/x", tmp_path, graph="values", reads=("area",)))["construct"]
    assert merges.counts["requests"] == 10  # the first round of each that can be divided
    joins = taught("nobody/x", tmp_path, graph="values", reads=("area",), thoughts="joined")
    assert "requests" not in planned(joins)["construct"].counts


def test_the_example_for_real_models_can_be_planned(tmp_path: Path) -> None:
    settings = yaml.safe_load(EXAMPLE.read_text())
    settings["data"] = str(data(tmp_path))
    plan = planned(Dta(**settings))
    assert plan["train"].counts["tokens"] > 0
    assert plan["train"].hours is not None
    assert plan["train"].kwh is not None


def test_data_of_which_nothing_can_be_learned_is_refused(base: Path, tmp_path: Path) -> None:
    made = Dta(str(base), str(data(tmp_path)), graph="values", serial=False, **SETTINGS)
    with pytest.raises(UserError, match=r"\(11 not parallelizable\)"):
        construct(made, tmp_path / "t")


def test_a_malformed_line_is_told_before_anything_is_written(base: Path, tmp_path: Path) -> None:
    made = by_values(base, tmp_path)
    with Path(made.data).open("a") as file:
        file.write('{"messages": []}\n')
    with pytest.raises(UserError, match=r"data.jsonl line 12: "):
        schooling.train(made, tmp_path / "t")
    assert not list((tmp_path / "t").glob("*/*.jsonl"))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"graph": "teacher"}, "dta needs a teacher"),
        ({"thoughts": "merged"}, "dta needs a teacher"),
        ({"graph": "value"}, "Did you mean values"),
        ({"thoughts": "join"}, "Did you mean joined"),
        ({"writes": "order"}, "Did you mean ordered"),
        ({"agent": "react"}, "unknown agent"),
        ({"longest": 0}, "longest"),
        ({"misreadings": -1}, "misreadings"),
        ({"lr": 0.0}, "lr"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    tmp_path: Path, wrong: dict[str, Any], why: str
) -> None:
    with pytest.raises(UserError, match=why):
        Dta("nobody/has-this", str(data(tmp_path)), **{"graph": "values", **wrong})


def test_a_teacher_that_is_no_chat_model_is_told(base: Path, tmp_path: Path) -> None:
    made = Dta(str(base), str(data(tmp_path)), teacher="bm25", **SETTINGS)
    with pytest.raises(UserError, match="bm25 is no chat model"):
        construct(made, tmp_path / "t")
