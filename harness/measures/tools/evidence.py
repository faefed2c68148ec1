"""Whether the searches of an attempt found what its question needs.

The evidence trail is what the calls of `search` gave. A cut-off k looks at the first k passages of
the whole trail, each passage once, or, with `of=search`, at the first k of every search. Measures
of passages say nothing (NaN) about a problem that knows no gold ones, and give 0 for an attempt
that was never made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from html import unescape
from math import nan
from typing import Literal

from harness.measures.attempt import Attempt, Effort
from harness.measures.qa import passages, trail
from harness.measures.qa.passages import Holding
from harness.measures.qa.trail import SEARCH, Of

Level = Literal["id", "title"]


def searches(attempt: Attempt) -> Effort:
    """How many times the agent searched, failed searches too; NaN where no attempt was made.

    Ours; search agents such as Search-R1 (arXiv 2503.09516) are limited in it.
    """
    if attempt.trajectory.end in ("missing", "error"):
        return nan
    return float(sum(call.name == SEARCH for call in attempt.calls))


def passage_recall(
    attempt: Attempt, k: int | None = None, *, of: Of = "trail", at: Level = "id"
) -> float:
    """Share of the gold passages among those found.

    Gold passages are `Gold.details["passages"]`; with `at=title` the titles of
    `Gold.details["supports"]` are looked for among the titles found, "&amp;" taken for "&", for
    HotpotQA escapes its titles. Recall@k of HippoRAG (arXiv 2405.14831), by title for HotpotQA and
    2Wiki in its first version.
    """
    return _compared(attempt, k, of, at, passages.recall)


def passage_all(
    attempt: Attempt, k: int | None = None, *, of: Of = "trail", at: Level = "id"
) -> float:
    """1 where all gold passages are among those found, else 0; as `passage_recall`.

    "All-Recall", AR@k, of HippoRAG (arXiv 2405.14831).
    """
    return _compared(attempt, k, of, at, passages.all_found)


def passage_any(
    attempt: Attempt, k: int | None = None, *, of: Of = "trail", at: Level = "id"
) -> float:
    """1 where any gold passage is among those found, else 0; as `passage_recall`.

    Hit@k, the success of `Success@k` for rankings.
    """
    return _compared(attempt, k, of, at, passages.any_found)


def has_answer(
    attempt: Attempt, k: int | None = None, *, of: Of = "trail", by: Holding = "squad"
) -> float:
    """1 where a passage found, its title included, holds an accepted answer, else 0.

    `by=squad` looks for the normalised answer, within words too: Recall@K of DRO (arXiv
    2505.03075), "retrieval_recall" of FlashRAG. `by=dpr` looks for its words in a row: top-k
    accuracy of DPR (arXiv 2004.04906), there without titles. NaN where there is no accepted answer.
    """
    accepted = attempt.problem.gold.answers
    if not accepted:
        return nan
    texts = [passage.full_text for passage in trail.found(attempt, k, of)]
    return passages.has_answer(texts, accepted, by)


def _compared(
    attempt: Attempt,
    k: int | None,
    of: Of,
    at: Level,
    compare: Callable[[Collection[str], Sequence[str]], float],
) -> float:
    details = attempt.problem.gold.details
    if at == "id":
        needed = {str(id) for id in details.get("passages") or ()}
    else:
        facts = details.get("supports") or ()
        needed = {unescape(str(fact[0])) for fact in facts if isinstance(fact, list | tuple)}
    if not needed:
        return nan
    told = [getattr(passage, at) for passage in trail.found(attempt, k, of)]
    return compare(needed, [unescape(name) for name in told] if at == "title" else told)
