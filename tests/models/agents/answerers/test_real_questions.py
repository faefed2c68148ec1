"""Retrieval and reading end to end on HotpotQA and 2WikiMultihopQA, as the command line runs them.

The reader is one of rules (examples/my_reader.py), or a tiny local model that knows one attempt by
heart. BM25 searches the pooled passages.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import cli
from harness.contracts import ChatModel
from harness.formats.trajectories import from_json
from harness.loop import run
from harness.measures.attempt import Attempt
from harness.measures.qa.trail import cited, found
from harness.records import Completion, Message, Problem, Setting, Trajectory
from harness.sources import Source
from models.agents.answerers.search_r1 import SearchR1
from models.agents.roles import by_role
from models.scripted import Scripted
from tasks.question_answering import BENCHMARK

pytestmark = pytest.mark.realdata

READER = f"{Path(__file__).parents[4] / 'examples' / 'my_reader.py'}:Reader()"
ASKED = 6
ROLES = {
    "closed-book": {"reader"},
    "rag": {"reader"},
    "react-search": set[str](),
    "ircot": {"reasoner", "reader"},
    "iter-retgen": {"reader"},
    "search-r1": {"searcher"},
    "genground": {"deduction", "grounding"},
    "exsearch": {"searcher", "answer"},
    "dro": {"selector", "generator"},
}
"""Who speaks in an attempt of each."""
SEARCHES = {"closed-book": 0, "rag": 1, "dro": 1}
MEASURES = "exact_match,answer_f1,cover_exact_match,passage_recall,passage_all,searches"


def ran(
    out: Path, task: str, models: Sequence[str], *options: str
) -> dict[str, tuple[Any, list[bytes], Path]]:
    """The measures, the trajectories and the folder of each model."""
    code = cli.main(
        ["run", "-m", *models, "-t", task, "--out", str(out), "--measures", MEASURES, *options]
    )
    assert code == 0
    made = {}
    for file in out.glob("*/*/*/result.json"):
        result = json.loads(file.read_text())
        lines = gzip.decompress((file.parent / "trajectories.jsonl.gz").read_bytes()).splitlines()
        made[result["model"].partition("(")[0]] = (result["measures"], lines, file.parent)
    return made


def values(measures: dict[str, Any]) -> dict[str, float]:
    return {name: value["value"] for name, value in measures.items()}


@pytest.mark.parametrize("benchmark", ["hotpotqa", "2wiki"])
def test_every_answerer_answers_real_questions(data: Path, tmp_path: Path, benchmark: str) -> None:
    models = [f"{name}({READER})" for name in ROLES]
    if benchmark == "hotpotqa":
        made = ran(tmp_path / "out", "qa/hotpotqa-100", models, "--limit", str(ASKED))
    else:
        folder = data / "qa" / "hipporag_2wiki"
        lines = (folder / "2wiki.queries101.jsonl").read_text("utf-8").splitlines()
        known = [line for line in lines if json.loads(line)["golden_answers"]][:ASKED]
        (tmp_path / "2wiki.jsonl").write_text("\n".join(known), "utf-8")
        task, pool = f'questions("{tmp_path / "2wiki.jsonl"}")', str(folder / "2wiki.corpus.jsonl")
        made = ran(tmp_path / "out", task, models, "--pool", pool)
    assert set(made) == set(ROLES)
    for name, (measures, lines, _) in made.items():
        assert len(lines) == ASKED
        got = values(measures)
        assert got["exact_match"] <= got["answer_f1"] <= 1
        assert got["exact_match"] <= got["cover_exact_match"]
        assert got["passage_all"] <= got["passage_recall"]
        assert got["searches"] == SEARCHES.get(name, 2)
        for line in lines:
            attempt = json.loads(line)
            assert attempt.get("end", "finished") == "finished"
            said = "\n".join(m.get("content", "") for m in attempt["messages"])
            for role in ROLES[name]:
                assert f"[{role}, " in said
    once = values(made["rag"][0])["passage_all"]
    assert values(made["closed-book"][0])["passage_recall"] == 0
    assert values(made["exsearch"][0])["passage_all"] >= once > 0


def test_what_an_answerer_does_is_shown(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = ran(tmp_path / "out", "qa/hotpotqa-100", [f"genground({READER})"], "--limit", "1")
    _, [line], folder = made["genground"]
    capsys.readouterr()
    assert cli.main(["show", str(folder), "--sample", json.loads(line)["problem"]]) == 0
    shown = capsys.readouterr().out
    for mark in ("[deduction, ", "<Thought>", "search {", "[grounding, ", "<ref>", "FINISH["):
        assert mark in shown
    assert shown.index("[deduction, ") < shown.index("search {") < shown.index("[grounding, ")


@dataclass
class Recorded:
    """A chat model, and what it was last told and said."""

    model: ChatModel
    last: list[Message] = field(default_factory=list)
    version: str = "1"

    async def complete(self, messages: Sequence[Message], **settings: Any) -> Completion:
        said = await self.model.complete(messages, **settings)
        self.last = [*messages, Message("assistant", said.text)]
        return said


def one_question(data: Path) -> tuple[Problem, Any, list[str]]:
    """A question of two hops, its world, and the titles of its gold passages."""
    [split] = BENCHMARK.tasks["qa/hotpotqa-100"].load(Source(data), Setting())
    problem = split.problems[0]
    titles = dict.fromkeys(title for title, _ in problem.gold.details["supports"])
    return problem, split.environment, list(titles)


@pytest.mark.slow
def test_a_tiny_local_model_searches_reads_and_answers(data: Path, tmp_path: Path) -> None:
    for package in ("torch", "transformers"):
        pytest.importorskip(package)
    import memorised

    problem, world, titles = one_question(data)
    answer = problem.gold.answers[0]
    known = [*(f"<plan>More.</plan><search>{title}</search>" for title in titles)]
    teacher = Recorded(Scripted([*known, f"<plan>Known.</plan><answer>{answer}</answer>"]))

    async def taught() -> Trajectory:
        return await SearchR1(teacher, k=1, think="plan").solve(problem, await world.open(problem))

    assert run(taught()).answer == answer
    memorised.memorise(tmp_path / "tiny", teacher.last, ())
    model = f'search-r1(transformers("{tmp_path / "tiny"}", max_tokens=64), k=1, think="plan")'
    made = ran(tmp_path / "out", "qa/hotpotqa-100", [model], "--limit", "2")
    measures, [first, second], _ = made["search-r1"]
    assert values(measures)["exact_match"] >= 0.5
    trajectory = from_json(json.loads(first))
    assert trajectory.answer == answer
    assert [call.arguments["query"] for call in trajectory.calls] == titles
    needed = set(problem.gold.details["passages"])
    assert {passage.id for passage in found(Attempt(problem, trajectory))} == needed
    assert by_role(trajectory)["searcher"].turns == 3
    assert by_role(trajectory)["searcher"].output_tokens > 0
    assert cited(trajectory) == ()
    # Of another question it knows nothing; that is an end as well, and no failure of the run.
    assert json.loads(second)["end"] in {"finished", "malformed", "stopped"}
