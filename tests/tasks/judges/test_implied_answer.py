"""The judge of answers to questions, with models that say what the test wrote down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InfrastructureError, UserError
from harness.judging import judge_all
from harness.loading import LoadedModel
from harness.loop import run
from harness.measures.attempt import Attempt
from harness.measures.tools.judgements import response_correct
from harness.records import Completion, Gold, Message, Problem, Trajectory
from tasks.judges.implied_answer import LONGEST, ImpliedAnswer, implied_answer


@dataclass
class Reader:
    """Finds accepted answers in the answer by reading the prompt, and nothing else."""

    says: Sequence[str] = ()
    asked: list[str] = field(default_factory=list)

    async def complete(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float
    ) -> Completion:
        self.asked.append(messages[0].content)
        if self.says:
            return Completion(self.says[(len(self.asked) - 1) % len(self.says)])
        shown = messages[0].content.partition("Accepted answers, a JSON list:\n")[2]
        accepted, _, rest = shown.partition("\n\nAnswer, a JSON string:\n")
        answer = json.loads(rest.partition("\n\n")[0])
        implied = any(each.lower() in answer.lower() for each in json.loads(accepted))
        return Completion(json.dumps({"reason": "read", "verdict": "Yes" if implied else "No"}))


def judge(*says: str) -> tuple[ImpliedAnswer, Reader]:
    chat = Reader(says)
    return implied_answer(LoadedModel(chat, "chat('gpt')", {}, "f")), chat


def problem(id: str, *answers: str, **details: Any) -> Problem:
    gold = Gold("exact_match", answers=answers, details=details)
    return Problem(id, ((Message("user", f"Who wrote {{answer}} {id}?"),),), gold=gold)


PROBLEMS = {p.id: p for p in (problem("p", "Ann Lee", "A. Lee"), problem("n", answerable=False))}


def test_the_judged_share_is_the_accuracy_of_the_judge() -> None:
    made, chat = judge()
    given = [
        Trajectory("p", answer="It was Ann Lee.", trial=0),
        Trajectory("p", answer="Bo Lee", trial=1),
        Trajectory("p", answer=None, end="stopped", trial=2),
        Trajectory("p", answer=" [Sources: 3]", trial=3),
        Trajectory("p", end="error", trial=4),
    ]
    judged = judge_all(PROBLEMS, given, made, repeats=made.repeats)
    assert not judged.failures
    values = [response_correct(Attempt(PROBLEMS["p"], t)) for t in judged.trajectories]
    assert values == [1, 0, 0, 0, 0]
    assert len(chat.asked) == 2  # nobody is asked about no answer
    assert {j.judge for t in judged.trajectories for j in t.judgements} == {made.name}


def test_it_sees_question_and_answers_without_the_sources() -> None:
    made, chat = judge()
    run(made.judge(PROBLEMS["p"], Trajectory("p", answer='Say "Ann" {question}\n[Sources: 12]')))
    (asked,) = chat.asked
    assert "Who wrote {answer} p?" in asked
    assert '["Ann Lee", "A. Lee"]' in asked
    assert json.dumps('Say "Ann" {question}') in asked
    assert "Sources" not in asked


def test_of_a_long_answer_both_ends_are_shown() -> None:
    made, chat = judge()
    run(made.judge(PROBLEMS["p"], Trajectory("p", answer=f"begun {'x' * 1_000_000} Ann Lee")))
    assert len(chat.asked[0]) < 2 * LONGEST
    assert "begun" in chat.asked[0]
    assert "Ann Lee" in chat.asked[0].rpartition("Answer, a JSON string")[2]


@pytest.mark.parametrize("answer", ["", "Nobody can know."])
def test_an_abstention_is_judged_where_a_question_cannot_be_answered(answer: str) -> None:
    made, chat = judge('{"reason": "right", "verdict": "Yes"}')
    found = run(made.judge(PROBLEMS["n"], Trajectory("n", answer=answer)))
    assert (found.label, found.question, found.reason) == ("Yes", "response", "right")
    assert "cannot be answered" in chat.asked[0]


def test_a_question_without_accepted_answers_is_named() -> None:
    with pytest.raises(UserError, match="problem 'q' has no accepted answer"):
        run(judge()[0].judge(problem("q"), Trajectory("q", answer="Ann")))


@pytest.mark.parametrize("said", ["Yes", '{"verdict": "Maybe"}', '{"verdict": "yes"}', ""])
def test_what_is_no_verdict_is_no_judgement(said: str) -> None:
    made, chat = judge(said)
    with pytest.raises(InfrastructureError, match="form"):
        run(made.judge(PROBLEMS["p"], Trajectory("p", answer="Ann")))
    assert len(chat.asked) == 3
    assert isnan(response_correct(Attempt(PROBLEMS["p"], Trajectory("p", answer="Ann"))))


def test_judgements_are_kept_and_made_once(tmp_path: Path) -> None:
    given = [Trajectory("p", answer="Ann Lee")]
    store = tmp_path / "said.jsonl"
    made, chat = judge()
    judge_all(PROBLEMS, given, made, repeats=1, store=store)
    assert judge_all(PROBLEMS, given, made, repeats=1, store=store).asked == 0
    assert len(chat.asked) == 1
