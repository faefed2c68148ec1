"""The model that is trained, as it is before: what it says, and what it might have said."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.errors import TooLong
from harness.formats.toolcalls import CallFormat
from harness.formats.toolcalls.form import without_thoughts
from harness.names import Names
from harness.play.draws import fraction
from harness.records import Completion
from models.chat.reading import with_calls
from models.chat.wire import calls_so_far
from models.local.decoding import Continuation, Row
from models.local.engine import Engine
from models.local.formats import format_of
from models.local.prompts import Prompts
from models.training.preferences.branching import alternatives, likeliest, places
from models.training.preferences.steps import Step, placed
from models.training.text.settings import TextTraining


@dataclass(frozen=True, slots=True)
class Branching:
    """How other turns are drawn beside the one that a policy says.

    Attributes:
        delta: a position branches where the likeliest token leads the next by less.
        branches: positions at most, of one turn.
        top_k: the likeliest tokens at a position, of which each but the one that was taken is
            forced.
        least: probability below which none is.
        temperature: of what is decoded; 0 for the likeliest tokens.
        max_tokens: of a turn.
    """

    delta: float
    branches: int
    top_k: int
    least: float
    temperature: float
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of an assistant in tokens.

    Attributes:
        ids: what was said, the token that ends the turn included.
        forced: position of the token that was forced; None where none was.
        ended: whether it came to its end.
    """

    ids: tuple[int, ...]
    forced: int | None = None
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a policy says at a step.

    Attributes:
        prompt: in token ids; empty where it leaves no room for a turn.
        turns: what it says, then what follows from each token that was forced.
    """

    prompt: tuple[int, ...] = ()
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, eq=False)
class Policy:
    """A model that calls tools.

    Attributes:
        engine: runs it.
        prompts: its chat template.
        form: the format in which it writes calls.
        longest: tokens that a prompt and its turn may have together.
        seed: of what is drawn by chance.
    """

    engine: Engine
    prompts: Prompts
    form: CallFormat
    longest: int
    seed: int = 0

    @classmethod
    def load(cls, settings: TextTraining, calls: str, at_once: int) -> Policy:
        """The base of a training.

        Args:
            settings: of the training.
            calls: the format in which it writes calls, or "auto".
            at_once: turns that are decoded together at most.

        Raises:
            UserError: it is not to be had, or how it writes calls does not show.
        """
        engine = Engine.load(
            settings.place,
            dtype=settings.dtype,
            device=settings.device,
            code=settings.trust_remote_code,
            batch_size=at_once,
        )
        prompts, form = spoken(engine.tokenizer, settings, calls)
        return cls(engine, prompts, form, settings.max_length, settings.seed)

    def decoded(self, steps: Sequence[Step], how: Branching) -> list[Decoded]:
        """What is said at each step, and what might have been. Branches are decoded together."""
        prompts = [self._prompt(step) for step in steps]
        limits = [self._limit(prompt, how) for prompt in prompts]
        rows = {
            at: Row(prompts[at], limits[at], how.temperature, seed=self._seed(step))
            for at, step in enumerate(steps)
            if limits[at] > 0
        }
        first = dict(zip(rows, self._continued(list(rows.values())), strict=True))
        by_step = {at: Decoded(prompts[at], (turn,)) for at, turn in first.items()}
        forced = list(self._forced(steps, by_step, limits, how))
        going = {n: each.row for n, each in enumerate(forced) if each.row.limit > 0}
        rest = dict(zip(going, self._continued(list(going.values())), strict=True))
        for number, each in enumerate(forced):
            after = rest.get(number, Turn((), ended=each.over))
            turn = Turn((*each.ids, *after.ids), len(each.ids) - 1, after.ended)
            by_step[each.at] = replace(by_step[each.at], turns=(*by_step[each.at].turns, turn))
        return [by_step.get(at, Decoded()) for at in range(len(steps))]

    def _forced(
        self,
        steps: Sequence[Step],
        said: Mapping[int, Decoded],
        limits: Sequence[int],
        how: Branching,
    ) -> Iterator[_Forced]:
        """The beginnings of turns in which another token stands where it might have."""
        turns = [(each.prompt, each.turns[0].ids) for each in said.values()]
        tops = likeliest(self.engine, turns, max(how.top_k, 2)) if turns else []
        for (at, (prompt, ids)), top in zip(zip(said, turns, strict=True), tops, strict=True):
            begin = self.begin(said[at].turns[0])
            for place in places(top[1], begin, how.delta, how.branches):
                for token in alternatives(top, ids, place, how.least):
                    taken, over = (*ids[:place], token), token in self.engine.ends
                    limit = 0 if over else limits[at] - len(taken)
                    seed = self._seed(steps[at], place, token)
                    row = Row((*prompt, *taken), limit, how.temperature, seed=seed)
                    yield _Forced(at, taken, over, row)

    def read(self, turn: Turn, step: Step) -> Completion:
        """What a turn says and calls."""
        written, text = self._written(turn)
        names = Names(tool.name for tool in step.tools)
        before = calls_so_far(step.before)
        said = Completion(without_thoughts(text))
        return with_calls(said, written, self.form, names, step.tools, before)

    def begin(self, turn: Turn) -> int:
        """The token with which a turn's calls begin: behind thoughts, and what is said before.

        Of a turn that calls nothing that can be read it is the first one behind thoughts; where
        there is nothing behind them, it is the token that ends the turn. Blanks belong to thoughts.
        """
        written, _ = self._written(turn)
        seen = without_thoughts(written).strip()
        parsed = self.form.read(seen)
        start = written.rfind(seen)
        if parsed.calls and not any(call.problem for call in parsed.calls):
            start += _alike(seen, parsed.text)

        def length(number: int) -> int:
            return len(self.engine.written(turn.ids[: number + 1], special=True))

        return bisect_right(range(len(turn.ids)), start, key=length) if start else 0

    def _written(self, turn: Turn) -> tuple[str, str]:
        """The text with special tokens, and without; that which ends the turn in neither."""
        said = turn.ids[:-1] if turn.ended else turn.ids
        return self.engine.written(said, special=True), self.engine.written(said, special=False)

    def _prompt(self, step: Step) -> tuple[int, ...]:
        names = Names(tool.name for tool in step.tools)
        with placed(step):
            return tuple(self.prompts.tokens(step.before, step.tools, names))

    def _limit(self, prompt: Sequence[int], how: Branching) -> int:
        """Tokens that may follow a prompt; 0 or less where none may."""
        try:
            room = self.engine.room(prompt)
        except TooLong:
            return 0
        return min(how.max_tokens, room, self.longest - len(prompt))

    def _continued(self, rows: Sequence[Row]) -> list[Turn]:
        """What follows each prompt. Raises what keeps one from being continued."""
        found = []
        for each in self.engine.continued(rows) if rows else ():
            if isinstance(each, BaseException):
                raise each
            found.append(_turn(each))
        return found

    def _seed(self, step: Step, *branch: int) -> int:
        return int(fraction(self.seed, step.line, step.number, *branch) * (1 << 53))


def spoken(tokenizer: Any, settings: TextTraining, calls: str) -> tuple[Prompts, CallFormat]:
    """How a base is asked with tools, and how it writes calls.

    Args:
        tokenizer: its own.
        settings: of the training.
        calls: the format, or "auto" to tell by the template.

    Raises:
        UserError: its template has no place for tools, or the format does not show there.
    """
    prompts = Prompts(tokenizer, settings.place.name, settings.template_text)
    prompts.require_tools()
    return prompts, format_of(prompts.source(tools=True), calls, settings.place.name)


@dataclass(frozen=True, eq=False, slots=True)
class _Forced:
    """The beginning of a turn: of which step, its tokens, whether they end it, what is asked."""

    at: int
    ids: tuple[int, ...]
    over: bool
    row: Row


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _turn(continuation: Continuation) -> Turn:
    return Turn(tuple(continuation.tokens.tolist()), ended=continuation.ended)
