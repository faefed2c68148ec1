"""Where a checkpoint comes from, as whoever submits may write it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from submitted import CARD
from trained import lineage, make_trained

from harness import evaluate
from leaderboard.checked import Checked
from leaderboard.checks.writing import compact
from leaderboard.lineage import Lineage, checkpoint, stated
from leaderboard.records import Card
from leaderboard.submission.cards import card_template, card_yaml
from leaderboard.submission.gathering import first_result
from leaderboard.submission.reading import Refused, read_card

OURS = Path(__file__).resolve().parents[2] / "leaderboard" / "submissions"


def changed(place: str, value: Any) -> dict[str, Any]:
    """A lineage with one value of it replaced."""
    told = lineage()
    *outer, last = place.split(".")
    inner = told
    for name in outer:
        inner = inner[name]
    inner[last] = value
    return told


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_one_with_everything_in_it_is_read_from_a_card_and_written_again(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    told = yaml.safe_load(CARD.format(kind="embedder")) | {"lineage": lineage()}
    path.write_text(yaml.safe_dump(told))
    card = read_card(path)
    assert card.lineage is not None
    assert card.lineage.model_dump() == lineage()
    path.write_bytes(card_yaml(card))
    assert read_card(path) == card


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ("digest", "sha256:" + "C" * 64, "lineage.digest: string should match"),
        ("digest", "md5:" + "c" * 32, "lineage.digest: string should match"),
        ("digest", f"sha256:{'b' * 64}", "the parent is the checkpoint itself"),
        ("parent.digest", "c" * 64, "the parent is the checkpoint itself"),
        ("parent.name", "/home/ada/base", "lineage.parent.name: holds a path of a machine"),
        ("parent.name", "x" * 201, "lineage.parent.name: string should have at most"),
        ("parent.name", "a\x1b[2Jb", "control characters"),
        ("parent.extra", 1, "lineage.parent.extra: is no field"),
        ("method", "../producer.py", "lineage.method: holds a path of a machine"),
        ("method", ["sft"], "lineage.method: takes a text"),
        ("data.data.sha256", "d" * 63, "lineage.data.data.sha256: string should match"),
        ("data.data.sha256", "d" * 64 + "\n", "lineage.data.data.sha256: string should match"),
        ("data.data.name", "~/rows.jsonl", "holds a path of a machine"),
        ("data", {f"d{n}": lineage()["data"]["data"] for n in range(101)}, "lineage.data"),
        ("data", [], "lineage.data"),
        ("config.teacher", 'hf("/home/ada/model")', "lineage.config: holds a path of a machine"),
        ("config.teacher", "C:\\Users\\ada\\model", "lineage.config: holds a path of a machine"),
        ("config.file", "file:///etc/passwd", "lineage.config: holds a path of a machine"),
        ("config.note", "bell\x07", "control characters"),
        ("config.deep", deep(5), "more than 4 lists"),
        ("config.long", "x" * 20_001, "more than 20,000 characters"),
        ("config", {f"s{n}": n for n in range(201)}, "lineage.config"),
        ("config", "lr=1", "lineage.config"),
        ("costs.seconds", -1.0, "lineage.costs.seconds: input should be greater"),
        ("costs.seconds", 1e300, "lineage.costs.seconds: input should be less"),
        ("costs.seconds", "7", "lineage.costs.seconds: input should be a valid number"),
        ("costs.seconds", True, "lineage.costs.seconds: input should be a valid number"),
        ("costs.amounts", {"tokens": -1}, "lineage.costs.amounts.tokens: input should be greater"),
        ("costs.amounts", {"tokens": 1.5}, "lineage.costs.amounts.tokens"),
        ("costs.amounts", {"<b>": 1}, "lineage.costs.amounts"),
        ("costs.sittings", 0.5, "lineage.costs.sittings"),
        ("costs.kwh", None, "emissions without energy"),
        ("costs.method", " ", "energy without the method"),
        ("costs.co2e_g", 5.0, "co2e_g is not kwh times grid_g_per_kwh"),
        ("costs.co2e_g", None, "co2e_g is not kwh times grid_g_per_kwh"),
        ("costs.grid_g_per_kwh", -475.0, "lineage.costs.grid_g_per_kwh"),
    ],
)
def test_what_is_no_lineage_is_refused_in_one_line(
    tmp_path: Path, place: str, value: Any, says: str
) -> None:
    path = tmp_path / "model.yaml"
    told = yaml.safe_load(CARD.format(kind="embedder")) | {"lineage": changed(place, value)}
    path.write_text(yaml.safe_dump(told))
    with pytest.raises(Refused) as error:
        read_card(path)
    assert says in error.value.reason
    assert error.value.reason.isprintable()


@pytest.mark.parametrize("written", [".nan", ".inf", "1.0e+999", "2026-01-01", "!!binary aGk="])
@pytest.mark.parametrize("place", ["costs: {seconds: X}", "config: {lr: X}"])
def test_yaml_has_no_number_or_date_that_json_has_not(
    tmp_path: Path, place: str, written: str
) -> None:
    path = tmp_path / "model.yaml"
    rest = "method: sft, version: null, parent: null, data: {}"
    text = f"lineage: {{{rest}, {'config: {}, ' * ('costs' in place)}{place}}}\n"
    path.write_text(CARD.format(kind="embedder") + text.replace("X", written))
    with pytest.raises(Refused):
        read_card(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"x": b"1"}, [(1, 2)], {1, 2}])
def test_a_configuration_is_json(value: Any) -> None:
    with pytest.raises(ValidationError):
        Lineage.model_validate(changed("config.value", value))


@pytest.mark.parametrize(
    "text",
    ["owner/name", "/no_think", "</tool_call>", "and/or", "https://example.org/a/b", "yes / no"],
)
def test_a_text_with_a_slash_is_no_path(text: str) -> None:
    assert Lineage.model_validate(changed("config.stop", text)).config["stop"] == text


def test_energy_that_nothing_read_is_not_told() -> None:
    told = lineage()
    told["costs"] |= {"kwh": None, "co2e_g": None, "method": ""}
    assert Lineage.model_validate(told).costs is not None


def test_a_result_writes_what_is_absent_as_empty() -> None:
    told = lineage(parent={"name": "owner/base", "revision": "abc", "digest": ""}, version=2)
    del told["digest"]
    found = stated({"lineage": told}, {"folder": "e" * 64})
    assert found is not None
    assert found.parent is not None
    assert (found.parent.digest, found.version) == (None, "2")
    assert found.digest == f"sha256:{'e' * 64}"
    started = stated({"lineage": told | {"parent": {}}}, {})
    assert started is not None
    assert (started.parent, started.digest) == (None, None)
    assert stated({"title": "BM25"}, {}) is None
    assert stated(None, {}) is None


def test_what_a_result_says_is_typed_too() -> None:
    for told in ("sft", ["sft"], {"method": "sft"}, lineage(parent="base")):
        with pytest.raises(ValidationError):
            stated({"lineage": told}, {})


def test_cards_and_records_without_one_keep_their_bytes() -> None:
    cards = sorted(OURS.glob("*/model.yaml"))
    records = sorted((OURS / "_checked").glob("*.json"))
    assert cards
    assert records
    for path in cards:
        assert card_yaml(read_card(path)) == path.read_bytes()
    for path in records:
        data = path.read_bytes()
        assert compact(Checked.model_validate_json(data)) == data


def test_a_record_keeps_it() -> None:
    card = Card.model_validate(yaml.safe_load(CARD.format(kind="other")) | {"lineage": lineage()})
    again = Card.model_validate_json(card.model_dump_json())
    assert again == card
    assert json.loads(card.model_dump_json())["lineage"]["costs"]["co2e_g"] == 50.0


def test_an_agent_has_the_lineage_of_the_checkpoint_that_it_asks(tmp_path: Path) -> None:
    """The digest is that of the checkpoint's files, wherever in the identity it stands."""
    make_trained(tmp_path / "trained")
    agent, folder = tmp_path / "over.py", tmp_path / "trained.work" / "associated"
    agent.write_text(
        "from harness.records import Trajectory\n"
        "class Over:\n"
        "    version = '1'\n"
        "    def __init__(self, model): self.model = model\n"
        "    async def solve(self, problem, session):\n"
        "        return Trajectory(problem.id, session.trial, answer='done')\n"
    )
    evaluate(f"{agent}:Over({folder}/)", ["starter-agent/flights"], out=tmp_path / "r", cache=False)
    evaluate(f"{folder}/", ["starter-tools/flights"], out=tmp_path / "own", cache=False)

    result, own = first_result([tmp_path / "r"]), first_result([tmp_path / "own"])
    assert result is not None
    assert own is not None
    found = stated(result.model_card, result.model_identity)
    assert found == stated(own.model_card, own.model_identity)
    assert found is not None
    assert found.digest == f"sha256:{own.model_identity['folder']}"
    assert "  method: my_producer.py:Associations" in card_template(result)


def test_of_several_checkpoints_none_is_the_one() -> None:
    def one(digit: str) -> dict[str, Any]:
        return {"folder": digit * 64, "adapter": {"adapter": "models.hf:Hf", "folder": "inner"}}

    assert checkpoint({"adapter": "x", "parameters": {"model": one("a"), "n": 3}}) == "a" * 64
    assert checkpoint({"parameters": [one("a"), one("a")]}) == "a" * 64
    assert checkpoint({"parameters": [one("a"), one("b")]}) is None
    assert checkpoint({"adapter": "models.bm25:Bm25", "parameters": {"k1": 0.9}}) is None
