from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InfrastructureError, MissingData, UserError
from harness.formats import strict_json
from harness.judging import judge_all
from harness.loading import LoadedModel
from harness.records import Completion, Judgement, Message, Problem, Setting, ToolCall, Trajectory
from harness.sources import Source
from harness.workspace import working, workspace
from tasks.imports.toolbench import IMPORTER
from tasks.judges.assay_solved import PROMPT, assay_solved
from tasks.judges.form import Form, filled
from tasks.judges.preference import ToolEvalPreference, tooleval_preference
from tasks.judges.templates import read_templates
from tasks.judges.toolbench_form import answer_json, final_answer
from tasks.judges.tooleval import ToolEval, tooleval
from tasks.stabletoolbench import BENCHMARK

TEMPLATE = """
<function>
<name>check_answer_status</name>
<description>
CHECK {query} || {answer}
</description>
</function>
<function>
<name>parse_answer_status</name>
<description>
PARSE {query} || {answer}
</description>
</function>
<function>
<name>select_better_answer</name>
<description>
SELECT {query} || {answer_0} || {answer_1}
</description>
</function>
"""
CONFIG = """
completions_kwargs:
  model: "whoever"
  max_tokens: 77
  temperature: 0.2
  functions:
    - name: check_answer_status
      parameters: &status
        type: object
        properties: {answer_status: {type: string, enum: [Unsure, Unsolved, Solved]}}
    - name: parse_answer_status
      parameters: *status
    - name: select_better_answer
      parameters: {type: object, properties: {index: {type: number}}}
"""
PROBLEM = Problem("q1", ((Message("user", "who {answer}?"),),))
SEARCH = (
    Message("assistant", "I look.", (ToolCall("search", {"q": "é"}, "a"),)),
    Message("tool", '{"error": ""}', call_id="a"),
)
ATTEMPT = Trajectory("q1", messages=SEARCH, answer="it was {query}")
OTHER = Trajectory("q1", answer="another")


@dataclass
class Chat:
    """Answers by a function of what it is asked, and remembers that."""

    says: Callable[[str], str | dict[str, Any] | Exception]
    asked: list[str] = field(default_factory=list)
    manners: set[tuple[int | None, float]] = field(default_factory=set)

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        (message,) = messages
        self.asked.append(message.content)
        self.manners.add((max_tokens, temperature))
        said = self.says(message.content)
        if isinstance(said, Exception):
            raise said
        return Completion(said if isinstance(said, str) else json.dumps(said))

    @property
    def kinds(self) -> list[str]:
        """Which template each question began with."""
        return [asked.partition(" ")[0] for asked in self.asked]


def loaded(chat: object, fingerprint: str = "f") -> LoadedModel:
    return LoadedModel(chat, "chat('gpt')", {}, fingerprint)


def mirror(root: Path, template: str = TEMPLATE, config: str = CONFIG) -> Source:
    folder = root / "tooluse" / "stabletoolbench" / "evaluator_templates"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "template.txt").write_text(template)
    (folder / "config.yaml").write_text(config)
    return Source(root)


def status(label: str) -> dict[str, str]:
    return {"reason": "so", "answer_status": label}


def judgement(judge: Any, attempt: Trajectory = ATTEMPT, repeat: int = 0) -> Judgement:
    found: Judgement = asyncio.run(judge.judge(PROBLEM, attempt, repeat))
    return found


class TestToolEval:
    def judge(self, root: Path, *labels: str) -> tuple[ToolEval, Chat]:
        left = list(labels)
        chat = Chat(lambda _: status(left.pop(0)))
        return tooleval(loaded(chat), mirror(root)), chat

    @pytest.mark.parametrize("label", ["Solved", "Unsolved"])
    def test_a_first_look_at_the_answer_alone_may_be_enough(
        self, tmp_path: Path, label: str
    ) -> None:
        judge, chat = self.judge(tmp_path, label)
        assert judgement(judge, repeat=2) == Judgement(judge.name, label, "solved", 2, reason="so")
        answer = json.dumps({"return_type": "give_answer", "final_answer": "it was {query}"})
        (asked,) = chat.asked
        # What is filled in is not looked at again, whatever it holds.
        assert asked.startswith(f"CHECK who {{answer}}? || {answer}\n")
        assert asked.endswith('exactly one of "Unsure", "Unsolved", "Solved".')
        assert chat.manners == {(77, 0.2)}

    @pytest.mark.parametrize("label", ["Solved", "Unsure", "Unsolved"])
    def test_whoever_is_unsure_takes_a_second_look_at_everything(
        self, tmp_path: Path, label: str
    ) -> None:
        judge, chat = self.judge(tmp_path, "Unsure", label)
        assert judgement(judge).label == label
        assert chat.kinds == ["CHECK", "PARSE"]
        assert answer_json(ATTEMPT) in chat.asked[1]

    @pytest.mark.parametrize(
        "attempt",
        [
            Trajectory("q1", end="gave up"),
            Trajectory("q1", end="stopped", answer="half"),
            Trajectory("q1", end="malformed"),
            Trajectory("q1"),
        ],
    )
    def test_without_an_answer_it_is_unsolved_and_nobody_is_asked(
        self, tmp_path: Path, attempt: Trajectory
    ) -> None:
        judge, chat = self.judge(tmp_path)
        assert judgement(judge, attempt).label == "Unsolved"
        assert chat.asked == []

    def test_an_empty_answer_is_one(self, tmp_path: Path) -> None:
        judge, chat = self.judge(tmp_path, "Unsolved")
        assert judgement(judge, Trajectory("q1", answer="")).label == "Unsolved"
        assert len(chat.asked) == 1

    def test_a_form_that_is_not_filled_in_is_handed_out_again(self, tmp_path: Path) -> None:
        says = ["I think it is solved.", status("Maybe"), status("Solved")]
        chat = Chat(lambda _: says.pop(0))
        assert judgement(tooleval(loaded(chat), mirror(tmp_path))).label == "Solved"
        assert len(chat.asked) == 3

    def test_a_form_that_is_handed_out_again_is_another_draw(self, tmp_path: Path) -> None:
        drawn = list[int]()

        def says(_: str) -> str:
            drawn.append(workspace().trial)
            return "Solved"

        judge = tooleval(loaded(Chat(says)), mirror(tmp_path))
        for trial in range(2):
            with working(trial=trial), pytest.raises(InfrastructureError):
                judgement(judge)
        assert drawn == [0, 1, 2, 3, 4, 5]

    def test_a_form_that_is_never_filled_in_is_no_judgement(self, tmp_path: Path) -> None:
        chat = Chat(lambda _: "Solved")
        with pytest.raises(InfrastructureError, match=r"tooleval.* in 3 attempts: it is not JSON"):
            judgement(tooleval(loaded(chat), mirror(tmp_path)))
        assert len(chat.asked) == 3

    def test_a_model_that_fails_is_not_asked_again_here(self, tmp_path: Path) -> None:
        chat = Chat(lambda _: InfrastructureError("quota"))
        with pytest.raises(InfrastructureError, match="quota"):
            judgement(tooleval(loaded(chat), mirror(tmp_path)))
        assert len(chat.asked) == 1

    def test_the_name_tells_who_judged_by_what(self, tmp_path: Path) -> None:
        chat = Chat(lambda _: "")
        names = {
            tooleval(loaded(chat), mirror(tmp_path)).name,
            tooleval(loaded(chat, "another version"), mirror(tmp_path)).name,
            tooleval(loaded(chat), mirror(tmp_path, TEMPLATE.replace("CHECK", "LOOK"))).name,
            tooleval(loaded(chat), mirror(tmp_path, config=CONFIG.replace("0.2", "0.3"))).name,
            assay_solved(loaded(chat)).name,
        }
        assert len(names) == 5
        assert all(name.partition("#")[0].endswith("(chat('gpt'))") for name in names)
        assert (
            tooleval(loaded(chat), mirror(tmp_path)).name
            == tooleval(loaded(Chat(lambda _: "x")), mirror(tmp_path)).name
        )

    def test_it_judges_through_the_engine(self, tmp_path: Path) -> None:
        judge, _ = self.judge(tmp_path, "Solved", "Unsolved", "Solved")
        judged = judge_all({"q1": PROBLEM}, [ATTEMPT], judge, store=tmp_path / "j.jsonl")
        assert sorted(j.label for j in judged.trajectories[0].judgements) == [
            "Solved",
            "Solved",
            "Unsolved",
        ]

    def test_only_a_chat_model_can_judge(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="no chat model"):
            tooleval(loaded(object()), mirror(tmp_path))


class TestTemplates:
    def test_what_is_not_there_says_where_to_get_it(self, tmp_path: Path) -> None:
        with pytest.raises(MissingData, match=r"evaluator_templates/template\.txt: name by --data"):
            read_templates(Source(tmp_path))

    @pytest.mark.parametrize(
        ("template", "config"),
        [
            (TEMPLATE, "completions_kwargs: 1"),
            (TEMPLATE, "["),
            (TEMPLATE, CONFIG.replace("0.2", "warm")),
            (TEMPLATE, CONFIG.replace("index: {type: number}", "")),
            ("<function><name>a</name></function>", CONFIG),
        ],
    )
    def test_files_of_another_form_are_refused(
        self, tmp_path: Path, template: str, config: str
    ) -> None:
        with pytest.raises(UserError, match="not in upstream's form"):
            read_templates(mirror(tmp_path, template, config))

    @pytest.mark.parametrize("template", ["", TEMPLATE.replace("{query}", "{who}")])
    def test_a_template_that_cannot_be_filled_in_is_refused(
        self, tmp_path: Path, template: str
    ) -> None:
        judge = tooleval(loaded(Chat(lambda _: "")), mirror(tmp_path, template))
        with pytest.raises(UserError, match="'check_answer_status' cannot be asked"):
            judgement(judge)

    @pytest.mark.realdata
    def test_upstreams_own_files_can_be_read(self, data: Path) -> None:
        templates = read_templates(Source(data))
        assert templates.form("check_answer_status").choices == ("Unsure", "Unsolved", "Solved")
        assert templates.form("select_better_answer") == Form("index", (0, 1))
        assert (templates.manner.max_tokens, templates.manner.temperature) == (1000, 0.2)
        for function in ("check_answer_status", "parse_answer_status"):
            asked = templates.prompt(function, query="QUERY", answer="ANSWER")
            assert "QUERY" in asked
            assert "ANSWER" in asked
            assert "{" not in asked
        assert "{" not in templates.prompt(
            "select_better_answer", query="", answer_0="", answer_1=""
        )


class TestForm:
    FORM = Form("index", (0, 1))

    @pytest.mark.parametrize(
        "text", ['{"index": 1}', ' {"reason": "so", "index": 1}\n', '```json\n{"index": 1}\n```']
    )
    def test_a_filled_in_form_is_read(self, text: str) -> None:
        assert self.FORM.read(text)[0] == 1

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "1",
            "[1]",
            '{"index": true}',
            '{"index": 1.0}',
            '{"index": "1"}',
            '{"index": 2}',
            '{"index": [1]}',
            '{"reason": "so"}',
            '{"index": 1, "also": 0}',
            '{"index": 1, "index": 0}',
            'Sure: {"index": 1}',
            '{"index": 1} {"index": 0}',
            '{"index": 1, "reason": "\\ud800"}',
            '{"index": 1, "reason": ' + "[" * 5000 + "]" * 5000 + "}",
            '{"index": NaN}',
        ],
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(strict_json.Refused):
            self.FORM.read(text)

    def test_a_part_that_is_filled_in_is_not_looked_at_again(self) -> None:
        assert filled("{a}-{b}", a="{b}", b="{a}") == "{b}-{a}"


class TestToolBenchForm:
    def test_an_attempt_is_a_chain_of_nodes(self) -> None:
        arguments = json.dumps({"q": "é"})
        finish = json.dumps({"return_type": "give_answer", "final_answer": "it was {query}"})
        chain: list[Any] = []
        for role, message in reversed(
            [
                ("system", ""),
                ("user", ""),
                ("assistant", "I look."),
                (
                    "tool",
                    {"name": "search", "arguments": arguments, "response": '{"error": ""}'},
                ),
                ("tool", {"name": "Finish", "arguments": finish, "response": ""}),
            ]
        ):
            chain = [{"role": role, "message": message, "next": chain}]
        assert json.loads(answer_json(ATTEMPT)) == {
            "method": "",
            "total_steps": 5,
            "final_answer": finish,
            "answer_details": chain,
        }

    def test_replies_go_by_id_and_may_be_missing(self) -> None:
        calls = (ToolCall("a", id="1"), ToolCall("b", id="2"), ToolCall("c", {}, "3", "broken"))
        messages = (
            Message("assistant", "", calls),
            Message("tool", "two", call_id="2"),
            Message("tool", "one", call_id="1"),
            Message("tool", "nobody's", call_id="9"),
        )
        text = answer_json(Trajectory("q1", messages=messages, end="stopped"))
        assert '"name": "a", "arguments": "{}", "response": "one"' in text
        assert '"name": "b", "arguments": "{}", "response": "two"' in text
        assert '"name": "c", "arguments": "", "response": ""' in text
        assert '"final_answer": ""' in text

    def test_giving_up_is_told(self) -> None:
        assert "give_up_and_restart" in final_answer(Trajectory("q1", end="gave up"))

    def test_a_long_chain_is_written_too(self) -> None:
        long = Trajectory("q1", messages=SEARCH * 20_000, answer="x")
        assert answer_json(long).endswith('"next": []}' + "]}" * 40_002 + "]}")

    @pytest.mark.realdata
    def test_upstreams_converted_answers_come_out_as_they_went_in(self, data: Path) -> None:
        task = BENCHMARK.tasks["stabletoolbench/G1_instruction"]
        problems = {p.id: p for p in task.load(Source(data), Setting())[0].problems}  # type: ignore[union-attr]
        folder = (
            data / "tooluse" / "stabletoolbench" / "data_example" / "model_predictions_converted"
        )
        for file in sorted(folder.glob("*/*.json")):
            stored = json.loads(file.read_text())
            for attempt in IMPORTER.convert(file, problems):
                assert isinstance(attempt, Trajectory)
                ours, theirs = json.loads(answer_json(attempt)), stored[attempt.problem]["answer"]
                assert _plain(ours) == _plain(theirs)


def _plain(answer: dict[str, Any]) -> list[Any]:
    """What a converted answer says, without its method and however its JSON is spaced."""

    def parsed(text: str) -> Any:
        return json.loads(text) if text else ""

    nodes, left = [answer["total_steps"], parsed(answer["final_answer"])], answer["answer_details"]
    while left:
        (node,) = left
        message = node["message"]
        if node["role"] == "tool":
            message = message | {"arguments": parsed(message["arguments"])}
        nodes.append((node["role"], message))
        left = node["next"]
    return nodes


class TestPreference:
    """The reference's answer is "another", the attempt's "it was {query}"."""

    def judge(
        self,
        root: Path,
        own: str,
        other: str,
        index: int = 0,
        *,
        reference: Trajectory | None = OTHER,
        swap: bool = True,
    ) -> tuple[ToolEvalPreference, Chat]:
        def says(asked: str) -> dict[str, Any]:
            if asked.startswith("SELECT"):
                return {"reason": "better", "index": index}
            return status(other if "another" in asked else own)

        chat = Chat(says)
        references = {"q1": reference} if reference else {}
        made = tooleval_preference(loaded(chat), mirror(root), references, "gpt_cot", swap=swap)
        return made, chat

    @pytest.mark.parametrize(
        ("own", "other", "label"),
        [
            ("Solved", "Unsolved", "win"),
            ("Solved", "Unsure", "win"),
            ("Unsolved", "Solved", "loss"),
            ("Unsure", "Solved", "loss"),
            ("Unsure", "Unsolved", "win"),
            ("Unsolved", "Unsure", "loss"),
        ],
    )
    @pytest.mark.parametrize("repeat", [0, 1])
    def test_the_only_one_that_solves_it_wins_in_either_order(
        self, tmp_path: Path, own: str, other: str, label: str, repeat: int
    ) -> None:
        judge, chat = self.judge(tmp_path, own, other)
        found = judgement(judge, repeat=repeat)
        assert (found.label, found.question) == (label, "against gpt_cot")
        assert (found.repeat, found.swapped) == (repeat, repeat == 1)
        assert "SELECT" not in chat.kinds

    @pytest.mark.parametrize("both", ["Solved", "Unsure", "Unsolved"])
    @pytest.mark.parametrize(
        ("repeat", "index", "label"), [(0, 0, "loss"), (0, 1, "win"), (1, 0, "win"), (1, 1, "loss")]
    )
    def test_else_the_better_is_asked_for_with_the_order_swapped_every_second_time(
        self, tmp_path: Path, both: str, repeat: int, index: int, label: str
    ) -> None:
        judge, chat = self.judge(tmp_path, both, both, index)
        assert judgement(judge, repeat=repeat).label == label
        first, second = (OTHER, ATTEMPT) if repeat == 0 else (ATTEMPT, OTHER)
        assert f"|| {answer_json(first)} || {answer_json(second)}" in chat.asked[-1]

    def test_upstreams_order_is_a_switch(self, tmp_path: Path) -> None:
        judge, chat = self.judge(tmp_path, "Solved", "Solved", swap=False)
        found = judgement(judge, repeat=1)
        assert (found.label, found.swapped) == ("loss", False)
        assert f"|| {answer_json(OTHER)} || {answer_json(ATTEMPT)}" in chat.asked[-1]
        assert judge.name != self.judge(tmp_path, "Solved", "Solved")[0].name

    def test_two_attempts_that_are_the_same_tie(self, tmp_path: Path) -> None:
        judge, chat = self.judge(tmp_path, "Solved", "Solved", reference=ATTEMPT)
        assert judgement(judge).label == "tie"
        assert "SELECT" not in chat.kinds

    @pytest.mark.parametrize("reference", [None, Trajectory("q1", end="missing")])
    def test_a_reference_that_never_answered_loses(
        self, tmp_path: Path, reference: Trajectory | None
    ) -> None:
        judge, chat = self.judge(tmp_path, "Unsolved", "Solved", reference=reference)
        assert judgement(judge).label == "win"
        assert chat.asked == []

    def test_a_judge_that_always_takes_the_first_gains_nothing_by_it(self, tmp_path: Path) -> None:
        judge, _ = self.judge(tmp_path, "Solved", "Solved", index=0)
        judged = judge_all({"q1": PROBLEM}, [ATTEMPT], judge, repeats=4)
        labels = [j.label for j in judged.trajectories[0].judgements]
        assert labels == ["loss", "win", "loss", "win"]


class TestAssaySolved:
    def test_everything_is_shown_at_once(self) -> None:
        chat = Chat(lambda _: {"reason": "so", "verdict": "Unsure"})
        judge = assay_solved(loaded(chat))
        assert judgement(judge) == Judgement(judge.name, "Unsure", "solved", reason="so")
        (asked,) = chat.asked
        for part in ("who {answer}?", "I look.", '"tool": "search"', "it was {query}", "é"):
            assert part in asked
        assert chat.manners == {(1000, 0.0)}

    def test_a_long_reply_is_cut_in_its_middle(self) -> None:
        chat = Chat(lambda _: {"verdict": "Solved"})
        reply = Message("tool", "begin" + "x" * 100_000 + "end", call_id="a")
        judgement(assay_solved(loaded(chat)), Trajectory("q1", messages=(reply,), answer="1"))
        (asked,) = chat.asked
        assert len(asked) < len(PROMPT) + 6_000
        assert "begin" in asked
        assert "end" in asked

    def test_without_an_answer_nobody_is_asked(self) -> None:
        chat = Chat(lambda _: "")
        found = judgement(assay_solved(loaded(chat)), Trajectory("q1", end="gave up"))
        assert (found.label, chat.asked) == ("Unsolved", [])
