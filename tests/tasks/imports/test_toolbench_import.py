from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.formats.trajectories import from_line, to_line
from harness.measures.agreement import cohen_kappa, fleiss_kappa, unanimity
from harness.measures.attempt import Attempt
from harness.measures.tools.judgements import SoPR, SoWR, deviation
from harness.records import Judgement, Message, Problem, Setting, ToolCall, ToolSpec, Trajectory
from harness.sources import Source
from tasks.imports.toolbench import IMPORTER
from tasks.stabletoolbench import BENCHMARK, StableToolBenchTask

TOOLS = (ToolSpec("sites_for_keywords"), ToolSpec("e" * 64))
PROBLEMS = {id: Problem(id, (), TOOLS) for id in ("1", "2")}
JUDGE = "tooleval, model not named"
ANSWER = '{"return_type": "give_answer", "final_answer": "42"}'
GIVE_UP = '{"return_type": "give_up_and_restart"}'
OK = '{"error": "", "response": "[1]"}'


def written(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def convert(path: Path) -> list[Trajectory | Unreadable]:
    return list(IMPORTER.convert(path, PROBLEMS))


def only(path: Path) -> Trajectory:
    (found,) = convert(path)
    assert isinstance(found, Trajectory)
    assert from_line(to_line(found)) == found
    return found


def call(name: str = "sites_for_keywords", arguments: Any = '{"q": "x"}', reply: Any = OK) -> Any:
    return {"name": name, "arguments": arguments, "response": reply}


def finish(arguments: Any = ANSWER) -> Any:
    return call("Finish", arguments, "")


def converted(*nodes: Any, **fields: Any) -> dict[str, Any]:
    """A converted answer; a text is a thought, everything else the message of a tool node."""
    chain: list[Any] = []
    for node in reversed(nodes):
        role = "assistant" if isinstance(node, str) else "tool"
        chain = [{"role": role, "message": node, "next": chain}]
    for role in ("user", "system"):
        chain = [{"role": role, "message": "", "next": chain}]
    answer = {"method": "CoT@1", "total_steps": 3, "final_answer": "", "answer_details": chain}
    return {"query": "who?", "available_tools": [], "answer": answer | fields}


def judged(steps: str, is_solved: Any) -> dict[str, Any]:
    return {"query": "who?", "tool_names": [], "answer_steps": steps, "is_solved": is_solved}


SEARCH = ToolCall("sites_for_keywords", {"q": "x"}, "call_0")
CHAIN = (
    Message("assistant", "I look.", (SEARCH,)),
    Message("tool", OK, call_id="call_0", failed=False),
    Message("assistant", "Found."),
)


class TestConverted:
    def test_thoughts_join_the_calls_behind_them_and_finish_is_the_end(
        self, tmp_path: Path
    ) -> None:
        path = written(tmp_path / "G.json", {"1": converted("I look.", call(), "Found.", finish())})
        assert only(path) == Trajectory("1", messages=CHAIN, answer="42")

    def test_whoever_gave_up_has_no_answer(self, tmp_path: Path) -> None:
        found = only(written(tmp_path / "G.json", {"1": converted(call(), finish(GIVE_UP))}))
        assert (found.end, found.answer) == ("gave up", None)

    def test_a_chain_without_finish_at_its_end_was_stopped(self, tmp_path: Path) -> None:
        # The first Finish was refused by the environment, and the model went on.
        nodes = (finish('{"2020"}'), call())
        found = only(written(tmp_path / "G.json", {"1": converted(*nodes, final_answer="42")}))
        assert (found.end, found.answer, found.detail) == ("stopped", None, "no Finish")
        assert found.messages[0] == Message("assistant", '{"2020"}', (SEARCH,))
        assert len(found.calls) == 1

    @pytest.mark.parametrize(
        ("arguments", "answer"),
        [
            ('{"return_type": "give_answer", "final_answer": ""}', ""),
            ('{"return_type": "give_answer"}', ""),
            ({"return_type": "give_answer", "final_answer": ["a"]}, '["a"]'),
            ('{"final_answer": "cut o', '{"final_answer": "cut o'),
        ],
    )
    def test_an_answer_is_kept_however_it_was_written(
        self, tmp_path: Path, arguments: Any, answer: str
    ) -> None:
        found = only(written(tmp_path / "G.json", {"1": converted(finish(arguments))}))
        assert (found.end, found.answer) == ("finished", answer)
        assert bool(found.detail) == (answer.startswith("{"))

    @pytest.mark.parametrize(
        ("reply", "failed"),
        [
            (OK, False),
            ('{"error": "No such function name: f", "response": ""}', True),
            ('{"error": "", "response": "cut of...', False),
            ('{"response": 1}', None),
            ("", None),
        ],
    )
    def test_the_reply_tells_whether_a_call_failed(
        self, tmp_path: Path, reply: str, failed: bool | None
    ) -> None:
        found = only(written(tmp_path / "G.json", {"1": converted(call(reply=reply), finish())}))
        assert found.messages[1].failed is failed

    def test_a_name_is_cut_only_where_that_makes_it_a_tool(self, tmp_path: Path) -> None:
        nodes = (call("long_" + "e" * 64), call("x" * 70), call("sites_for_keywords"))
        found = only(written(tmp_path / "G.json", {"1": converted(*nodes, finish())}))
        assert [c.name for c in found.calls] == ["e" * 64, "x" * 70, "sites_for_keywords"]

    def test_calls_of_one_parallel_step_stay_together(self, tmp_path: Path) -> None:
        node = call(["a", "b"], ['{"q": 1}', {"q": 2}], ["one", {"error": "two"}])
        found = only(written(tmp_path / "G.json", {"1": converted(node, call(), finish())}))
        assert found.messages[0].calls == (
            ToolCall("a", {"q": 1}, "call_0"),
            ToolCall("b", {"q": 2}, "call_1"),
        )
        assert found.messages[2] == Message(
            "tool", '{"error": "two"}', call_id="call_1", failed=True
        )
        assert found.messages[3].calls[0].id == "call_2"

    @pytest.mark.parametrize(
        "arguments",
        ["{q: 1}", "[1]", '{"q": NaN}', '{"q": ' + "[" * 500 + "]" * 500 + "}", 7, '"text"'],
    )
    def test_arguments_that_cannot_be_read_are_a_problem_of_the_call(
        self, tmp_path: Path, arguments: Any
    ) -> None:
        path = written(tmp_path / "G.json", {"1": converted(call(arguments=arguments), finish())})
        (made,) = only(path).calls
        assert made.arguments == {}
        assert made.problem.startswith("the arguments cannot be read: ")

    @pytest.mark.parametrize("arguments", ["", "{}", {}, None])
    def test_no_arguments_are_none(self, tmp_path: Path, arguments: Any) -> None:
        path = written(tmp_path / "G.json", {"1": converted(call(arguments=arguments), finish())})
        assert only(path).calls == (ToolCall("sites_for_keywords", {}, "call_0"),)

    def test_tool_nodes_of_the_first_version_are_texts_cut_off(self, tmp_path: Path) -> None:
        whole = str(call())
        nodes = [
            {"role": "tool", "message": m, "next": []} for m in (whole, whole[:60], str(finish()))
        ]
        nodes[0]["next"], nodes[1]["next"] = [nodes[1]], [nodes[2]]
        path = written(tmp_path / "G.json", {"1": converted(answer_details=[nodes[0]])})
        assert [(c.name, bool(c.problem)) for c in only(path).calls] == [
            ("sites_for_keywords", False),
            ("sites_for_keywords", True),
        ]

    def test_half_a_surrogate_pair_does_no_harm(self, tmp_path: Path) -> None:
        path = written(tmp_path / "G.json", {"1": converted("\ud800", call(reply="\ud800"))})
        assert only(path).messages[0].content == "?"

    @pytest.mark.parametrize(
        "answer",
        [
            {"answer_details": "none"},
            {"answer_details": [1]},
            {"answer_details": [{"role": "tool", "message": {"name": 1}, "next": []}]},
            {"answer_details": [{"role": "tool", "message": call(["a"], []), "next": []}]},
            {"answer_details": [{"role": "tool", "message": "__import__('os')", "next": []}]},
            {"answer_details": [{"role": "tool", "message": "-" * 99999 + "1", "next": []}]},
            {"answer_details": [{"role": "assistant", "message": ""}]},
            {},
        ],
    )
    def test_an_answer_of_another_form_is_told_and_the_rest_goes_on(
        self, tmp_path: Path, answer: Any
    ) -> None:
        path = written(tmp_path / "G.json", {"1": {"answer": answer}, "2": converted(finish())})
        bad, good = convert(path)
        assert isinstance(bad, Unreadable)
        assert bad.place == "G.json, query 1"
        assert isinstance(good, Trajectory)

    def test_a_folder_of_subsets_gives_what_the_task_asks(self, tmp_path: Path) -> None:
        written(tmp_path / "G1.json", {"1": converted(finish()), "99": converted(finish())})
        written(tmp_path / "G2.json.gz", {"2": converted(finish())})
        assert [found.problem for found in convert(tmp_path)] == ["1", "2"]  # type: ignore[union-attr]


class TestRaw:
    NODES = (
        ("Thought", "I look.", None),
        ("Action", "sites_for_keywords", None),
        ("Action Input", '{"q": "x"}', OK),
        ("Thought", "Found.", None),
        ("Action", "Finish", None),
        ("Action Input", ANSWER, '{"response":"successfully giving the final answer."}'),
    )

    def nodes(self) -> Iterator[dict[str, Any]]:
        for kind, said, observation in self.NODES:
            yield {"node_type": kind, "description": said, "observation": observation}

    def answer(self, valid: bool, conversation: Any = (), **fields: Any) -> dict[str, Any]:
        made = {"valid_data": valid, "final_answer": "", "train_messages": [[], list(conversation)]}
        return {"win": valid, "answer_generation": made} | fields

    def test_of_several_tries_without_an_answer_the_last_is_kept(self, tmp_path: Path) -> None:
        tries = [{"chain": []}, {"chain": list(self.nodes())[:3]}]
        found = only(written(tmp_path / "1_CoT@2.json", self.answer(False, trys=tries)))
        assert (found.end, found.messages) == ("stopped", CHAIN[:2])

    @pytest.mark.parametrize("new", [False, True])
    def test_of_a_search_the_path_that_it_answered_with_is_kept(
        self, tmp_path: Path, new: bool
    ) -> None:
        def turn(name: str, arguments: str, said: str) -> dict[str, Any]:
            function = {"name": name, "arguments": arguments}
            called = {"tool_calls": [{"id": f"t{name}", "function": function}]}
            return {"role": "assistant", "content": said} | (
                called if new else {"function_call": function}
            )

        reply = {"role": "tool", "tool_call_id": "tsites_for_keywords"} if new else {}
        conversation = [
            {"role": "system", "content": "You are"},
            {"role": "user", "content": "who?"},
            turn("sites_for_keywords", '{"q": "x"}', "I look."),
            {"role": "function", "name": "sites_for_keywords", "content": OK} | reply,
            {"role": "assistant", "content": "Found."},
            turn("Finish", ANSWER, ""),
        ]
        path = written(tmp_path / "1_DFS_woFilter_w2.json", self.answer(True, conversation))
        assert only(path) == Trajectory("1", messages=CHAIN, answer="42")

    def test_of_a_search_without_an_answer_all_branches_follow(self, tmp_path: Path) -> None:
        def branch(*nodes: Any) -> Any:
            first, *rest = nodes
            return first | {"children": [branch(*rest)] if rest else []}

        one, two = [*self.nodes()][:3], [*self.nodes()][1:3]
        tree = {"tree": {"tree": {"children": [branch(*one), branch(*two)]}}}
        found = only(written(tmp_path / "1_DFS_woFilter_w2.json", self.answer(False, **tree)))
        assert [message.role for message in found.messages] == ["assistant", "tool"] * 2
        assert found.end == "stopped"

    def test_a_folder_of_several_methods_wants_a_choice(self, tmp_path: Path) -> None:
        for name in ("1_CoT@1.json", "1_DFS_woFilter_w2.json", "2_CoT@1.json"):
            written(tmp_path / name, self.answer(False, trys=[{"chain": []}]))
        with pytest.raises(UserError, match=r"several methods: .*#CoT@1; there are CoT@1, DFS_wo"):
            convert(tmp_path)
        assert len(convert(Path(f"{tmp_path}#CoT@1"))) == 2
        with pytest.raises(UserError, match="no 'cot' among its methods"):
            convert(Path(f"{tmp_path}#cot"))

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"trys": [1]},
            {"trys": "none"},
            {"tree": {"tree": {"children": [{"node_type": "Action Input"}]}}},
            {"trys": [{"chain": [{"node_type": "Dream", "description": "x"}]}]},
        ],
    )
    def test_what_is_no_search_is_told(self, tmp_path: Path, fields: Any) -> None:
        (found,) = convert(written(tmp_path / "1_CoT@1.json", self.answer(False, **fields)))
        assert isinstance(found, Unreadable)


class TestJudged:
    STEPS = f"I look.\nStep 1: {call()}\nStep 2: {finish()}"
    SOLVED = ("Solved", "Unsure", "Unsolved")

    def test_pass_rates_have_the_steps_and_the_judgements(self, tmp_path: Path) -> None:
        statuses = {"2": "AnswerStatus.Unsolved", "1": "AnswerStatus.Unsure", "0": "Solved"}
        found = only(written(tmp_path / "G.json", {"1": judged(self.STEPS, statuses)}))
        assert (found.messages[0], found.answer) == (CHAIN[0], "42")
        assert found.judgements == tuple(
            Judgement(JUDGE, label, "solved", repeat) for repeat, label in enumerate(self.SOLVED)
        )

    def test_a_table_says_the_same(self, tmp_path: Path) -> None:
        path = tmp_path / "G_m.csv"
        with path.open("w", newline="") as file:
            table = csv.writer(file, delimiter="\t")
            table.writerow(["query", "model_intermediate_steps", "query_id", "is_solved"])
            statuses = {n: f"AnswerStatus.{label}" for n, label in enumerate(self.SOLVED)}
            table.writerow(["who?", self.STEPS + " " * 200_000, "1", str(statuses)])
        limit = csv.field_size_limit()
        found = only(path)
        assert csv.field_size_limit() == limit
        assert [j.label for j in found.judgements] == list(self.SOLVED)
        assert found.calls == (SEARCH,)

    @pytest.mark.parametrize(
        "statuses",
        [
            None,
            {},
            {"0": "Maybe"},
            {"first": "Solved"},
            {"0": 1},
            "{0: 'Solved'",
            {"1e3": "Solved"},
        ],
    )
    def test_labels_that_are_none_are_told(self, tmp_path: Path, statuses: Any) -> None:
        (found,) = convert(written(tmp_path / "G.json", {"1": judged(self.STEPS, statuses)}))
        assert isinstance(found, Unreadable)

    def test_votes_are_told_apart_by_what_they_were_for(self, tmp_path: Path) -> None:
        rows = {
            "1": {"ref": 1, "mine": 2, "round_0": "complete"},
            "2": {"ref": 0, "mine": "many", "round_0": "complete"},
        }
        found, bad = convert(written(tmp_path / "G_ref_mine.json", rows))
        assert isinstance(found, Trajectory)
        assert isinstance(bad, Unreadable)
        assert {j.question for j in found.judgements} == {"against ref"}
        assert sorted(j.label for j in found.judgements) == ["loss", "win", "win"]
        assert SoWR(Attempt(PROBLEMS["1"], found)) == 1.0

    @pytest.mark.parametrize(("label", "outcome"), [("1", "loss"), ("2", "win"), ("3", "tie")])
    def test_a_preference_table_has_outcomes(
        self, tmp_path: Path, label: str, outcome: str
    ) -> None:
        rows = f"query\tpreference_label\tquery_id\tref_model\nwho?\t{label}\t1\tref\n"
        found = only(written(tmp_path / "G.csv", rows))
        assert found.judgements == (Judgement(JUDGE, outcome, "against ref"),)


class TestLabels:
    HEAD = "method,subset,query_id,run0,run1,has_finish_as_last_step\n"

    def test_one_method_of_several_is_chosen_behind_the_path(self, tmp_path: Path) -> None:
        rows = "a_cot,G1,1,Solved,Unsure,1\nb_dfs,G1,1,Unsolved,Unsolved,0\na_cot,G1,99,,,1\n"
        path = written(tmp_path / "labels.csv", self.HEAD + rows)
        with pytest.raises(
            UserError, match=r"several methods: .*labels.csv#a_cot; .* a_cot, b_dfs"
        ):
            convert(path)
        assert only(Path(f"{path}#a_cot")) == Trajectory(
            "1",
            judgements=(
                Judgement(JUDGE, "Solved", "solved", 0),
                Judgement(JUDGE, "Unsure", "solved", 1),
            ),
        )
        assert only(Path(f"{path}#b_dfs")).end == "stopped"
        with pytest.raises(UserError, match="no 'c' among"):
            convert(Path(f"{path}#c"))

    def test_a_table_of_one_method_needs_no_choice(self, tmp_path: Path) -> None:
        path = written(tmp_path / "labels.csv", "query_id,run0\n1,Solved\n2,solved\n")
        found, bad = convert(path)
        assert isinstance(found, Trajectory)
        assert bad == Unreadable(
            "labels.csv, line 3", "repeat 0 says neither Solved nor Unsure nor Unsolved"
        )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.json", "{", "is no JSON"),
        ("a.json", "[" * 100_000, "nested too deep"),
        ("a.json", "[1]", "no object of answers"),
        ("a.json", "{}", "it is empty"),
        ("a.json", '{"1": 2}', "no answer, no pass-rate"),
        ("a.csv", "a,b\n1,2\n", "no answer, no pass-rate"),
        ("b.json", json.dumps({"99": converted(finish())}), "none of its answers is to a query"),
    ],
)
def test_what_is_none_of_the_formats_is_refused_in_one_line(
    tmp_path: Path, name: str, content: str, reason: str
) -> None:
    with pytest.raises(UserError, match=reason) as error:
        convert(written(tmp_path / name, content))
    assert "\n" not in str(error.value)


def test_a_path_that_holds_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "method").mkdir()
    with pytest.raises(UserError, match="there is no"):
        convert(tmp_path / "nothing.json")
    with pytest.raises(UserError, match="inside: method"):
        convert(tmp_path)
    (tmp_path / "a.json.gz").write_bytes(b"not packed")
    with pytest.raises(UserError, match="no gzip file"):
        convert(tmp_path / "a.json.gz")


def test_a_subfolder_is_chosen_like_a_method(tmp_path: Path) -> None:
    written(tmp_path / "my_cot" / "G.json", {"1": converted(finish())})
    assert only(Path(f"{tmp_path}#my_cot")).answer == "42"


METHODS = (
    "steptool_cot",
    "toolllama_sft_dfs",
    "baseline-archer_cot",
    "baseline-eto_dfs",
    "baseline-ppo_cot",
    "baseline-rft_dfs",
)
STEPTOOL = ("62.8±0.1", "58.8±0.9", "61.6±1.2", "56.9±2.2", "56.3±2.3", "42.6±0.7")
"""I1 instruction, category and tool, I2 category and instruction, I3 (github.com/yuyq18/StepTool,
data_eval/pass_rate_results at 121a6ac)."""
SUBSETS = [task for task in BENCHMARK.tasks.values() if isinstance(task, StableToolBenchTask)]
WORTH = {"Solved": 1.0, "Unsure": 0.5, "Unsolved": 0.0}


def imported(data: Path, path: str, task: StableToolBenchTask) -> list[Attempt]:
    (part,) = task.load(Source(data), Setting())
    problems = {problem.id: problem for problem in part.problems}
    found = list(IMPORTER.convert(data / "tooluse" / path, problems))
    assert [each for each in found if isinstance(each, Unreadable)] == []
    return [Attempt(problems[t.problem], t) for t in found if isinstance(t, Trajectory)]


def printed(attempts: list[Attempt]) -> str:
    mean = sum(map(SoPR, attempts)) / len(attempts)
    return f"{100 * mean:.1f}±{100 * deviation([SoPR.repeats(a) for a in attempts]):.1f}"  # type: ignore[attr-defined]


@pytest.fixture
def table(data: Path) -> list[dict[str, str]]:
    path = data / "tooluse" / "stabletoolbench_judged" / "labels.csv"
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.realdata
def test_solvable_pass_rates_are_the_published_ones(data: Path) -> None:
    path = "stabletoolbench_judged/labels.csv#steptool_cot"
    assert tuple(printed(imported(data, path, task)) for task in SUBSETS) == STEPTOOL


@pytest.mark.realdata
@pytest.mark.parametrize("method", METHODS)
def test_solvable_pass_rates_are_those_of_an_independent_calculation(
    data: Path, table: list[dict[str, str]], method: str
) -> None:
    for task in SUBSETS:
        rows = [r for r in table if (r["method"], r["subset"]) == (method, task.subset)]
        runs = np.array([[WORTH[row[f"run{n}"]] for row in rows] for n in range(3)]).mean(axis=1)
        attempts = imported(data, f"stabletoolbench_judged/labels.csv#{method}", task)
        assert len(attempts) == len(rows) == task.card.statistics["problems"]
        assert sum(map(SoPR, attempts)) / len(attempts) == pytest.approx(runs.mean())
        repeats = [SoPR.repeats(attempt) for attempt in attempts]  # type: ignore[attr-defined]
        assert deviation(repeats) == pytest.approx(np.std(runs))


@pytest.mark.realdata
def test_the_judges_agreement_is_that_of_an_independent_calculation(
    data: Path, table: list[dict[str, str]]
) -> None:
    items = [
        [judgement.label for judgement in attempt.trajectory.judgements]
        for method in METHODS
        for task in SUBSETS
        for attempt in imported(data, f"stabletoolbench_judged/labels.csv#{method}", task)
    ]
    labels = [[row[f"run{n}"] for n in range(3)] for row in table]
    assert len(items) == len(labels) == 4590
    # 84.4 % of the 9,026 items of the whole dump; these are 4,590 of them.
    alike = sum(a == b == c for a, b, c in labels)
    assert unanimity(items) == alike / 4590
    assert unanimity(items) == pytest.approx(0.844, abs=0.005)
    # Fleiss by pairs: disagreement observed within items over that expected between any ratings.
    flat = [label for row in labels for label in row]
    observed = np.mean([a != b for row in labels for a, b in combinations(row, 2)])
    shares = np.array([flat.count(label) for label in WORTH]) / len(flat)
    assert fleiss_kappa(items) == pytest.approx(1 - observed / (1 - (shares**2).sum()))


@pytest.mark.realdata
def test_the_agreement_of_two_runs_is_that_of_scikit_learn(table: list[dict[str, str]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    first, second = ([row[run] for row in table] for run in ("run0", "run1"))
    assert cohen_kappa(first, second) == pytest.approx(metrics.cohen_kappa_score(first, second))


@pytest.mark.realdata
@pytest.mark.parametrize("method", ["steptool_cot", "toolllama_sft_dfs", "baseline-eto_dfs"])
def test_judged_answers_say_what_the_table_says(data: Path, method: str) -> None:
    for task in SUBSETS:
        path = f"stabletoolbench_judged/judged/{method}/{task.subset}.json.gz"
        full = {a.trajectory.problem: a.trajectory for a in imported(data, path, task)}
        for attempt in imported(data, f"stabletoolbench_judged/labels.csv#{method}", task):
            other = full.pop(attempt.trajectory.problem)
            assert other.judgements == attempt.trajectory.judgements
            assert (other.end == "stopped") == (attempt.trajectory.end == "stopped")
            assert from_line(to_line(other)) == other
            if other.end != "finished":  # which is why a judge need not be asked
                assert {judgement.label for judgement in other.judgements} == {"Unsolved"}
        assert full == {}


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("method", "rate"), [("virtual_chatgpt_cot", "66.7±0.0"), ("virtual_chatgpt_dfs", "100.0±0.0")]
)
def test_upstreams_example_has_upstreams_rates(data: Path, method: str, rate: str) -> None:
    folder = f"stabletoolbench/data_example/pass_rate_results/{method}"
    assert printed(imported(data, folder, SUBSETS[0])) == rate
    table = imported(data, f"{folder}/G1_instruction_{method}.csv", SUBSETS[0])
    assert {a.trajectory.problem: a.trajectory for a in table} == {
        a.trajectory.problem: a.trajectory for a in imported(data, folder, SUBSETS[0])
    }


@pytest.mark.realdata
def test_upstreams_example_is_the_same_raw_converted_and_judged(data: Path) -> None:
    example = "stabletoolbench/data_example"
    for method in ("virtual_chatgpt_cot", "virtual_chatgpt_dfs"):
        raw, converted, judged = (
            {a.trajectory.problem: a.trajectory for a in imported(data, path, SUBSETS[0])}
            for path in (
                f"{example}/answer/{method}/G1_instruction",
                f"{example}/model_predictions_converted/{method}",
                f"{example}/pass_rate_results/{method}",
            )
        )
        assert raw.keys() == converted.keys() == judged.keys()
        for id, found in raw.items():
            # Upstream's converter drops what a model says beside a call; what it called is left.
            for other in (converted[id], judged[id]):
                assert (other.calls, other.end, other.answer) == (
                    found.calls,
                    found.end,
                    found.answer,
                )
            replies = [m for m in found.messages if m.role == "tool"]
            assert [m for m in converted[id].messages if m.role == "tool"] == replies


@pytest.mark.realdata
def test_upstreams_example_wins_every_comparison(data: Path) -> None:
    folder = "stabletoolbench/data_example/preference_results"
    attempts = imported(data, folder, SUBSETS[0])
    assert [SoWR(attempt) for attempt in attempts] == [1.0, 1.0, 1.0]


@pytest.mark.realdata
def test_raw_answers_and_the_first_version_of_toolbench_can_be_read(data: Path) -> None:
    sample = data / "tooluse" / "toolbench_sample"
    for folder in sorted((sample / "answer").iterdir()):
        answers = {f.name.partition("_")[0]: json.loads(f.read_text()) for f in folder.iterdir()}
        found = list(IMPORTER.convert(folder, {id: Problem(id, ()) for id in answers}))
        assert len(found) == 5
        for made in found:
            assert isinstance(made, Trajectory)
            assert made.calls
            answer = answers[made.problem]
            assert (made.end == "finished") == answer["win"]
            assert (made.end == "stopped") == (not answer["answer_generation"]["valid_data"])
    for file in sorted(sample.glob("tooleval_results/default_evalset/gpt-3.5-turbo_CoT/*.json")):
        ids = list(json.loads(file.read_text()))
        found = list(IMPORTER.convert(file, {id: Problem(id, ()) for id in ids}))
        assert len(found) == 100
        assert all(isinstance(t, Trajectory) for t in found)
