"""What a plug-in implements. Structural: nothing needs to be inherited.

A task hands out a `Material`; a model answers it. The engine asks for the contract that a flow
needs and adapts what it gets, so a plug-in implements one of these and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from harness.records import (
    Completion,
    Document,
    Judgement,
    Message,
    Observation,
    Problem,
    Qrels,
    Query,
    Setting,
    TaskCard,
    Text,
    ToolCall,
    ToolSpec,
    Trajectory,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.encoded import Encoded
    from harness.ranking import Ranking
    from harness.run import Run
    from harness.sources import Source
    from harness.training.work import Work


class Corpus(Protocol):
    """Documents by id. Never assumed to be in memory."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 over ids, titles and texts in order: equal fingerprints may share an index."""
        ...

    @property
    def empty(self) -> int:
        """Number of documents without text."""
        ...

    @property
    def ids(self) -> Sequence[str]:
        """Document ids in the corpus's own order."""
        ...

    def __len__(self) -> int: ...
    def __getitem__(self, id: str) -> Document:
        """The document of that id. Raises KeyError when there is none."""
        ...

    def __iter__(self) -> Iterator[Document]: ...
    def __contains__(self, id: object) -> bool: ...
    def blocks(self, n: int) -> Iterator[Sequence[Document]]:
        """The documents in order, at most `n` at a time."""
        ...


@dataclass(frozen=True, slots=True)
class Collection:
    """One split: its documents, its queries, and what is right.

    Attributes:
        split: name of the split, unique within the material.
        candidates: query id -> ids of the pool to rank; None ranks the whole corpus.
        excluded: query id -> ids that must not be returned for that query.
        weight: the split's weight in the task's mean; None means its number of queries.
        unasked: ids of queries that exist and are not asked, such as those without judgements. A
            run made elsewhere may answer them; they are left out.
        notes: what was mended while reading, and how often, such as {"repeated documents": 2}.
    """

    split: str
    corpus: Corpus
    queries: Sequence[Query]
    qrels: Qrels
    candidates: Mapping[str, Sequence[str]] | None = None
    excluded: Mapping[str, Sequence[str]] | None = None
    weight: float | None = None
    unasked: frozenset[str] = frozenset()
    notes: Mapping[str, int] = field(default_factory=dict)


Material: TypeAlias = tuple[Collection, ...]


@dataclass(frozen=True, slots=True)
class ProblemSet:
    """One split of a tool-use task.

    Attributes:
        split: name of the split, unique within the task.
        problems: what is asked, in order.
        weight: the split's weight in the task's mean; None means its number of problems.
        environment: the world in which the calls are carried out; None where there is none here.
        single: whether one turn of an agent is a whole attempt, so that it needs no world.
        notes: what was mended while reading, and how often, such as {"labels mended": 2}.
    """

    split: str
    problems: Sequence[Problem]
    weight: float | None = None
    environment: ToolEnvironment | None = None
    single: bool = False
    notes: Mapping[str, int] = field(default_factory=dict)


Problems: TypeAlias = tuple[ProblemSet, ...]


@runtime_checkable
class Task(Protocol):
    """A benchmark task: what is asked, what is right, which measures count."""

    @property
    def card(self) -> TaskCard:
        """What the task is called, and what a person should know of it."""
        ...

    @property
    def measures(self) -> Sequence[str]:
        """Measures reported by default, in the notation of `harness.measures`."""
        ...

    def load(self, source: Source, setting: Setting) -> Material | Problems:
        """Reads the task through `source`: collections for retrieval, else sets of problems.

        Raises:
            MissingData: the data is not to be had.
        """
        ...


class Index(Protocol):
    """An immutable index of one corpus."""

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Mapping[str, Sequence[str]] | None = None,
        without: Mapping[str, Sequence[str]] | None = None,
    ) -> Ranking | Run | Mapping[str, Mapping[str, float]]:
        """The best `k` documents of each query, scored higher is better.

        Args:
            queries: what is asked; a query's instruction is already in its text when the model
                declares a `join`, else it is in `instruction`.
            k: how many documents a query gets at most.
            within: query id -> the only ids that may be returned.
            without: query id -> ids that may not be returned.
        """
        ...


@runtime_checkable
class Retriever(Protocol):
    """Finds documents: a lexical model, a dense one, or a whole pipeline."""

    def index(self, corpus: Corpus) -> Index:
        """Builds the index of a corpus. Called once for each distinct corpus."""
        ...


@runtime_checkable
class Embedder(Protocol):
    """Maps texts to vectors; `harness.vectors` makes it a retriever and a reranker.

    Optional attributes:
        form: "single" (the default), "multi" (late interaction) or "sparse".
        similarity: "dot" (the default) or "cosine".
        encoder: everything that turns a rendered text into its vector, as plain JSON; with it
            comes a method `render(inputs, kind) -> list[str]`. Vectors are then cached by encoder
            and rendered text, so that what two prompts have in common is encoded once. Without
            it they are cached by the model's identity, kind, instruction and text.
    """

    def encode(self, inputs: Sequence[Text], *, kind: str) -> Encoded | NDArray[np.float32]:
        """Vectors of shape (len(inputs), d), float32. `kind` is "query" or "document"."""
        ...


@runtime_checkable
class Reranker(Protocol):
    """Reorders the candidates of a first stage."""

    def rerank(
        self, queries: Sequence[Query], candidates: Run, corpus: Corpus
    ) -> Ranking | Run | Mapping[str, Mapping[str, float]]:
        """New scores for the candidates of each query; a document left out is dropped."""
        ...


@runtime_checkable
class ChatModel(Protocol):
    """Continues a conversation."""

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        """The assistant's next turn.

        Args:
            messages: the conversation.
            tools: what it may call; a model is asked with tools only by agents that let it call
                them natively.
            max_tokens: that the answer may have; None leaves it to the model.
            temperature: 0 for the likeliest answer.

        Raises:
            TooLong: the conversation is longer than the model reads.
            InfrastructureError: no answer is to be had.
        """
        ...


@runtime_checkable
class Informed(Protocol):
    """A reference model that must see the judgements (the oracle). Marked as such in results."""

    def informed(self, qrels: Qrels) -> Retriever:
        """The same model, knowing what is right."""
        ...


class Session(Protocol):
    """One attempt's own copy of a world. Sessions share no state.

    Attributes:
        trial: which attempt at the problem, from 0.
        executes: whether calls are carried out. Where they are not, an attempt is over with the
            first turn in which it calls something.
    """

    trial: int
    executes: bool

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """What may be called now; it may change from turn to turn."""
        ...

    async def listen(self) -> Sequence[Message] | None:
        """What is said to the agent next; None when nobody has anything more to say."""
        ...

    async def call(self, call: ToolCall) -> Observation:
        """Carries out a call. A mistake of the agent is an `Observation` that failed.

        Raises:
            InfrastructureError: something outside the world failed.
        """
        ...

    @property
    def state(self) -> Any:
        """What the world is like, of what counts, as plain JSON; None where nothing does."""
        ...

    async def again(self) -> Session:
        """Another session at the same problem and trial, from the start; whoever asks closes it.

        Raises:
            UserError: there is but one, for what was done there cannot be undone.
            InfrastructureError: none is to be had.
        """
        ...

    async def close(self) -> None:
        """Ends the session. Where that was cut short it is called once more."""
        ...


@runtime_checkable
class ToolEnvironment(Protocol):
    """A world in which calls are carried out."""

    async def open(self, problem: Problem, trial: int = 0) -> Session:
        """A session for one attempt. Raises `InfrastructureError` when none is to be had."""
        ...


@runtime_checkable
class Agent(Protocol):
    """Solves problems by calling tools."""

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt. Raises `InfrastructureError` when what it needs is not to be had.

        Args:
            problem: what is asked, and the tools there are. What is right it holds only for agents
                with an attribute `sees_gold` that is true, as reference models have.
            session: the attempt's own copy of the world, where there is one.
        """
        ...


@runtime_checkable
class Judge(Protocol):
    """Says what it thinks of an attempt. What it says is stored; scoring reads it from there."""

    @property
    def name(self) -> str:
        """Who judges, by which template: part of every judgement."""
        ...

    async def judge(
        self, problem: Problem, trajectory: Trajectory, repeat: int = 0
    ) -> Judgement | tuple[Judgement, ...]:
        """One judgement, or one for each question that the judge answers at once.

        Raises:
            InfrastructureError: none is to be had.
        """
        ...


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A part of a file of predictions that cannot be used.

    Attributes:
        place: where it stands: "line 12", "item simple_3".
        reason: what is wrong with it.
    """

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Importer:
    """Converts outputs that were written elsewhere into trajectories.

    Attributes:
        name: of the format.
        reads: which files or folders, in one line.
        loses: what the format has, or a trajectory wants, that cannot be carried over; a sentence
            each.
        convert: from the path and the task's problems by key, one trajectory after the other, in
            bounded memory where the format allows it.
    """

    name: str
    reads: str
    loses: tuple[str, ...]
    convert: Callable[[Path, Mapping[str, Problem]], Iterator[Trajectory | Unreadable]]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a stage of training would do.

    Attributes:
        counts: how much of what: {"rows": 3000, "tokens": 1_200_000, "steps": 94}.
        hours: how long it would take; None where nobody can say.
        kwh: the energy of that; None where nobody can say.
        notes: what a person should know before, a sentence each.
    """

    counts: Mapping[str, float] = field(default_factory=dict)
    hours: float | None = None
    kwh: float | None = None
    notes: tuple[str, ...] = ()


class Stage(Protocol):
    """A part of training that is written down when it is over.

    One whose attribute `shared` is true is run by every process of a launcher of torch, with the
    same arguments; it writes in the first one alone (`harness.training.together`).
    """

    @property
    def name(self) -> str:
        """Of the stage, one word, unique within its producer."""
        ...

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """What it would do, found out without doing it and without writing anything.

        Args:
            before: what the stages before it would do, by name.

        Raises:
            UserError: it could not be done.
        """
        ...

    def run(self, work: Work) -> None:
        """Carries it out, or goes on where it was cut short: the outcome is the same.

        Raises:
            UserError: it cannot be done; what it has done so far is kept.
        """
        ...


@runtime_checkable
class Producer(Protocol):
    """Turns a base model and data into a checkpoint. Its parameters are its configuration.

    Optional attributes:
        version: of the method; another one starts anew.
        runtime: names of parameters that change nothing of the outcome, such as a device.
        taught: as whom the checkpoint has learned to speak, where it is not all that its kind can:
            by the suite that comes along, an expression in which "{}" stands for the checkpoint.
    """

    @property
    def adapter(self) -> str:
        """The expression that runs the checkpoint, in which "." is its folder."""
        ...

    @property
    def parent(self) -> Mapping[str, str]:
        """The model that training starts from: "name", "revision", "digest"; empty for none."""
        ...

    @property
    def inputs(self) -> Mapping[str, Path]:
        """The files that training reads, by what they are."""
        ...

    def stages(self) -> Sequence[Stage]:
        """What is done, in order. The last one leaves the checkpoint in its `work.out`."""
        ...
