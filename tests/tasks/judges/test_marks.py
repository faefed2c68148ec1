"""Judges that mark travel plans and stories, with models that say what the test wrote down."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from harness.errors import InfrastructureError, UserError
from harness.formats import strict_json
from harness.judging import judge_all
from harness.loading import LoadedModel
from harness.loop import run
from harness.measures.attempt import Attempt
from harness.measures.tools.ratings import rating
from harness.records import Completion, Message, Problem, Trajectory
from tasks.judges.marks import Marker, Rubric
from tasks.judges.story_quality import story_quality, story_quality_shorter
from tasks.judges.travel_plan import travel_plan, travel_plan_earlier

PROBLEM = Problem("p", ((Message("user", "Plan {answer} for Rome."),),))
ATTEMPT = Trajectory("p", answer="Day 1: {request}")
FIVE = {"interests": 17, "season": 16, "variety": 20, "feasibility": 10, "local insight": 20}
MAKERS = (travel_plan, travel_plan_earlier, story_quality, story_quality_shorter)


@dataclass
class Chat:
    says: Sequence[str]
    asked: list[str] = field(default_factory=list)

    async def complete(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float
    ) -> Completion:
        self.asked.append(messages[0].content)
        return Completion(self.says[len(self.asked) - 1])


def form(marks: Any, **more: Any) -> str:
    return json.dumps({"reason": "Fine.", "marks": marks, **more})


def judge(*says: str, make: Callable[..., Marker] = travel_plan) -> tuple[Marker, Chat]:
    chat = Chat(says)
    return make(LoadedModel(chat, "chat('gpt')", {}, "f")), chat


def test_marks_are_added_up_and_kept_with_the_reason() -> None:
    made, chat = judge(form(FIVE))
    found = run(made.judge(PROBLEM, ATTEMPT, 1))
    assert (found.label, found.question, found.repeat) == ("83/100", "rating", 1)
    assert found.reason == (
        "interests 17, season 16, variety 20, feasibility 10, local insight 20. Fine."
    )
    assert rating(Attempt(PROBLEM, Trajectory("p", judgements=(found,)))) == 0.83
    (asked,) = chat.asked
    assert "Plan {answer} for Rome." in asked
    assert "Day 1: {request}" in asked  # neither text fills in the other
    assert all(f"- {name}: " in asked for name in FIVE)


@pytest.mark.parametrize(
    ("make", "count"),
    list(zip(MAKERS, (5, 4, 7, 5), strict=True)),
    ids=[make.__name__ for make in MAKERS],
)
def test_each_rubric_has_as_many_criteria_of_twenty_marks_as_the_paper_has(
    make: Callable[..., Marker], count: int
) -> None:
    made, _ = judge(make=make)
    names = [name for name, _ in made.rubric.criteria]
    assert len(set(names)) == len(names) == count
    label, _ = made.rubric.read(form(dict.fromkeys(names, 20)))
    assert label == f"{20 * count}/{20 * count}"


def test_judges_of_different_rubrics_and_models_have_different_names() -> None:
    names = [judge(make=make)[0].name for make in MAKERS]
    other = travel_plan(LoadedModel(Chat([]), "chat('other')", {}, "g")).name
    assert len({*names, other}) == 5
    assert names[0].startswith("travel-plan(chat('gpt'))#")


@pytest.mark.parametrize(
    "text",
    [
        "17, 16, 20, 10, 20",
        "[]",
        form([17, 16, 20, 10, 20]),
        form({**FIVE, "season": 21}),
        form({**FIVE, "season": 0}),
        form({**FIVE, "season": True}),
        form({**FIVE, "season": 16.0}),
        form({**FIVE, "season": "16"}),
        form({**FIVE, "beauty": 1}),
        form({name: FIVE[name] for name in list(FIVE)[:4]}),
        form(FIVE, total=100),
        '{"marks": {"season": NaN}}',
        '{"reason": "none"}',
        "[" * 100_000,
        form(FIVE) + form(FIVE),
    ],
)
def test_a_form_that_is_not_filled_in_is_refused(text: str) -> None:
    made, _ = judge()
    with pytest.raises(strict_json.Refused):
        made.rubric.read(text)


def test_a_fenced_form_without_a_reason_is_read() -> None:
    made, _ = judge()
    fenced = "```json\n" + json.dumps({"marks": FIVE}) + "\n```"
    assert made.rubric.read(fenced)[0] == "83/100"


def test_a_form_is_handed_out_again_and_then_given_up() -> None:
    made, chat = judge("well...", form(FIVE))
    assert run(made.judge(PROBLEM, ATTEMPT)).label == "83/100"
    assert len(chat.asked) == 2
    hopeless, _ = judge(*["well..."] * 3)
    with pytest.raises(InfrastructureError, match="has not filled in its form"):
        run(hopeless.judge(PROBLEM, ATTEMPT))


@pytest.mark.parametrize(
    "attempt",
    [
        Trajectory("p", answer=None),
        Trajectory("p", answer=" \n"),
        Trajectory("p", answer="A plan.", end="stopped"),
    ],
)
def test_without_an_answer_nobody_is_asked(attempt: Trajectory) -> None:
    made, chat = judge()
    assert run(made.judge(PROBLEM, attempt)).label == "0/100"
    assert not chat.asked


def test_attempts_are_judged_in_repeats() -> None:
    made, _ = judge(form(FIVE), form({**FIVE, "season": 18}))
    found = judge_all({"p": PROBLEM}, [ATTEMPT], made, repeats=2, at_once=1)
    assert not found.failures
    assert rating(Attempt(PROBLEM, found.trajectories[0])) == pytest.approx(0.84)


def test_what_is_no_chat_model_cannot_judge() -> None:
    for make in MAKERS:
        with pytest.raises(UserError, match="no chat model"):
            make(LoadedModel(object(), "bm25", {}, "f"))


def test_the_instruction_names_every_criterion_and_the_range() -> None:
    told = Rubric("marks", tuple(range(1, 21)), (("a", "x"), ("b", "y"))).instruction
    assert '"a", "b"' in told
    assert "from 1 to 20" in told
