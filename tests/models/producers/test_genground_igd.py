"""Grounding distilled: questions with a gold passage, revisions, and the rows that teach them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
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
from harness.records import Message, Observation, Problem, ToolSpec  # noqa: E402
from harness.training.ledger import Ledger  # noqa: E402
from harness.training.work import Work  # noqa: E402
from models.agents.answerers.answering import Unreadable  # noqa: E402
from models.agents.answerers.genground import (  # noqa: E402
    GROUND,
    Evidence,
    GenGround,
    read_evidence,
    resting_on,
)
from models.agents.answerers.passages import Passage  # noqa: E402
from models.producers.genground_igd import GenGroundIgd  # noqa: E402
from models.scripted import Scripted  # noqa: E402
from models.training.grounding.asking import asked  # noqa: E402
from models.training.grounding.distilling import (  # noqa: E402
    Distiller,
    Dropped,
    require_in_line,
    trajectory,
)
from models.training.grounding.questions import Question, read_questions  # noqa: E402
from models.training.making import construction  # noqa: E402

EXAMPLE = Path(__file__).parents[3] / "examples" / "methods" / "genground-igd.yaml"
SETTINGS: Mapping[str, Any] = {"device": "cpu", "batch": 8, "lr": 1e-3, "save_every": 1}
TOWNS = ("Arle", "Bost", "Cald", "Dorn", "Esk", "Fell")
MODELS = '''
from harness.errors import InfrastructureError
from harness.records import Completion, Usage

class Teacher:
    """Quotes the passage that it is shown; fails when asked too often."""

    def __init__(self, most: int = 99) -> None:
        self.most, self._asked = most, 0

    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        self._asked += 1
        if self._asked > self.most:
            raise InfrastructureError("the teacher has left")
        evidence = messages[-1].content.partition("Content: ")[2].partition(".")[0]
        who = evidence.partition(" is")[0]
        said = f"<ref> [1] {evidence}. </ref> <revise> {who} </revise>"
        return Completion(said, Usage(50, 10))

class Deducer:
    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        return Completion("Answer: nobody  at all", Usage(7, 3))
'''


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model whose tokens are words of the agent's rules, so that these are short."""
    folder = tmp_path_factory.mktemp("base")
    words = memorised.tokenizer([*schooling.TEXTS, GROUND, memorised.TEMPLATE], 900)
    memorised.saved(folder, memorised.qwen2(words, positions=1024), words)
    return folder


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def line(town: str, **more: Any) -> dict[str, Any]:
    """A question about a town's mayor, with a gold passage and six others."""
    noise = [{"title": other, "text": f"{other} has {len(other)} bells."} for other in TOWNS]
    gold = {"title": town, "text": f"Ola {town}sen is mayor of {town}. It rains.", "gold": True}
    return {
        "id": town,
        "question": f"Who is mayor of {town}?",
        "answers": [f"Ola {town}sen"],
        "passages": [gold, *noise],
        "immediate": "Una Holm",
        "revision": f"<ref> [1] Ola {town}sen is mayor of {town}. </ref> "
        f"<revise> Ola {town}sen </revise>",
        **more,
    }


def data(folder: Path, **more: Any) -> Path:
    return schooling.lines(folder / "data.jsonl", [line(town, **more) for town in TOWNS])


def producer(base: Path | str, folder: Path, **more: Any) -> GenGroundIgd:
    return GenGroundIgd(str(base), str(data(folder)), **{**SETTINGS, **more})


def models(folder: Path, name: str) -> str:
    (folder / "models.py").write_text(MODELS)
    return f"{folder / 'models.py'}:{name}"


def construct(made: GenGroundIgd, root: Path) -> list[dict[str, Any]]:
    """Carries out the first stage alone. Gives the rows that it makes."""
    [stage, *_] = made.stages()
    folder = root / "1-construct"
    folder.mkdir(parents=True, exist_ok=True)
    with Ledger(root, stage.name) as ledger:
        stage.run(Work(folder, root / "out", {}, ledger))
    return schooling.rows(folder / construction.MADE)


@pytest.fixture(scope="module")
def whole(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that nothing disturbed."""
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("whole")
    teacher = models(root, "Teacher()")
    schooling.train(producer(base, root, teacher=teacher, concurrent=2), root / "t")
    return root / "t"


def question(**more: Any) -> Question:
    found = Question(
        1,
        "q",
        "Who is mayor of Arle?",
        ("Ola Berg", "O. Berg"),
        Passage("", "Arle", "Its mayor is Ola Berg [2], says the Gazette."),
        tuple(Passage("", f"T{n}", f"Nothing {n}.") for n in range(8)),
        "Una Holm",
    )
    return replace(found, **more)


def distiller(**more: Any) -> Distiller:
    settings: dict[str, Any] = {"deducer": None, "teacher": None, "aligned": "both", "seed": 0}
    return Distiller(**{**settings, "k": 10, "batch": 3, "empty": 1, **more})


def made_of(item: Question, **more: Any) -> dict[str, Any]:
    return asyncio.run(distiller(**more).make(item))


GOOD = "<ref> [1] Its mayor is Ola Berg </ref> <revise> Ola Berg </revise>"


def planned(made: Any) -> dict[str, Planned]:
    found: dict[str, Planned] = {}
    for stage in made.stages():
        found[stage.name] = stage.plan(dict(found))
    return found


def test_prompts_are_those_of_the_agent_to_the_letter() -> None:
    passages = [Passage(str(n), f"T{n}", f"Text {n}.") for n in range(1, 8)]
    seen: list[tuple[Message, ...]] = []

    def says(messages: Any, tools: Any) -> str:
        if messages[0].content.startswith(GROUND):
            seen.append(tuple(messages))
            return "<ref> Empty </ref>"
        if "Thought 1" in messages[-1].content:
            return "FINISH[x]"
        return "<Thought> Who? </Thought> <Answer> Una </Answer>"

    class World:
        trial, executes, state = 0, True, None
        tools = (ToolSpec("search"),)
        said = iter([[Message("user", "A longer question, of which that is a step.")]])

        async def listen(self) -> Any:
            return next(self.said, None)

        async def call(self, call: Any) -> Observation:
            found = [{"id": p.id, "title": p.title, "text": p.text} for p in passages]
            return Observation(json.dumps({"results": found}))

    asyncio.run(GenGround(Scripted(says)).solve(Problem("p", ()), World()))  # type: ignore[arg-type]
    turns = asyncio.run(asked("Who?", "Una", passages, 3))
    assert [turn.messages for turn in turns] == seen
    assert len(seen) == 3  # of 3, 3 and 1 passages


def test_a_question_with_marks_of_the_agent_is_not_asked() -> None:
    with pytest.raises(Unreadable, match="marks"):
        asyncio.run(asked("Who </Thought> <Answer> x?", "Una", [Passage("1")], 3))


def test_the_agent_reads_a_trajectory_as_what_it_was() -> None:
    evidence = Evidence("Its mayor is Ola Berg", "Ola Berg")
    read = read_evidence(trajectory(evidence, 2))
    assert read == Evidence("[2] Its mayor is Ola Berg", "Ola Berg")
    assert resting_on(read.quoted, [Passage("a"), Passage("b"), Passage("c")]) == ("b",)


def test_the_gold_batch_teaches_the_revision_and_another_that_there_is_nothing() -> None:
    row = made_of(question(revision=GOOD))
    assert (row["outcome"], row["batches"], row["empty"]) == ("kept", 3, 1)
    said = {c["completion"][0]["content"]: c["prompt"][1]["content"] for c in row["conversations"]}
    [revised] = set(said) - {"<ref> Empty </ref>"}
    number = revised.partition("[")[2][0]
    assert revised == (
        f"<ref> [{number}] Its mayor is Ola Berg </ref>\n<revise> Ola Berg </revise>"
    )
    shown = "Title: Arle. Content: Its mayor is Ola Berg (2), says the Gazette."
    assert f"[{number}] {shown}" in said[revised]
    assert shown not in said["<ref> Empty </ref>"]
    for prompt in said.values():
        assert prompt.endswith("Question: Who is mayor of Arle?\nProposed answer: Una Holm")
        assert prompt.count("Title: ") == 3


def test_the_seed_shuffles_and_the_same_seed_shuffles_alike() -> None:
    item = question(revision=GOOD)
    assert made_of(item) == made_of(item)
    rows = [made_of(item, seed=seed) for seed in range(6)]
    orders = {json.dumps(row["conversations"]) for row in rows}
    assert len(orders) == 6


def test_no_more_passages_than_k_and_no_more_empty_batches_than_wanted() -> None:
    item = question(revision=GOOD)
    assert (made_of(item, k=4)["batches"], made_of(item, k=1)["batches"]) == (2, 1)
    assert [made_of(item, empty=n)["empty"] for n in (0, 1, 5)] == [0, 1, 2]


def test_a_batch_that_tells_the_answer_by_chance_is_not_empty() -> None:
    tells = tuple(Passage("", f"T{n}", "The painter O. Berg.") for n in range(8))
    row = made_of(question(revision=GOOD, noise=tells), empty=5)
    assert (row["empty"], row["tell the answer without being gold"]) == (0, 2)
    within = tuple(Passage("", f"T{n}", "Two bergs.") for n in range(8))  # not "O. Berg"
    assert made_of(question(revision=GOOD, noise=within), empty=5)["empty"] == 2


@pytest.mark.parametrize(
    ("revision", "outcome"),
    [
        ("", "there is no revision"),
        ("<ref> Empty </ref>", "no evidence"),
        ("<ref> [1] </ref> <revise> Ola Berg </revise>", "no evidence"),
        ("Ola Berg", "unreadable: there is no <ref>"),
        (
            "<ref> [1] Its mayor is Ola Berg </ref>",
            "unreadable: there is evidence, but no <revise>",
        ),
        (
            "<ref> [1] Ola Berg rules </ref> <revise> Ola Berg </revise>",
            "the revised answer is not in line with the gold passage",
        ),
        (
            "<ref> [1] Its mayor </ref> <revise> Una Holm </revise>",
            "the revised answer is not in line with the gold passage",
        ),
        (
            "<ref> [1] says the Gazette </ref> <revise> the Gazette </revise>",
            "the revised answer is not in line with an accepted answer",
        ),
    ],
)
def test_every_filter_has_its_own_count(revision: str, outcome: str) -> None:
    row = made_of(question(revision=revision))
    assert (row["outcome"], row["conversations"]) == (outcome, [])


@pytest.mark.parametrize(
    ("evidence", "keeping"),
    [
        (Evidence("mayor is ola berg", "Ola Berg!"), {"both", "evidence", "answers", "none"}),
        (Evidence("says the Gazette", "Gazette"), {"evidence", "none"}),
        (Evidence("the mayor: Ola Berg", "It is O. Berg"), {"answers", "none"}),
        (Evidence("another thing", "Una"), {"none"}),
        (Evidence("ayor is Ola Ber", "Ola Ber"), {"none"}),  # not whole words
        (Evidence("mayor is Ola Berg", "Viola Bergson"), {"none"}),  # an answer within words
        (Evidence("Ola Berg [2], says", "Ola Berg"), {"both", "evidence", "answers", "none"}),
    ],
)
def test_each_rule_keeps_what_is_in_line_with_it(evidence: Evidence, keeping: set[str]) -> None:
    from models.training.grounding.distilling import RULES_OF_ALIGNMENT

    kept = set()
    for name, rules in RULES_OF_ALIGNMENT.items():
        try:
            require_in_line(evidence, question(), rules)
            kept.add(name)
        except Dropped:
            pass
    assert kept == keeping


def test_evidence_that_the_agent_does_not_show_is_not_in_line() -> None:
    long = Passage("", "Arle", "x " * 1000 + "Its mayor is Ola Berg")  # beyond 2,000 characters
    row = made_of(question(gold=long, revision=GOOD))
    assert row["outcome"] == "the revised answer is not in line with the gold passage"


def test_trajectories_become_rows_and_rows_a_checkpoint(whole: Path) -> None:
    assert (whole / "out" / "model.safetensors").exists()
    told = json.loads((whole / "1-construct" / "summary.json").read_text())
    assert told == {
        "lines": 6,
        "outcomes": {"kept": 6},
        "conversations": 12,
        "with evidence": 6,
        "empty": 6,
        "batches that tell the answer without being gold, left out": 0,
        "immediate answers that the revision keeps": 0,
    }
    rows = schooling.rows(whole / "2-data" / "rows.jsonl")
    learned = [part["text"] for row in rows for part in row["parts"] if part["trained"]]
    assert len(learned) == 12
    assert learned.count("<ref> Empty </ref><|im_end|>") == 6
    assert sum("<revise> Ola Arlesen </revise>" in text for text in learned) == 1
    assert all(row["parts"][0]["text"].count(GROUND) == 1 for row in rows)


@pytest.mark.parametrize("stage", ["construct", "data", "train"])
def test_cut_short_in_any_stage_it_ends_in_the_same_bytes(
    base: Path, whole: Path, tmp_path: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.training.text.data._AT_ONCE", 4)
    teacher = models(tmp_path, "Teacher()")
    made = producer(base, tmp_path, teacher=teacher, concurrent=2)
    cut = tmp_path / "cut"
    schooling.cut_short(made, cut, stage, 1)
    schooling.require_equal(cut, whole, schooling.CONSTRUCTED)


def test_a_teacher_that_leaves_is_told_and_asked_for_the_rest_alone(
    base: Path, tmp_path: Path
) -> None:
    leaves = producer(base, tmp_path, teacher=models(tmp_path, "Teacher(most=5)"), concurrent=2)
    with pytest.raises(InfrastructureError, match="the teacher has left"):
        construct(leaves, tmp_path / "t")
    stays = producer(base, tmp_path, teacher=models(tmp_path, "Teacher()"), concurrent=2)
    rows = construct(stays, tmp_path / "t")
    assert [row["line"] for row in rows] == [1, 2, 3, 4, 5, 6]
    _, second = schooling.rows(tmp_path / "t" / "ledger.jsonl")
    assert second["amounts"] == {"requests": 1, "tokens_read": 50, "tokens_written": 10}


def test_the_revision_of_a_line_stands_in_for_a_teacher(base: Path, tmp_path: Path) -> None:
    made = producer(base, tmp_path)
    assert isinstance(made, Producer)
    rows = construct(made, tmp_path / "t")
    assert {row["outcome"] for row in rows} == {"kept"}
    [entry] = schooling.rows(tmp_path / "t" / "ledger.jsonl")
    assert entry["amounts"] == {}


def test_a_deducer_answers_where_the_line_does_not(base: Path, tmp_path: Path) -> None:
    path = schooling.lines(tmp_path / "data.jsonl", [line("Arle", immediate=""), line("Bost")])
    deducer = models(tmp_path, "Deducer()")
    made = GenGroundIgd(str(base), str(path), deducer=deducer, **SETTINGS)
    rows = construct(made, tmp_path / "t")
    assert [row["immediate"] for row in rows] == ["nobody at all", "Una Holm"]
    prompt = rows[0]["conversations"][0]["prompt"][1]["content"]
    assert prompt.endswith("Proposed answer: nobody at all")
    [entry] = schooling.rows(tmp_path / "t" / "ledger.jsonl")
    assert entry["amounts"] == {"requests": 1, "tokens_read": 7, "tokens_written": 3}


def test_an_immediate_answer_must_come_from_somewhere(base: Path, tmp_path: Path) -> None:
    path = schooling.lines(tmp_path / "data.jsonl", [line("Arle"), line("Bost", immediate=" ")])
    made = GenGroundIgd(str(base), str(path), **SETTINGS)
    with pytest.raises(UserError, match='line 2 has no "immediate" answer'):
        planned(made)


def test_a_plan_needs_neither_base_nor_models(tmp_path: Path) -> None:
    made = producer("nobody/has-this", tmp_path, teacher="openai('x')", tokens_per_second=10.0)
    plan = planned(made)
    assert plan["construct"].counts["requests"] == 6
    # 7 passages are 3 batches: the gold one, and one of the others.
    assert plan["construct"].counts["rows"] == plan["data"].counts["rows"] == 12
    assert plan["construct"].hours is None
    assert plan["train"].hours == pytest.approx(plan["train"].counts["tokens"] / 10 / 3600)


def test_the_example_for_real_models_can_be_planned(tmp_path: Path) -> None:
    settings = yaml.safe_load(EXAMPLE.read_text())
    settings["data"] = str(data(tmp_path))
    plan = planned(GenGroundIgd(**settings))
    assert plan["train"].counts["tokens"] > 0
    assert plan["train"].hours is not None
    assert plan["train"].kwh is not None


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"question": "?"}, "'answers'"),
        (line("Bost", answers=[]), "answers: it is empty"),
        (line("Bost", answers="Ola"), "answers: it is a text, not a list"),
        (line("Bost", passages=[{"text": "x"}]), "passages: 0 of them are gold"),
        (line("Bost", passages=[{"text": "x", "gold": True}] * 2), "passages: 2 of them are gold"),
        (line("Bost", passages=[{"title": "x", "gold": True}]), "'text'"),
        (line("Bost", gold="x"), "no field 'gold'"),
        ([], "it is a list, not an object"),
    ],
)
def test_malformed_lines_are_told_with_what_is_wrong(tmp_path: Path, row: Any, why: str) -> None:
    path = schooling.lines(tmp_path / "data.jsonl", [line("Arle"), row])
    with pytest.raises(UserError, match=rf"data.jsonl line 2: .*{why}"):
        list(read_questions(path))


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text("")
    with pytest.raises(UserError, match="is empty"):
        list(read_questions(tmp_path / "data.jsonl"))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"aligned": "answer"}, "Did you mean answers"),
        ({"k": 0}, "k=0"),
        ({"passages": 0}, "passages"),
        ({"empty": -1}, "empty"),
        ({"concurrent": 0}, "concurrent"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    tmp_path: Path, wrong: dict[str, Any], why: str
) -> None:
    with pytest.raises(UserError, match=why):
        producer("nobody/has-this", tmp_path, **wrong)
