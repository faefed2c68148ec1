"""Smoke-tests a model on a tiny task, before it is let loose on a long run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import isclose
from typing import TypeAlias, cast

from harness.check_agent import TRIALS, Fault, Trial
from harness.contracts import Agent, ChatModel, Embedder, Index, Informed, Reranker, Retriever
from harness.corpus import ListCorpus
from harness.errors import UserError, whence
from harness.loading import LoadedModel, contracts_of, load_model
from harness.loading.factory import first_line
from harness.ranking import Ranking
from harness.records import Document, Query
from harness.registry import models
from harness.run import Run
from harness.stages import as_retriever, joined

Rankings: TypeAlias = Mapping[str, list[tuple[str, float]]]
Pools: TypeAlias = Mapping[str, Sequence[str]]

DOCUMENTS = (
    Document("d1", "The ferry to Moro leaves at nine in the morning.", "Ferry timetable"),
    Document("d2", "The bakery sells rye bread and almond cake.", "Bakery"),
    Document("d3", "A night train connects the harbour with the hills.", "Night train"),
    Document("d4", "Ferry tickets are sold at the harbour office.", "Tickets"),
    Document("d5", "Rain is expected in the hills on Sunday morning.", "Weather"),
    Document("d6", "The film about the baker won a prize.", "Film prize"),
    Document("d7", "Almonds grow in the southern valley.", "Almonds"),
    Document("d8", "The harbour office closes at noon on Sunday.", "Opening hours"),
)
IDS = frozenset(document.id for document in DOCUMENTS)
QUERIES = (
    Query("q1", "when does the ferry leave", "Find timetables, not places that sell tickets."),
    Query("q2", "almond cake", "Find shops."),
    Query("q3", "harbour on Sunday", "Find opening hours or the weather."),
)
QRELS = {"q1": {"d1": 2, "d4": 1}, "q2": {"d2": 1, "d7": 1}, "q3": {"d8": 2, "d5": 1}}
EMBEDDER_ADVICE = (
    'encode(texts, kind=...) is given texts with .text and .instruction and a kind, "query" or '
    '"document", and must return an array of shape (len(texts), dimension)'
)
RERANKER_ADVICE = (
    "rerank(queries, candidates, corpus) must return {query.id: {document id: score}}, a Run or a "
    "Ranking"
)
LONG = "harbour ferry almond " * 5_000
K = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried.

    Attributes:
        name: what a sound model does.
        passed: whether this one does.
        detail: what was seen and, where it failed, what to fix.
    """

    name: str
    passed: bool
    detail: str


def check_model(expression: object) -> list[Check]:
    """Smoke-tests a model on a task of eight documents and three queries, an agent on problems.

    A reranker is tried behind a random first stage, a chat model within the plain loop.

    Args:
        expression: an expression that names a model, or a model.

    Returns:
        The checks in order; they end early where nothing is left to check. No exception escapes:
        what a model raises is a failed check.
    """
    subject = _Subject(expression)
    checks: list[Check] = []
    for probe in PROBES:
        if probe.run is _has_a_contract and (agent := _as_agent(subject.loaded.model)) is not None:
            return [*checks, *map(partial(_tried, agent=agent), TRIALS)]
        checks.append(probe.made(subject))
        if probe.essential and not checks[-1].passed:
            break
    return checks


def _as_agent(model: object) -> Agent | None:
    """An agent that does not retrieve, or the plain loop around a chat model; None for all else."""
    if isinstance(model, Retriever | Embedder | Reranker):
        return None
    if isinstance(model, ChatModel) and not isinstance(model, Agent):
        return cast("Callable[..., Agent]", models.get("function-calling"))(model)
    return model if isinstance(model, Agent) else None


def _tried(trial: Trial, agent: Agent) -> Check:
    try:
        return Check(trial.name, True, trial.run(agent))
    except Fault as error:
        return Check(trial.name, False, f"{error}: {trial.fix}")
    except (Exception, SystemExit) as error:
        return Check(trial.name, False, f"{_raised(error)}: {trial.fix}")


def _raised(error: BaseException) -> str:
    what = ": ".join(filter(None, (type(error).__name__, first_line(str(error)))))
    return f"it raised {what}{whence(error)}"


class _Fault(Exception):
    """What is wrong, as one line."""


@dataclass
class _Subject:
    """A model under test, filled in as its checks go on."""

    expression: object
    loaded: LoadedModel = field(init=False)
    retriever: Retriever = field(init=False)
    index: Index = field(init=False)
    advice: str = field(init=False, default="")
    """What to fix where a model that is no retriever itself raises something."""

    def answer(
        self,
        queries: Sequence[Query] = QUERIES,
        k: int = K,
        index: Index | None = None,
        **pools: Pools,
    ) -> Ranking | Run | Mapping[str, Mapping[str, float]]:
        """What the model itself answers, asked as the engine asks."""
        return (index or self.index).search(joined(queries, self.loaded.model), k, **pools)

    def ask(
        self,
        queries: Sequence[Query] = QUERIES,
        k: int = K,
        index: Index | None = None,
        **pools: Pools,
    ) -> Rankings:
        """Documents and scores of every query, best first."""
        answer = self.answer(queries, k, index, **pools)
        answer = answer.run if isinstance(answer, Ranking) else answer
        run = answer if isinstance(answer, Run) else Run.from_scores(answer)
        return {query: run.ranked(query) for query in run.queries}


@dataclass(frozen=True)
class _Probe:
    """One check: what a sound model does, how that is tried, and what to fix where it fails."""

    name: str
    run: Callable[[_Subject], str]
    fix: str
    essential: bool = False

    def made(self, subject: _Subject) -> Check:
        try:
            return Check(self.name, True, self.run(subject))
        except UserError as error:
            return Check(self.name, False, str(error))
        except _Fault as error:
            return Check(self.name, False, f"{error}: {self.fix}")
        except (Exception, SystemExit) as error:
            fix = subject.advice if self.essential and subject.advice else self.fix
            return Check(self.name, False, f"{_raised(error)}: {fix}")


def _loads(subject: _Subject) -> str:
    subject.loaded = load_model(subject.expression)
    return subject.loaded.name


def _has_a_contract(subject: _Subject) -> str:
    model = subject.loaded.model
    contracts = contracts_of(model)
    told = model.informed(QRELS) if isinstance(model, Informed) else model
    if isinstance(told, Retriever | Embedder):
        subject.retriever = as_retriever(told)
        subject.advice = "" if isinstance(told, Retriever) else EMBEDDER_ADVICE
        return " and ".join(contracts)
    if isinstance(told, Reranker):
        subject.advice = RERANKER_ADVICE
        random = load_model("random").model
        pipeline = cast("Callable[..., Retriever]", models.get(">>"))
        subject.retriever = pipeline(random, told)
        return f"{' and '.join(contracts)}, tried behind a random first stage"
    raise _Fault(f"{type(model).__name__} is no retriever, embedder, reranker or agent")


def _builds_an_index(subject: _Subject) -> str:
    subject.index = subject.retriever.index(ListCorpus(DOCUMENTS))
    if not callable(getattr(subject.index, "search", None)):
        raise _Fault(f"index(corpus) gave {type(subject.index).__name__} without a search method")
    return f"{len(DOCUMENTS)} documents"


def _answers(subject: _Subject) -> str:
    answer = subject.answer()
    answer = answer.run if isinstance(answer, Ranking) else answer
    if not isinstance(answer, Mapping | Run):
        raise _Fault(f"search gave {type(answer).__name__}")
    found = set(answer.queries if isinstance(answer, Run) else answer)
    silent = [query.id for query in QUERIES if query.id not in found]
    if silent:
        raise _Fault(f"nothing about query '{silent[0]}'")
    return f"{len(QUERIES)} queries"


def _finite_scores(subject: _Subject) -> str:
    scores = [score for ranked in subject.ask().values() for _, score in ranked]
    return f"{min(scores):.4g} to {max(scores):.4g}" if scores else "no document was found"


def _at_most_k(subject: _Subject) -> str:
    most = max(map(len, subject.ask().values()), default=0)
    if most > K:
        raise _Fault(f"k={K}, and a query got {most} documents")
    return f"k={K}, at most {most} documents"


def _known_ids(subject: _Subject) -> str:
    found = subject.ask()
    _refuse_strangers({d for ranked in found.values() for d, _ in ranked}, IDS, "document")
    _refuse_strangers(set(found), {query.id for query in QUERIES}, "query")
    return "all from the corpus"


def _more_than_there_are(subject: _Subject) -> str:
    most = max(map(len, subject.ask(k=100).values()), default=0)
    return f"k=100 of {len(DOCUMENTS)} documents: {most}"


def _honours_within(subject: _Subject) -> str:
    if not _takes(subject.index, "within"):
        return "not taken: the engine filters"
    pools = {query.id: ["d2", "d5", "d8"] for query in QUERIES}
    for ranked in subject.ask(k=len(DOCUMENTS), within=pools).values():
        _refuse_strangers({d for d, _ in ranked}, {"d2", "d5", "d8"}, "document outside the pool")
    return "only documents of the pool"


def _honours_without(subject: _Subject) -> str:
    if not _takes(subject.index, "without"):
        return "not taken: the engine filters"
    best = {query: [ranked[0][0]] for query, ranked in subject.ask().items() if ranked}
    for query, ranked in subject.ask(k=len(DOCUMENTS), without=best).items():
        if best.get(query, [""])[0] in {document for document, _ in ranked}:
            raise _Fault(f"the excluded document '{best[query][0]}' came back")
    return "excluded documents stay away"


def _is_deterministic(subject: _Subject) -> str:
    first = subject.ask()
    again = subject.retriever.index(ListCorpus(DOCUMENTS))
    _refuse_difference(first, subject.ask(), "asked twice")
    _refuse_difference(first, subject.ask(index=again), "indexed twice")
    return "the same answers twice, and from a second index"


def _ignores_order(subject: _Subject) -> str:
    _refuse_difference(subject.ask(), subject.ask(QUERIES[::-1]), "asked in another order")
    return "the same answers in another order"


def _survives(text: str) -> Callable[[_Subject], str]:
    def probe(subject: _Subject) -> str:
        ranked = subject.ask([Query("q", text), *QUERIES]).get("q", [])
        return f"{len(ranked)} documents"

    return probe


def _survives_an_empty_document(subject: _Subject) -> str:
    corpus = ListCorpus([Document("empty", ""), *DOCUMENTS])
    subject.ask(index=subject.retriever.index(corpus))
    return "indexed and searched"


def _instructions(subject: _Subject) -> str:
    bare = [replace(query, instruction=None) for query in QUERIES]
    if _difference(subject.ask(), subject.ask(bare)) is None:
        return "ignores instructions"
    template = getattr(subject.loaded.model, "join", "")
    return "instructions change answers" + (f", joined as '{template}'" if template else "")


PROBES = (
    _Probe("loads", _loads, "fix what happens when it is made", essential=True),
    _Probe(
        "has a contract",
        _has_a_contract,
        "give it index(corpus), encode(texts, kind=...), rerank(queries, candidates, corpus) or "
        "solve(problem, session)",
        essential=True,
    ),
    _Probe(
        "builds an index",
        _builds_an_index,
        "index(corpus) must return an object with search(queries, k)",
        essential=True,
    ),
    _Probe(
        "answers every query",
        _answers,
        "search(queries, k) must return {query.id: {document id: score}}, a Run or a Ranking",
        essential=True,
    ),
    _Probe(
        "gives finite scores",
        _finite_scores,
        "every score must be a number, each document scored once",
        essential=True,
    ),
    _Probe("returns at most k", _at_most_k, "cut each ranking after k documents"),
    _Probe("returns known ids", _known_ids, "return the ids of the queries and the documents"),
    _Probe("k may exceed the corpus", _more_than_there_are, "take min(k, number of documents)"),
    _Probe("honours within", _honours_within, "return only ids in within[query.id]"),
    _Probe("honours without", _honours_without, "leave out the ids in without[query.id]"),
    _Probe(
        "is deterministic",
        _is_deterministic,
        "fix every seed, and break ties by something other than chance",
    ),
    _Probe(
        "query order does not matter",
        _ignores_order,
        "let no query see another, and key answers by query.id",
    ),
    _Probe("survives an empty query", _survives(""), "an empty query may find nothing"),
    _Probe("survives a long query", _survives(LONG), "cut off what is too long"),
    _Probe(
        "survives an empty document",
        _survives_an_empty_document,
        "an empty document is never found, or found last",
    ),
    _Probe("instructions", _instructions, "a query's instruction may be None or a text"),
)


def _takes(index: Index, name: str) -> bool:
    parameters = inspect.signature(index.search).parameters
    return name in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _refuse_strangers(found: set[str], known: Collection[str], kind: str) -> None:
    strangers = sorted(found.difference(known))
    if strangers:
        raise _Fault(f"{kind} '{strangers[0]}' came back")


def _refuse_difference(a: Rankings, b: Rankings, how: str) -> None:
    query = _difference(a, b)
    if query is not None:
        raise _Fault(f"{how}, query '{query}' got another answer")


def _difference(a: Rankings, b: Rankings) -> str | None:
    """The first query whose documents or scores differ; scores may differ by rounding."""
    for query in sorted({*a, *b}):
        one, other = a.get(query, []), b.get(query, [])
        if [document for document, _ in one] != [document for document, _ in other]:
            return query
        pairs = zip(one, other, strict=True)
        if not all(isclose(x, y, rel_tol=1e-4, abs_tol=1e-6) for (_, x), (_, y) in pairs):
            return query
    return None
