"""ToolAlpaca's judge: one answer of a model, two judgements."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Unreadable
from harness.errors import InfrastructureError, MissingData, UserError
from harness.formats import strict_json
from harness.loading import LoadedModel
from harness.loop import run
from harness.records import (
    Completion,
    Gold,
    Judgement,
    Message,
    Problem,
    Setting,
    ToolCall,
    Trajectory,
)
from harness.sources import Source
from harness.workspace import working, workspace
from tasks.imports.toolalpaca import convert
from tasks.judges.toolalpaca import ToolAlpacaJudge, read_answer, toolalpaca
from tasks.toolalpaca import BENCHMARK

TEMPLATE = "D ${documentation}\nI ${instruction}\nS ${standard}\n## AI\n${solution}\n\n## Analysis"
GOLD = Gold(
    details={"documentation": "docs", "standard": [{"Action": "find", "Action_Input": '{"q": 1}'}]}
)
PROBLEM = Problem("A#0", ((Message("user", "Find ${it}."),),), gold=GOLD)
ATTEMPT = Trajectory(
    "A#0",
    messages=(
        Message("assistant", calls=(ToolCall("find", {"q": "é"}, "a"),)),
        Message("tool", "Status Code: 200. Response: {}", call_id="a"),
    ),
    answer="Found.",
)
YES_NO = "Fine.\n## Results\nProcess Correctness: Yes\nFinal Response Correctness: No"


@dataclass
class Chat:
    says: Sequence[str]
    asked: list[str] = field(default_factory=list)
    drawn: list[int] = field(default_factory=list)

    async def complete(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float
    ) -> Completion:
        self.drawn.append(workspace().trial)
        assert temperature == 0.2
        self.asked.append(messages[0].content)
        return Completion(self.says[len(self.asked) - 1])


def judge(root: Path, chat: Chat) -> ToolAlpacaJudge:
    file = root / "tooluse/toolalpaca/prompts/Evaluation.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(TEMPLATE)
    return toolalpaca(LoadedModel(chat, "chat('gpt')", {}, "f"), Source(root))


def test_one_answer_holds_both_judgements(tmp_path: Path) -> None:
    chat = Chat([YES_NO])
    made = judge(tmp_path, chat)
    assert run(made.judge(PROBLEM, ATTEMPT, 2)) == (
        Judgement(made.name, "Yes", "process", 2, reason="Fine."),
        Judgement(made.name, "No", "response", 2, reason="Fine."),
    )
    assert chat.asked == [
        "D docs\nI Find ${it}.\n"
        'S 1. Function: find\nParameters: {"q": 1}\n\n'
        '## AI\n1. Function: find\nParameters: {"q": "é"}\n'
        "Retruns: Status Code: 200. Response: {}\n2. Final Response: Found.\n\n## Analysis"
    ]


@pytest.mark.parametrize(
    "attempt",
    [
        Trajectory("A#0", answer="I know it."),
        Trajectory("A#0", messages=ATTEMPT.messages, end="stopped"),
    ],
)
def test_without_calls_or_an_answer_nobody_is_asked(tmp_path: Path, attempt: Trajectory) -> None:
    chat = Chat([])
    said = run(judge(tmp_path, chat).judge(PROBLEM, attempt))
    assert [j.label for j in said] == ["No", "No"]
    assert chat.asked == []


def test_an_answer_without_its_words_is_asked_for_again(tmp_path: Path) -> None:
    chat = Chat(["Yes", "Process Correctness: Maybe", YES_NO])
    assert len(run(judge(tmp_path, chat).judge(PROBLEM, ATTEMPT))) == 2
    with pytest.raises(InfrastructureError, match="two words"):
        run(judge(tmp_path, Chat(["no"] * 3)).judge(PROBLEM, ATTEMPT))


def test_an_answer_that_is_asked_for_again_is_another_draw(tmp_path: Path) -> None:
    chat = Chat(["no"] * 3)
    with working(trial=2), pytest.raises(InfrastructureError):
        run(judge(tmp_path, chat).judge(PROBLEM, ATTEMPT))
    assert chat.drawn == [6, 7, 8]


def test_words_are_looked_for_behind_the_results_title() -> None:
    said, _ = read_answer(f"Process Correctness: No is what I thought. {YES_NO}")
    assert said == {"process": "Yes", "response": "No"}
    with pytest.raises(strict_json.Refused, match="response"):
        read_answer("## Results\nProcess Correctness: Yes")


def test_a_problem_without_a_standard_answer_cannot_be_judged(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="KeyError 'standard'"):
        run(judge(tmp_path, Chat([])).judge(Problem("A#0", ()), ATTEMPT))


def test_another_template_is_another_judge(tmp_path: Path) -> None:
    first = judge(tmp_path, Chat([])).name
    file = tmp_path / "tooluse/toolalpaca/prompts/Evaluation.txt"
    file.write_text("other")
    again = toolalpaca(LoadedModel(Chat([]), "chat('gpt')", {}, "f"), Source(tmp_path))
    assert first.partition("#")[0] == again.name.partition("#")[0] == "toolalpaca(chat('gpt'))"
    assert first != again.name
    file.unlink()
    with pytest.raises(MissingData):
        toolalpaca(LoadedModel(Chat([]), "c", {}, "f"), Source(tmp_path))


@pytest.mark.realdata
def test_published_attempts_are_shown_to_the_judge_as_they_once_were(data: Path) -> None:
    task: Any = BENCHMARK.tasks["toolalpaca/simulated"]
    (split,) = task.load(Source(data), Setting())
    problems = {p.id: p for p in split.problems}
    path = data / "tooluse/toolalpaca/evalution_outputs/ToolAlpaca13b.json"
    stored = {
        f"{api}#{number}": entry["input"][0]["content"]
        for api, entries in json.loads(path.read_text()).items()
        if api != "statistics"
        for number, entry in enumerate(entries)
        if entry["input"]
    }
    different = set()
    for attempt in convert(path, problems):
        assert not isinstance(attempt, Unreadable)
        if attempt.end != "finished" or attempt.answer is None:
            continue
        chat = Chat([YES_NO])
        made = toolalpaca(LoadedModel(chat, "c", {}, "f"), Source(data))
        run(made.judge(problems[attempt.problem], attempt))
        # Arguments are written anew, so that white space in them may differ.
        if "".join(chat.asked[0].split()) != "".join(stored[attempt.problem].split()):
            different.add(attempt.problem)
    assert len(stored) == 97
    assert different == {
        # The published file was judged with earlier standard answers, dates instead of placeholders
        # and a language more.
        "AbuseIPDB#3",
        "AbuseIPDB#4",
        "AbuseIPDB#7",
        "Abstract Public Holidays#2",
        "Abstract Public Holidays#7",
        "1Forge#5",
        # A call whose parameters cannot be read has none in a trajectory.
        "A Bíblia Digital#3",
    }
