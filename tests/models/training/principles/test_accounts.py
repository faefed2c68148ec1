"""Energy and tokens: what is measured, what is estimated, and what nobody knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import ChatModel
from models.scripted import Scripted
from models.training.principles.accounts import ESTIMATED, MEASURED, UNKNOWN, accounts, main
from models.training.principles.asking import Helper, booked


class Endpoint(Scripted):
    base_url = "http://large.example"


class Around(Scripted):
    def __init__(self, model: Any) -> None:
        super().__init__(["well"])
        self.model = model


def helper(model: Any = None, **more: Any) -> Helper:
    chosen: ChatModel = model or Scripted(["well"])
    return Helper("large", lambda: chosen, 0.0, 10, 1, **more)


def answers(*tokens: tuple[int, int], finish: str = "stop") -> list[dict[str, Any]]:
    return [{"input_tokens": i, "output_tokens": o, "finish": finish} for i, o in tokens]


def test_the_estimate_is_two_operations_a_parameter_and_token() -> None:
    # 2 x 7e10 x 1e6 = 1.4e17 operations, at 1e12 a joule 1.4e5 J = 0.03889 kWh.
    asked = helper(parameters=7e10, flops_per_joule=1e12)
    assert asked.kwh(1e6) == pytest.approx(1.4e5 / 3.6e6)
    assert helper(parameters=7e10).kwh(1e6) is None
    assert helper(flops_per_joule=1e12).kwh(1e6) is None


def test_answers_whose_tokens_nobody_told_leave_no_estimate() -> None:
    asked = helper(parameters=1.8e6, flops_per_joule=1.0)
    known = booked(asked, answers((1, 1), (0, 1)))
    assert known["estimated_kwh"] == pytest.approx(3.0)  # 2 x 1.8e6 x 3 / 3.6e6
    silent = booked(asked, answers((1, 1), (0, 0)))
    assert (silent["calls_whose_tokens_nobody_told"], silent["estimated_kwh"]) == (1, None)
    unread = booked(asked, answers((0, 0), finish="too long"))
    assert unread["calls_whose_tokens_nobody_told"] == 0


def test_models_with_an_address_are_told_also_from_within_others() -> None:
    assert not helper().remote
    assert helper(Endpoint(["well"])).remote
    assert helper(Around(Endpoint(["well"]))).remote
    assert not helper(Around(Scripted(["well"]))).remote


def test_a_model_that_was_let_go_of_is_opened_anew() -> None:
    opened: list[int] = []

    def opens() -> ChatModel:
        opened.append(1)
        return Scripted(["well"])

    asked = Helper("small", opens, 0.0, 10, 1)
    assert asked.model is asked.model
    asked.release()
    assert asked.model is not None
    assert len(opened) == 2


def training(folder: Path, asked: dict[str, Any], seconds: float = 10.0) -> Path:
    """Principles by a large model (0.1 kWh), instances by a small one (0.2), training (0.3)."""
    own = {"estimated_kwh": None, "over_the_network": False}
    tokens = {"calls": 1, "input_tokens": 3, "output_tokens": 4}
    summaries = {
        "1-principles": {"asked": {"model": "large", **tokens, **own, **asked}},
        "2-instances": {"asked": {"model": "small", **tokens, **own}},
        "3-filter": {},
        "10-train": {},
    }
    for name, summary in summaries.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "summary.json").write_text(json.dumps(summary))
    entries = [
        {"stage": "principles", "kwh": 0.04, "method": "meter", "end": "failed"},
        {"stage": "principles", "kwh": 0.06, "method": "meter", "end": "finished"},
        {"stage": "instances", "kwh": 0.2, "method": "meter", "end": "finished"},
        {"stage": "filter", "kwh": 0.0, "method": "meter", "end": "finished"},
        {"stage": "train", "kwh": 0.3, "method": "meter", "end": "finished"},
    ]
    rows = [{**entry, "seconds": seconds, "amounts": {"tokens": 5}} for entry in entries]
    (folder / "ledger.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "grid.json").write_text('{"g_per_kwh": 100.0}')
    return folder


def test_grams_an_instance_hold_all_that_was_done_for_it(tmp_path: Path) -> None:
    found = accounts(training(tmp_path, {}), 3)
    assert list(found["stages"]) == ["principles", "instances", "filter", "train"]
    assert found["stages"]["principles"]["seconds"] == 20.0  # the sitting that failed too
    assert found["kwh"] == pytest.approx(0.6)
    assert found["grams"] == pytest.approx(60)
    # (0.04 + 0.06 + 0.2) kWh x 100 g / 3: training is for all, and no cost of an instance.
    assert found["grams an accepted instance"] == pytest.approx(10)
    assert found["models"]["large, principles"]["energy"] == MEASURED
    assert found["models"]["large, principles"]["seconds"] == 20.0
    assert found["models"]["student, train"]["tokens"] == 5


def test_what_was_used_elsewhere_is_added_and_said_to_be_an_estimate(tmp_path: Path) -> None:
    found = accounts(training(tmp_path, {"estimated_kwh": 0.6, "over_the_network": True}), 3)
    large = found["models"]["large, principles"]
    assert (large["energy"], large["kwh"]) == (ESTIMATED, pytest.approx(0.7))
    assert found["grams an accepted instance"] == pytest.approx(30)
    assert found["kwh"] == pytest.approx(1.2)


def test_where_a_part_is_unknown_so_is_the_sum(tmp_path: Path) -> None:
    found = accounts(training(tmp_path, {"over_the_network": True}), 3)
    assert found["models"]["large, principles"]["energy"] == UNKNOWN
    assert found["models"]["large, principles"]["kwh"] is None
    assert found["kwh"] is None is found["grams an accepted instance"]
    assert found["models"]["small, instances"]["kwh"] == pytest.approx(0.2)


def test_without_a_meter_nothing_is_known(tmp_path: Path) -> None:
    folder = training(tmp_path, {})
    path = folder / "ledger.jsonl"
    path.write_text(path.read_text().replace('"kwh": 0.06', '"joules": 1'))
    found = accounts(folder, 3)
    assert found["stages"]["principles"]["kwh"] is None
    assert found["grams an accepted instance"] is None
    assert accounts(tmp_path / "1-principles")["kwh"] is None


@pytest.mark.parametrize("given", [[], ["nowhere"], ["one", "two"]])
def test_where_there_are_no_accounts_that_is_said_in_one_line(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(given) == 2
    said = capsys.readouterr()
    assert said.err == "error: give the folder of a checkpoint that `assay train` has made\n"
    assert not said.out
