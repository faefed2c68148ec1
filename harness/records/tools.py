"""Tool use: problems, what counts as right, and what an agent did about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.records.chat import Message, ToolCall, Usage

End = Literal["finished", "gave up", "stopped", "malformed", "error", "missing"]
"""How an attempt ended: with an answer; by giving up; at a limit of steps, cost or context; with
output that could not be read (counts as wrong); by a failure outside the model (no attempt at all:
retried on resume); or it was never made."""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as an agent is told of it.

    Attributes:
        name: unique among the tools of a problem.
        description: what it does.
        parameters: a JSON Schema of type "object" ("properties", "required"). Benchmarks that write
            types in another way ("dict", "float", "HashMap") keep theirs.
        returns: a JSON Schema of what it gives, where that is documented.
        group: the API or class that it belongs to.
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    returns: Mapping[str, Any] | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """A call that is right, by the values that each of its parameters may have.

    Attributes:
        name: the tool.
        arguments: parameter -> acceptable values. An empty text among them means that the parameter
            may be left out.
    """

    name: str
    arguments: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gold:
    """What is right about a problem. A benchmark fills in what it knows.

    Attributes:
        success: the measure that tells whether an attempt succeeded (of 1, or it did not).
        calls: the calls that are right; None where no calls are known.
        rules: the rules by which calls are matched, a name of `harness.measures.matching`.
        ordered: whether several calls must come in that order.
        wants_call: where it only counts whether there is a call at all, whether there should be.
        path: names of the tools used, in order, repeats kept.
        answers: final answers that are right, any of them.
        reference: a text that the final answer is compared with, as by ROUGE-L.
        turns: the calls as text, turn by turn, of a conversation in which the state counts.
        state: what the world should be like in the end; plain JSON, None where nothing is said.
        program: calls that lead to the right answer and state; a text "$2.items.0.id" stands for
            what an earlier call gave.
        details: what only the benchmark's own scoring reads; plain JSON.
    """

    success: str = ""
    calls: tuple[Expected, ...] | None = None
    rules: str = "json"
    ordered: bool = False
    wants_call: bool | None = None
    path: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    reference: str | None = None
    turns: tuple[tuple[str, ...], ...] = ()
    state: Any = None
    program: tuple[ToolCall, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a tool-use task hands out.

    Attributes:
        id: unique within its split.
        turns: what is said to the agent, turn by turn; the first may begin with a system message.
        tools: what it may call.
        gold: what is right.
        labels: by which results are broken down, such as {"plan length": "3"}.
    """

    id: str
    turns: tuple[tuple[Message, ...], ...]
    tools: tuple[ToolSpec, ...] = ()
    gold: Gold = Gold()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What the user says, all turns of it."""
        said = (m.content for turn in self.turns for m in turn if m.role == "user")
        return "\n".join(said)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge said of an attempt.

    Attributes:
        judge: who judged: model and template.
        label: what it said: "Solved", "Unsure", "Yes", "win", ...
        question: what it was asked: "solved", "process", "response", or "against NAME".
        repeat: which of several times it was asked, from 0.
        swapped: whether the two attempts that it compared stood in exchanged order.
        reason: in its words.
    """

    judge: str
    label: str
    question: str = "solved"
    repeat: int = 0
    swapped: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One attempt at a problem, from which every number is computed.

    Attributes:
        problem: the problem's id, preceded by its split where a task has several ("live/12").
        trial: which attempt at it, from 0.
        messages: what the agent said and called and what it was told in reply, in order; user
            messages begin a turn. What the problem says already may be left out.
        answer: its final answer; None where there is none.
        end: how it ended.
        detail: why it was malformed, stopped or failed.
        usage: tokens and money; None where nobody counted.
        seconds: how long it took, completions from a cache counted as long as they once took; None
            where nobody looked.
        reward: what the benchmark's own environment gave for it.
        state: what the world was like in the end, of what counts; plain JSON.
        offered: names of the tools that the agent was offered, in order; None where they were the
            problem's own.
        judgements: what judges said of it.
    """

    problem: str
    trial: int = 0
    messages: tuple[Message, ...] = ()
    answer: str | None = None
    end: End = "finished"
    detail: str = ""
    usage: Usage | None = None
    seconds: float | None = None
    reward: float | None = None
    state: Any = None
    offered: tuple[str, ...] | None = None
    judgements: tuple[Judgement, ...] = ()

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """Every call in order."""
        return tuple(call for message in self.messages for call in message.calls)
