"""What an attempt took: steps, calls, tokens, money, time, and how sound its calls were.

An attempt that was never made, or that failed outside the model, took nothing that could be
compared: NaN, which leaves it out.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from itertools import count
from math import nan

from harness.measures.attempt import Amount, Attempt, Dollars, Effort, Flaw, Seconds
from harness.records import Usage

_PLAIN = str.maketrans(".", "_")
"""Interfaces of function calling forbid dots in names, so models write underscores."""


def steps(attempt: Attempt) -> Effort:
    """How many times the agent spoke or called: its assistant messages.

    Source: "steps" of DTA-Llama (arXiv 2501.12432; step_calculate.py: queries to the model).
    """
    if _unmade(attempt):
        return nan
    return float(sum(message.role == "assistant" for message in attempt.trajectory.messages))


def calls(attempt: Attempt) -> Effort:
    """How many calls were made, repeated and failed ones too.

    Source: the length of the path in RestGPT's ΔSolution Len (arXiv 2306.06624).
    """
    return nan if _unmade(attempt) else float(len(attempt.calls))


def parallelism(attempt: Attempt) -> Amount:
    """Calls for each step that calls anything; NaN where nothing is called.

    Printed by no paper under a title of its own; DTA-Llama (arXiv 2501.12432) is about raising it.
    """
    calling = sum(bool(message.calls) for message in attempt.trajectory.messages)
    return len(attempt.calls) / calling if calling and not _unmade(attempt) else nan


def input_tokens(attempt: Attempt) -> Effort:
    """Tokens that the model read, summed over its completions; NaN where nobody counted.

    A usage of neither input nor output tokens is one of a model that reports nothing.
    Source: "prompt_tokens" of DTA-Llama (time_token_cost.py), there rounded down in the mean.
    """
    usage = _counted(attempt)
    return float(usage.input_tokens) if usage else nan


def output_tokens(attempt: Attempt) -> Effort:
    """Tokens that the model wrote; NaN as `input_tokens`.

    Source: "completion_tokens" of DTA-Llama (time_token_cost.py), there rounded down in the mean.
    """
    usage = _counted(attempt)
    return float(usage.output_tokens) if usage else nan


def money(attempt: Attempt) -> Dollars:
    """US dollars; NaN where nobody reported any or a price is not known. Zero dollars report none.

    Source: per attempt, what BFCL's board sums over all of its entries as "Total Cost ($)".
    """
    usage = attempt.trajectory.usage
    return usage.money if usage and usage.money and not _unmade(attempt) else nan


def latency(attempt: Attempt) -> Seconds:
    """Seconds that the whole attempt took; NaN where nobody looked.

    Source: "cost_time" of DTA-Llama (time_token_cost.py). The "Latency Mean (s)" of BFCL's board is
    that of single steps.
    """
    seconds = attempt.trajectory.seconds
    return nan if seconds is None or _unmade(attempt) else seconds


def hallucinated_tools(attempt: Attempt) -> Flaw:
    """Share of the calls whose tool was not offered; less is better.

    NaN where nothing is called, or where the problem does not list its tools. Names must agree to
    the letter, so look-alikes count; a dot and an underscore are the same.
    """
    names = attempt.trajectory.offered
    if names is None:
        names = tuple(tool.name for tool in attempt.problem.tools)
    offered = {name.translate(_PLAIN) for name in names}
    if not offered or not attempt.calls or _unmade(attempt):
        return nan
    strange = sum(call.name.translate(_PLAIN) not in offered for call in attempt.calls)
    return strange / len(attempt.calls)


def executable_rate(attempt: Attempt) -> float:
    """Share of the answered calls that did not fail; NaN where nobody said of any.

    A reply is that to the latest call of its id, or to the earliest call without a reply where it
    names none: ids repeat in files that exist. Whether a call failed is what `Message.failed` says.
    Printed by no paper under this title; RestBench's and ToolBench's logs mark what failed.
    """
    said: list[bool] = []
    waiting: deque[int] = deque()
    by_id: defaultdict[str, deque[int]] = defaultdict(deque)
    answered: set[int] = set()
    number = count()
    for message in attempt.trajectory.messages:
        for call in message.calls:
            waiting.append(next(number))
            by_id[call.id].append(waiting[-1])
        if message.role == "tool":
            take = by_id[message.call_id].pop if message.call_id else waiting.popleft
            if _answers(take, answered) and message.failed is not None:
                said.append(message.failed)
    return said.count(False) / len(said) if said and not _unmade(attempt) else nan


def _answers(take: Callable[[], int], answered: set[int]) -> bool:
    """Takes calls until one has no reply yet, which has one then; False where there is none."""
    try:
        while (number := take()) in answered:
            pass
    except IndexError:
        return False
    answered.add(number)
    return True


def _unmade(attempt: Attempt) -> bool:
    return attempt.trajectory.end in ("missing", "error")


def _counted(attempt: Attempt) -> Usage | None:
    usage = attempt.trajectory.usage
    known = usage is not None and (usage.input_tokens or usage.output_tokens)
    return usage if known and not _unmade(attempt) else None
