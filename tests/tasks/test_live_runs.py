"""Whole runs of StableToolBench and ToolAlpaca: an agent, a simulator and a judge, all scripted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from harness import registry
from harness.asking import Asked, ask
from harness.budget import Budget
from harness.errors import UserError
from harness.formats.trajectories import write_trajectories
from harness.loading import load_model
from harness.loop import run, together
from harness.play.verdicts import Verdicts
from harness.records import (
    Completion,
    Message,
    Setting,
    ToolCall,
    Trajectory,
    Usage,
)
from harness.scoring import estimates
from harness.sources import Source
from harness.workspace import working
from models.agents.function_calling import FunctionCalling
from models.scripted import Scripted
from tasks.judges.toolalpaca import toolalpaca

MODELS = '''
import json
from collections import Counter
from harness.errors import InfrastructureError
from harness.records import Completion, Usage
from harness.workspace import workspace

SPENT = Usage(1000, 500)


class Server:
    """Plays APIs: a day is always sunny, a town is unknown. Charges what it costs."""

    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        if (budget := workspace().budget) is not None:
            budget.charge(SPENT.input_tokens + SPENT.output_tokens, 0.0)
        call = json.loads(messages[-1].content.rpartition("Call:\\n")[2])
        if call["function"] == "getDetails":
            said = {"status": 200, "response": "Ulm, please."}
        elif call["arguments"].get("town") == "Atlantis":
            said = {"status": 404, "response": "no such town"}
        else:
            said = {"status": 200, "response": {"sky": "clear", **call["arguments"]}}
        return Completion(json.dumps(said), SPENT)


class Silent(Server):
    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        return Completion("I would rather not.")


class Solver:
    """Says Solved, Unsure, Solved, ... of an attempt, one after the other."""

    def __init__(self):
        self._asked = Counter()

    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        text = messages[0].content
        verdict = ("Solved", "Unsure", "Solved")[self._asked[text] % 3]
        self._asked[text] += 1
        return Completion(json.dumps({"reason": "so", "verdict": verdict}))


class Down:
    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        raise InfrastructureError("the judge is down")


class Examiner:
    """Finds the process of every attempt right, and its response where it holds "clear"."""

    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        answer = messages[0].content.rpartition("Final Response: ")[2]
        word = "Yes" if "clear" in answer else "Uncertain"
        return Completion(
            f"Well.\\n## Results\\nProcess Correctness: Yes\\nFinal Response Correctness: {word}"
        )
'''
STB = "stabletoolbench/G3_instruction"
WEATHER = {
    "category_name": "Weather",
    "tool_name": "Sky Now",
    "api_name": "Forecast",
    "api_description": "Tells the weather.",
    "required_parameters": [
        {"name": "town", "type": "STRING", "description": "", "default": "Rom"}
    ],
    "optional_parameters": [],
    "method": "GET",
}
NAME = "forecast_for_sky_now"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    path = tmp_path / "played.py"
    path.write_text(MODELS)
    return path


def stable(root: Path, *queries: str, cache: Mapping[str, Any] | None = None) -> Source:
    """A mirror of queries about the weather, with recorded answers if wanted."""
    folder = root / "tooluse/stabletoolbench"
    rows = [
        {
            "api_list": [WEATHER],
            "query": query,
            "relevant APIs": [["Sky Now", "Forecast"]],
            "query_id": number,
        }
        for number, query in enumerate(queries, 1)
    ]
    ids = {str(row["query_id"]): 0 for row in rows}
    for part, content in (("test_query_ids", ids), ("test_instruction", rows)):
        (folder / "solvable_queries" / part).mkdir(parents=True)
        file = folder / "solvable_queries" / part / "G3_instruction.json"
        file.write_text(json.dumps(content))
    if cache is not None:
        place = folder / "tool_response_cache/Weather/sky_now_for_Weather"
        place.mkdir(parents=True)
        (place / "forecast.json").write_text(json.dumps(cache))
    return Source(root)


def alpaca(root: Path) -> Source:
    folder = root / "tooluse/toolalpaca"
    (folder / "prompts").mkdir(parents=True)
    (folder / "prompts/Evaluation.txt").write_text(
        "${documentation}|${instruction}|${standard}|${solution}"
    )
    town = {"name": "town", "in": "query", "required": True, "schema": {"type": "string"}}
    document = {"paths": {"/sky": {"get": {"summary": "The sky.", "parameters": [town]}}}}
    gold = [{"Action": "sky", "Action_Input": '{"town": "Ulm"}'}]
    api = {
        "Name": "Sky",
        "Category": "Weather",
        "Introduction": "All about the sky.",
        "Documentation": json.dumps(document),
        "NLDocumentation": "sky: the sky.",
        "Function_Projection": {"sky": ["/sky", "get"]},
        "Instructions": ["Sky of Ulm?", "Sky of Atlantis?", "And the sky?"],
        "Golden_Answers": [gold, gold, gold],
    }
    (folder / "eval_simulated.json").write_text(json.dumps([api]))
    return Source(root)


@dataclass
class Asker:
    """A model that makes the calls of its script for a question, then says what the last gave."""

    script: Mapping[str, Sequence[ToolCall]]

    def __call__(self, messages: Sequence[Message], tools: object) -> Completion:
        asked = next(m.content for m in messages if m.role == "user")
        done = sum(m.role == "tool" for m in messages)
        calls = self.script[asked]
        if done < len(calls):
            return Completion("", Usage(10, 2), calls=(calls[done],), finish="tool_calls")
        return Completion(f"It says: {messages[-1].content}", Usage(10, 2))


def attempts(
    asked: Asked, script: Mapping[str, Sequence[ToolCall]], steps: int = 4
) -> list[Trajectory]:
    """What an agent does that follows a script."""
    agent = load_model(FunctionCalling(Scripted(Asker(script)), steps=steps))
    flow: Any = asked.flow
    parts = list(flow.answer(agent, frozenset(flow.keys)))
    return sorted((t for part in parts for t in part), key=lambda t: t.problem)


def judged(asked: Asked, made: Sequence[Trajectory], verdicts: Verdicts) -> list[Trajectory]:
    flow: Any = asked.flow

    async def every() -> list[Trajectory]:
        return await together(verdicts.on(flow.problems[t.problem], t) for t in made)

    return run(every())


def values(asked: Asked, made: Sequence[Trajectory]) -> dict[str, float]:
    """The means of the task's own measures; NaN of those that say nothing."""
    flow: Any = asked.flow
    scored = flow.score_all(made, asked.task.measures)
    found = estimates(scored.scores, task=asked.task.card.name, seed=0)
    return {
        name: found[name].value if name in found else float("nan") for name in scored.scores.values
    }


def noted(asked: Asked, made: Sequence[Trajectory]) -> Mapping[str, int]:
    """The notes of a result of these attempts."""
    flow: Any = asked.flow
    found: Mapping[str, int] = flow.score_all(made, asked.task.measures).notes
    return found


def gave(attempt: Trajectory) -> list[Any]:
    return [json.loads(m.content) for m in attempt.messages if m.role == "tool"]


def call(town: str) -> ToolCall:
    return ToolCall(NAME, {"town": town})


def test_recorded_answers_come_first_then_the_simulator_and_the_judge_decides(
    tmp_path: Path, models: Path
) -> None:
    cache = {"{'town': 'Rom'}": {"error": "", "response": "rain"}}
    source = stable(tmp_path, "Rom, Ulm?", "Again and again?", cache=cache)
    setting = Setting(simulator=f"{models}:Server", judge=f"{models}:Solver")
    asked = ask(STB, setting, source, 0)
    script = {
        "Rom, Ulm?": [call("Rom"), call("Ulm"), ToolCall(NAME, {"city": "Ulm"})],
        "Again and again?": [call("Atlantis")] * 9,
    }
    budget = Budget()
    with working(budget=budget):
        first, second = attempts(asked, script)
    assert gave(first)[:2] == [
        {"error": "", "response": "rain"},
        {"error": "", "response": {"sky": "clear", "town": "Ulm"}},
    ]
    assert "no parameter 'city'" in gave(first)[2]["error"]
    assert first.state == {"answers": {"cached": 1, "refused": 1, "simulated": 1}}
    # The agent's tokens alone are the attempt's: four turns of 10 and 2. The budget knows of the
    # simulator's, which was asked once for each attempt: the same call is answered once.
    assert first.usage == Usage(40, 8)
    assert budget.tokens == 2 * 1500
    assert (second.end, second.state) == ("stopped", {"answers": {"simulated": 1}})
    assert asked.task.card.runs == "simulator"

    verdicts = Verdicts.of(asked.task, setting.judge, source)
    made = judged(asked, [first, second], verdicts)
    found = values(asked, made)
    # Of the first: Solved, Unsure, Solved = (1 + 0.5 + 1) / 3, most of them Solved. The second has
    # no answer: Unsolved, and nobody was asked.
    assert found["SoPR"] == pytest.approx((2.5 / 3 + 0) / 2)
    assert found["solved"] == 0.5
    assert found["judged"] == 1
    assert found["path_recall"] == 1
    assert verdicts.told == ""
    assert noted(asked, made)["queries with a simulator"] == 2


def test_without_a_simulator_what_was_not_recorded_is_said_to_be_unknown_and_counted(
    tmp_path: Path,
) -> None:
    source = stable(tmp_path, "Ulm?", cache={"{'town': 'Rom'}": {"error": "", "response": 1}})
    asked = ask(STB, Setting(), source, 0)
    (made,) = attempts(asked, {"Ulm?": [call("Rom"), call("Ulm")]})
    known, unknown = gave(made)
    assert known["response"] == 1
    assert unknown["response"] == ""
    assert "nothing is known" in unknown["error"]
    assert [m.failed for m in made.messages if m.role == "tool"] == [False, True]
    assert made.state == {"answers": {"cached": 1, "unanswered": 1}}
    assert [read.split for read in asked.reads][-1] == "tool_response_cache"


def test_with_neither_it_can_only_be_scored_and_says_which_ways_there_are(tmp_path: Path) -> None:
    source = stable(tmp_path, "Ulm?")
    asked = ask(STB, Setting(), source, 0)
    with pytest.raises(UserError, match="wants to be told what its calls give"):
        attempts(asked, {})
    reason = getattr(asked.task, "unplayed", "")
    assert "--simulator" in reason
    assert "tooluse/stabletoolbench/tool_response_cache" in reason
    found = values(asked, [Trajectory("1", end="stopped")])
    assert found["SoPR"] == 0


def test_a_judge_that_is_down_loses_no_attempt_and_assay_judge_asks_for_the_rest(
    tmp_path: Path, models: Path
) -> None:
    from harness.assessing import judge_file

    source = stable(tmp_path, "Ulm?")
    setting = Setting(simulator=f"{models}:Server")
    asked = ask(STB, setting, source, 0)
    made = attempts(asked, {"Ulm?": [call("Ulm")]})
    verdicts = Verdicts.of(asked.task, f"{models}:Down", source)
    kept = judged(asked, made, verdicts)
    assert kept == made
    assert len(verdicts.failures) == 3
    assert isnan(values(asked, kept)["SoPR"])
    assert values(asked, kept)["judged"] == 0
    file = tmp_path / "trajectories.jsonl"
    write_trajectories(file, kept)
    done = judge_file(
        STB, file, tmp_path / "out.jsonl", "assay-solved", model=f"{models}:Solver", data=tmp_path
    )
    assert (done.asked, done.failures) == (3, {})


def test_a_simulator_that_answers_nothing_is_no_attempt_of_the_agent(
    tmp_path: Path, models: Path
) -> None:
    asked = ask(STB, Setting(simulator=f"{models}:Silent"), stable(tmp_path, "Ulm?"), 0)
    (made,) = attempts(asked, {"Ulm?": [call("Ulm")]})
    assert made.end == "error"
    assert "simulator" in made.detail


def test_a_simulator_that_there_is_not_ends_the_run(tmp_path: Path) -> None:
    asked = ask(STB, Setting(simulator="no-such-model"), stable(tmp_path, "Ulm?"), 0)
    with pytest.raises(UserError, match="no-such-model"):
        attempts(asked, {"Ulm?": []})


def test_toolalpaca_is_simulated_user_included_and_judged(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.judges._resolved, "toolalpaca", toolalpaca)
    source = alpaca(tmp_path)
    setting = Setting(simulator=f"{models}:Server", judge=f"{models}:Examiner")
    asked = ask("toolalpaca/simulated", setting, source, 0)
    sky = {town: ToolCall("sky", {"town": town, "unit": "C"}) for town in ("Ulm", "Atlantis")}
    script = {
        "Sky of Ulm?": [ToolCall("sky"), sky["Ulm"]],
        "Sky of Atlantis?": [sky["Atlantis"]],
        "And the sky?": [ToolCall("getDetails", {"Question": "Where?"})],
    }
    made = attempts(asked, script)
    told = [[m.content for m in t.messages if m.role == "tool"] for t in made]
    assert told == [
        [
            "The call was not made: sky wants: town.",
            'Status Code: 200. Response: {"sky": "clear", "town": "Ulm", "unit": "C"}',
        ],
        ["Status Code: 404. Response: no such town"],
        ["Ulm, please."],
    ]
    found = values(asked, judged(asked, made, Verdicts.of(asked.task, setting.judge, source)))
    # The process of all three is right, the response of the one that found a clear sky.
    assert found["process_correct"] == 1
    assert found["response_correct"] == pytest.approx(1 / 3)
    assert found["both_correct"] == pytest.approx(1 / 3)
    assert noted(asked, made)["instructions with a simulator"] == 3


def test_toolalpaca_without_a_simulator_can_only_be_scored(tmp_path: Path) -> None:
    asked = ask("toolalpaca/simulated", Setting(), alpaca(tmp_path), 0)
    with pytest.raises(UserError, match="wants to be told what its calls give"):
        attempts(asked, {})
    assert "--simulator" in getattr(asked.task, "unplayed", "")


def test_cards_say_that_live_runs_are_not_comparable() -> None:
    from harness.loading import load_task

    for name in (STB, "toolalpaca/simulated", "toolalpaca/real"):
        card = load_task(name).card
        assert any("never comparable with published ones" in defect for defect in card.defects)
        assert card.runs == "simulator"


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["toolalpaca/simulated", "toolalpaca/real", STB])
def test_every_function_of_the_real_data_can_be_played(data: Path, models: Path, name: str) -> None:
    asked = ask(name, Setting(simulator=f"{models}:Server", limit=None), Source(data), 0)
    flow: Any = asked.flow

    async def tried() -> set[str]:
        kinds: set[str] = set()
        for key, problem in flow.problems.items():
            session = await flow._worlds[key].open(problem)
            for tool in problem.tools:
                wanted = tool.parameters.get("required") or ()
                found = await session.call(ToolCall(tool.name, dict.fromkeys(wanted, "x")))
                assert not found.failed
            kinds.update(session.state["answers"])
        return kinds

    assert run(tried()) == {"simulated"}
