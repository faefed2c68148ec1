"""A leader and a crew: who hears what of whom, and what is kept from one problem to the next."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from toy_world import PROBLEM, Rooms, Sayings, saying

from harness.check import check_model
from harness.contracts import Agent, ProblemSet
from harness.errors import InfrastructureError, UserError
from harness.loading import load_model
from harness.loop import run
from harness.play.sessions import Told
from harness.records import (
    Completion,
    Gold,
    Message,
    Problem,
    ToolCall,
    ToolSpec,
    Trajectory,
    Usage,
)
from models.agents import rea360
from models.agents.experience import Entry, content_hash, gather
from models.agents.rea360 import GRADES, REA360, SEEN, read_assessments, read_plan
from models.agents.roles import Share, by_role

WRITE = Problem("w", ((Message("user", "Write a story about a cat."),),))
CREW = "Goals: a good story\nGuidance: be brief\nTasks:\nPoet: the words\nCritic: the logic"
KINDS = {
    "plan": rea360.PLAN,
    "part": rea360.PART,
    "result": rea360.RESULT,
    "assess": rea360.ASSESS,
    "note": rea360.LOCAL,
    "recall": rea360.RECALL,
    "guide": rea360.GUIDE,
    "learn": rea360.LEARN,
}
ROLE = r"(?P<role>[^,.]*?)"


class Team:
    """Answers by what is asked for, and keeps what each role was told each time.

    Which role is asked, and what for, is in the first message.
    """

    version = "1"

    def __init__(self, **answers: Any) -> None:
        self.answers = {"plan": CREW} | answers
        self.asked: list[tuple[str, str, str]] = []

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        kind, role = told_to(messages[0].content)
        self.asked.append((kind, role, "\n".join(m.content for m in messages[1:])))
        answer = self.answers.get(kind, f"{kind} of {role}")
        said = answer(role, messages) if callable(answer) else answer
        return said if isinstance(said, Completion) else Completion(said, Usage(10, 2))

    def told(self, kind: str, role: str) -> list[str]:
        return [text for k, r, text in self.asked if (k, r) == (kind, role)]


def told_to(system: str) -> tuple[str, str]:
    for kind, prompt in KINDS.items():
        before, _, after = prompt.partition("{role}")
        pattern = re.escape(before) + ROLE + re.escape(after[:40])
        if "{role}" not in prompt:
            pattern = re.escape(prompt[:40])
        if match := re.match(pattern, system):
            return kind, match.groupdict().get("role", "leader")
    raise AssertionError(system)


def assessing(role: str, messages: Sequence[Message]) -> str:
    """Says of everybody that it was asked about who says it of whom."""
    names = re.search(r"The names: (.*?)\.", messages[0].content)
    assert names
    return "\n".join(f"{name}: Good. {role} on {name}." for name in names[1].split(", "))


def attempt(model: Any, problem: Any = WRITE, session: Any = None, **options: Any) -> Trajectory:
    agent: Agent = REA360(model, **options)
    return run(agent.solve(problem, session or Told(problem)))


def test_the_leader_plans_the_crew_works_in_turn_and_the_leader_concludes() -> None:
    model = Team(rounds=0)
    made = attempt(model, rounds=0)
    assert (made.end, made.answer) == ("finished", "result of leader")
    assert [(kind, role) for kind, role, _ in model.asked] == [
        ("plan", "leader"),
        ("part", "Poet"),
        ("part", "Critic"),
        ("result", "leader"),
    ]
    [poet], [critic] = model.told("part", "Poet"), model.told("part", "Critic")
    assert "Write a story about a cat." in poet
    assert "Guidance: be brief" in poet
    assert "the words" in poet
    assert "part of" not in poet
    assert "part of Poet" in critic
    [leader] = model.told("result", "leader")
    assert "part of Poet" in leader
    assert "part of Critic" in leader


def test_what_each_role_did_and_cost_is_told() -> None:
    made = attempt(Team(assess=assessing), rounds=1)
    # Twice its part, one assessment and one note each; the leader plans, concludes twice, assesses.
    assert by_role(made) == {
        "leader": Share(4, 0, 40, 8),
        "Poet": Share(4, 0, 40, 8),
        "Critic": Share(4, 0, 40, 8),
    }
    assert made.usage == Usage(120, 24)


def test_an_assessment_reaches_the_one_that_it_is_about() -> None:
    model = Team(assess=assessing)
    made = attempt(model, rounds=1)
    poet = model.told("part", "Poet")[1]
    assert "You yourself: Good. Poet on self." in poet
    assert "The Critic: Good. Critic on Poet." in poet
    assert "The leader: Good. leader on Poet." in poet
    assert "on Critic" not in poet
    assert "Critic on self" not in poet
    assert "leader on self" in model.told("result", "leader")[1]
    assert "part of Poet" in poet  # its own last version
    assert made.detail == ""


@pytest.mark.parametrize(
    ("off", "missing", "there"),
    [
        ("self_assessment", "Poet on self", ["Critic on Poet", "leader on Poet"]),
        ("peers", "Critic on Poet", ["Poet on self", "leader on Poet"]),
        ("supervisor", "leader on Poet", ["Poet on self", "Critic on Poet"]),
    ],
)
def test_each_kind_of_assessment_can_be_switched_off(
    off: str, missing: str, there: list[str]
) -> None:
    model = Team(assess=assessing)
    attempt(model, rounds=1, **{off: False})
    poet = model.told("part", "Poet")[1]
    assert missing not in poet
    assert all(text in poet for text in there)


def test_without_any_assessment_nobody_meets() -> None:
    model = Team()
    attempt(model, rounds=1, self_assessment=False, peers=False, supervisor=False)
    assert "assess" not in {kind for kind, _, _ in model.asked}


def test_grades_are_the_seven_of_the_paper() -> None:
    seen = list[str]()

    def keep(role: str, messages: Sequence[Message]) -> str:
        seen.append(messages[0].content)
        return assessing(role, messages)

    attempt(Team(assess=keep), rounds=1)
    assert len(GRADES) == 7
    assert all(grade in seen[0] for grade in GRADES)


def test_notes_are_shared_by_the_crew_from_round_to_round() -> None:
    model = Team(assess=assessing, note=lambda role, m: f"remember {role}")
    attempt(model, rounds=2)
    assert "remember Critic" in model.told("part", "Poet")[1]
    assert "Critic on Poet" in model.told("note", "Poet")[0]
    assert "remember" not in model.told("note", "Poet")[0]
    assert "remember Critic" in model.told("note", "Poet")[1]
    alone = Team(assess=assessing)
    attempt(alone, rounds=1, local=False)
    assert "note" not in {kind for kind, _, _ in alone.asked}


def test_assessment_mends_the_result() -> None:
    """The poet forgets the cat until somebody misses it."""

    def poet(role: str, messages: Sequence[Message]) -> str:
        if role == "Critic":
            return "It is sound."
        return "A cat." if "there is no cat" in messages[1].content else "A dog."

    def critic(role: str, messages: Sequence[Message]) -> str:
        wanted = role == "Critic" and "A dog." in messages[1].content
        return f"Poet: Poor. {'there is no cat' if wanted else 'fine'}\nCritic: Good. Fine."

    def leader(role: str, messages: Sequence[Message]) -> str:
        return "A cat." if "A cat." in messages[1].content else "A dog."

    answers = {"part": poet, "assess": critic, "result": leader}
    assert attempt(Team(**answers)).answer == "A cat."
    assert attempt(Team(**answers), rounds=0).answer == "A dog."
    assert attempt(Team(**answers), peers=False).answer == "A dog."


@pytest.mark.parametrize("said", ["", "Well done!", "Nobody: good", ":::", "[" * 10_000])
def test_assessments_that_cannot_be_read_are_survived_and_counted(said: str) -> None:
    made = attempt(Team(assess=said), rounds=1)
    assert (made.end, made.answer) == ("finished", "result of leader")
    assert made.detail == "3 assessments could not be read"


def test_a_plan_that_cannot_be_read_is_asked_for_again() -> None:
    plans = iter(["no plan", CREW])
    assert attempt(Team(plan=lambda *_: next(plans)), rounds=0).answer == "result of leader"
    made = attempt(Team(plan="no plan"), misreadings=1)
    assert (made.end, made.answer) == ("malformed", None)
    assert "no tasks" in made.detail
    assert by_role(made)["leader"].turns == 2


def test_a_crew_that_is_too_large_is_cut() -> None:
    model = Team()
    made = attempt(model, crew=1, rounds=0)
    assert made.detail == "1 members too many were left out"
    assert not model.told("part", "Critic")


# Tools


def moving(role: str, messages: Sequence[Message]) -> str | Completion:
    """The poet looks for the cat and moves the hat there, once; the critic calls nothing."""
    given = [json.loads(m.content) for m in messages if m.role == "tool"]
    if role == "Critic" or "move {" in messages[1].content or len(given) == 2:
        return "done"
    if not given:
        return Completion("", calls=(ToolCall("look", {"thing": "cat"}),))
    to = given[0]["place"]
    return Completion("", calls=(ToolCall("move", {"thing": "hat", "to": to}),))


def test_members_call_tools_and_know_what_was_called_before() -> None:
    model = Team(part=moving, assess=assessing)
    made = attempt(model, PROBLEM, run(Rooms().open(PROBLEM)), rounds=1)
    assert made.state == {"cat": "attic", "hat": "attic"}
    assert [call.name for call in made.calls] == ["look", "move"]
    assert len({call.id for call in made.calls}) == 2
    assert 'move {"thing": "hat", "to": "attic"} gave' in model.told("result", "leader")[0]
    assert by_role(made)["Poet"].calls == 2


def test_a_member_that_never_stops_calling_is_stopped() -> None:
    look = Completion("", calls=(ToolCall("look", {"thing": "cat"}),))
    made = attempt(Team(part=look), PROBLEM, run(Rooms().open(PROBLEM)), actions=2)
    assert (made.end, made.answer, len(made.calls)) == ("stopped", None, 2)
    assert "Poet came to no end in 2 turns" in made.detail


def test_where_nothing_is_carried_out_the_first_call_is_the_attempt() -> None:
    look = Completion("", calls=(ToolCall("look", {"thing": "cat"}),))
    made = attempt(Team(part=look), PROBLEM)
    assert (made.end, made.answer, len(made.calls)) == ("finished", None, 1)


def test_what_is_outside_the_agent_is_no_answer() -> None:
    look = Completion("", calls=(ToolCall("look", {"thing": "cat"}),))
    with pytest.raises(InfrastructureError):
        attempt(Team(part=look), PROBLEM, run(Rooms(broken=0).open(PROBLEM)))


# Global experience

LESSON = "poems must rhyme"


def pool(path: Path, *entries: Entry) -> str:
    lines = [
        {"task": e.task, "hash": content_hash(e.task), "leader": e.leader, "members": e.members}
        for e in entries
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    return str(path)


def rhyming(role: str, messages: Sequence[Message]) -> str:
    """Rhymes only if its prompt says that poems must."""
    return "the cat sat" if LESSON in messages[1].content else "the cat stood"


def remembering(role: str, messages: Sequence[Message]) -> str:
    return LESSON if LESSON in messages[1].content else "nothing"


def concluding(role: str, messages: Sequence[Message]) -> str:
    return "rhymes" if "the cat sat" in messages[1].content else "limps"


TASKS = [
    Problem("train-1", ((Message("user", "Write a poem about the sea and its many ships."),),)),
    Problem("test-1", ((Message("user", "Tell in verses of a cat that lives in Rome."),),)),
]


def test_experience_of_one_problem_helps_with_another(tmp_path: Path) -> None:
    """What a review said of the first problem reaches the second through the pool alone."""

    async def review(problem: Problem, made: Trajectory) -> str:
        return LESSON if made.answer == "limps" else "fine"

    model = Team(
        part=rhyming, recall=remembering, result=concluding, learn=remembering, guide=remembering
    )
    agent = REA360(model, rounds=0)
    first, second = TASKS
    assert run(agent.solve(second, Told(second))).answer == "limps"
    path = tmp_path / "pool.jsonl"
    used = run(gather(agent, ProblemSet("train", [first]), review, path))
    # Plan, two parts, conclusion; guidance, and a lesson of each of the three.
    assert used == Usage(80, 16)
    taught = REA360(model, rounds=0, experience=str(path))
    assert run(taught.solve(second, Told(second))).answer == "rhymes"


def test_learning_shows_gold_to_the_review_and_not_to_the_agent(tmp_path: Path) -> None:
    seen = list[Gold]()

    async def review(problem: Problem, made: Trajectory) -> str:
        seen.append(problem.gold)
        return "fine"

    gold = Problem("g", TASKS[0].turns, gold=Gold(answers=("secret",)))
    model = Team()
    run(gather(REA360(model, rounds=0), ProblemSet("train", [gold]), review, tmp_path / "p"))
    assert seen == [gold.gold]
    assert not any("secret" in text for _, _, text in model.asked)


def test_leaders_and_members_recall_what_leaders_and_members_learned(tmp_path: Path) -> None:
    path = pool(tmp_path / "p", Entry("t", leader="lead well", members=("write well",)))
    model = Team()
    attempt(model, rounds=0, experience=path)
    [leader], [poet] = model.told("recall", "leader"), model.told("recall", "Poet")
    assert "lead well" in leader
    assert "write well" not in leader
    assert "write well" in poet
    assert "lead well" not in poet
    assert "recall of leader" in model.told("plan", "leader")[0]
    assert "recall of Poet" in model.told("part", "Poet")[0]


def test_a_problem_that_the_pool_has_seen_is_refused_before_anything_is_asked(
    tmp_path: Path,
) -> None:
    path = pool(tmp_path / "p.jsonl", Entry(WRITE.text))
    model = Team()
    with pytest.raises(UserError, match=r"p\.jsonl was built from problem 'w'") as refused:
        attempt(model, experience=path)
    assert 'seen="mark"' in str(refused.value)
    assert not model.asked
    made = attempt(model, experience=path, seen="mark", rounds=0)
    assert (made.end, made.detail) == ("finished", SEEN)


@pytest.mark.realdata
def test_the_released_pool_is_refused_for_the_problems_that_it_was_built_from(data: Path) -> None:
    path = data / "multi_agent/experience_creative_writing.json"
    rows = (data / "multi_agent/trivia_creative_writing_100_n_5.jsonl").read_text().splitlines()

    def story(number: int) -> Problem:
        row: Mapping[str, Any] = json.loads(rows[number])
        text = f"Tell a story of {row['topic']} with the answers to {' '.join(row['questions'])}"
        return Problem(str(number), ((Message("user", text),),))

    agent = REA360(Team(), rounds=0, experience=str(path))
    assert run(agent.solve(story(40), Told(story(40)))).answer == "result of leader"
    for number in (0, 39):
        with pytest.raises(UserError, match="attempt only problems that it has not seen"):
            run(agent.solve(story(number), Told(story(number))))


def test_the_pool_is_part_of_who_an_agent_is(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl"
    pool(path, Entry("one"))
    first = REA360(Team(), experience=str(path))
    pool(path, Entry("two"))
    second = REA360(Team(), experience=str(path))
    assert first.contents["experience"] != second.contents["experience"]
    assert first.experience == second.experience == "pool.jsonl"
    assert load_model(first).fingerprint != load_model(second).fingerprint


# What is read


def test_plans_are_read() -> None:
    common, crew = read_plan(
        "Goals: g\n**Tasks:**\n- **Poet**: words\n2. Self: [x] itself\nPoet: b"
    )
    assert common == "Goals: g"
    assert crew == {"Poet": "words", "Self 2": "[x] itself", "Poet 2": "b"}
    assert read_plan("Tasks: Poet: words")[1] == {}
    assert read_plan("Task Manager: nothing")[1] == {}


@pytest.mark.parametrize("tail", [" " * 20_000, "Tasks" + " " * 20_000 + "x"])
def test_plans_of_blanks_are_read_in_no_time(tail: str) -> None:
    # Tried at every length of every run of blanks, the first one takes minutes.
    start = time.process_time()
    assert read_plan(f"Tasks:\n{tail}")[1] == {}
    assert read_plan(tail)[1] == {}
    assert time.process_time() - start < 0.5


def test_assessments_are_read_by_name() -> None:
    text = "Intro\n- **Poet**: Good. Fine\nand more\n# SELF: poor\nCritic of art:\nPoet: again"
    found = read_assessments(text, ["self", "Poet", "Critic", "Critic of art"])
    assert found == {"Poet": "Good. Fine\nand more", "self": "poor"}


def test_a_role_may_be_repeated_as_often_as_a_model_likes() -> None:
    _, crew = read_plan("Tasks:" + "\nPoet: words" * 150 + "\nPOET: more\nPoet 7: his own")
    assert list(crew)[:2] == ["Poet", "Poet 2"]
    assert list(crew)[-2:] == ["POET 151", "Poet 7 2"]
    assert len(crew) == 152
    start = time.process_time()
    assert len(read_plan("Tasks:" + "\nPoet: words" * 5_000)[1]) == 5_000
    assert time.process_time() - start < 1.0


def test_names_that_differ_by_more_than_case_are_told_apart() -> None:
    # The pattern takes "İ" for "i", which folding does not.
    assert read_assessments("editör: good\nPOET: poor", ["EDİTÖR", "Poet"]) == {
        "EDİTÖR": "good",
        "Poet": "poor",
    }
    both = ["EDİTÖR", "editör"]
    found = read_assessments("editör: good\nEDİTÖR: poor", both)
    assert found == {"editör": "good", "EDİTÖR": "poor"}


def test_later_turns_know_what_was_answered() -> None:
    said = (Message("user", "A story."),), (Message("user", "Now shorter."),)
    model = Team()
    made = attempt(model, Problem("two", said), rounds=0)
    assert made.end == "finished"
    plan = model.told("plan", "leader")[1]
    assert "A story.\nYou answered: result of leader\nNow shorter." in plan


@pytest.mark.parametrize("options", [{"crew": 0}, {"rounds": -1}, {"seen": "ignore"}])
def test_settings_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="rea360"):
        REA360(Sayings([saying("")]), **options)
    with pytest.raises(UserError, match="wants a chat model"):
        REA360("no model")  # type: ignore[arg-type]


def ferry(role: str, messages: Sequence[Message]) -> str | Completion:
    if any(m.role == "tool" for m in messages) or "ferries.next {" in messages[1].content:
        return "9:40"
    return Completion("", calls=(ToolCall("ferries.next", {"town": "Talen"}),))


def test_it_is_an_agent_that_can_be_plugged_in() -> None:
    checks = check_model(REA360(Team(part=ferry, result=lambda r, m: "9:40"), rounds=0))
    assert [check.name for check in checks if not check.passed] == []
