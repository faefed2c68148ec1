"""Models that help to make data, asked several things at a time, each answer kept as it comes."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from harness import loop
from harness.contracts import ChatModel
from harness.errors import InfrastructureError, TooLong
from harness.records import Message
from harness.training.work import Work
from harness.workspace import working
from models.remote.client import sendable

PENDING = "pending.jsonl"
JOULES = 3.6e6
"""A kilowatt-hour."""
TOO_LONG = "too long"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered.

    Attributes:
        number: of the request, unique within a stage.
        text: that it said.
        input_tokens: that it read, as it says itself.
        output_tokens: that it wrote.
        finish: why it stopped: "stop", "length"; "too long" where the request was more than it
            reads, so that it was not answered.
    """

    number: int
    text: str
    input_tokens: int = 0
    output_tokens: int = 0
    finish: str = "stop"


@dataclass(frozen=True)
class Helper:
    """A model that helps.

    Attributes:
        role: "large" or "small": under which its tokens are booked.
        opened: gives the model; called once it is needed.
        temperature: of what it says.
        max_tokens: of an answer.
        at_once: requests that are out at a time.
        parameters: of the model; 0 where nobody says.
        flops_per_joule: of the hardware behind its endpoint; 0 where nobody says.
    """

    role: str
    opened: Callable[[], ChatModel]
    temperature: float
    max_tokens: int
    at_once: int
    parameters: float = 0.0
    flops_per_joule: float = 0.0

    @cached_property
    def model(self) -> ChatModel:
        """The model itself."""
        return self.opened()

    def release(self) -> None:
        """Lets go of the model, whose memory training needs."""
        self.__dict__.pop("model", None)
        gc.collect()

    @property
    def remote(self) -> bool:
        """Whether it is asked over the network, so that this machine's meter only sees it wait."""
        return _has_address(self.model)

    def kwh(self, tokens: float) -> float | None:
        """The energy of so many tokens, estimated; None where parameters or hardware are not given.

        2 floating-point operations a parameter and token, read or written, at the operations a
        joule that the hardware achieves.
        """
        if not (self.parameters and self.flops_per_joule):
            return None
        return 2 * self.parameters * tokens / self.flops_per_joule / JOULES


@dataclass(eq=False)
class Requests:
    """Requests to a helper at a stage's desk.

    What was answered is written down at once, so that a request whose answer came is not paid for
    twice, whatever happens to those beside it.
    """

    work: Work
    helper: Helper
    _landed: dict[int, Answer] = field(init=False)

    def __post_init__(self) -> None:
        self._landed = {row["number"]: Answer(**row) for row in self.work.rows(PENDING)}

    def answered(self, prompts: Mapping[int, Sequence[Message]]) -> list[Answer]:
        """Answers to numbered requests, in order.

        Raises:
            UserError: the model refuses to be asked.
            InfrastructureError: no answer is to be had; those that came are kept.
        """
        left = [number for number in prompts if number not in self._landed]
        model = self.helper.model  # opening it may take a while, and fail
        try:
            loop.run(loop.together(self._ask(model, number, prompts[number]) for number in left))
        except InfrastructureError as error:
            raise InfrastructureError(
                f"the {self.helper.role} model does not answer ({error}): what it has answered is "
                "kept, and the same command goes on"
            ) from error
        return [self._landed[number] for number in prompts]

    def settle(self) -> None:
        """Forgets the answers: they stand in the stage's own rows by now."""
        self._landed.clear()
        self.work.rows(PENDING).keep(lambda row: False)

    async def _ask(self, model: ChatModel, number: int, messages: Sequence[Message]) -> None:
        helper = self.helper
        try:
            # The same request is drawn anew for each number.
            with working(trial=number):
                said = await model.complete(
                    messages, max_tokens=helper.max_tokens, temperature=helper.temperature
                )
            text, usage = sendable(said.text), said.usage
            answer = Answer(number, text, usage.input_tokens, usage.output_tokens, said.finish)
        except TooLong:
            answer = Answer(number, "", finish=TOO_LONG)
        self._landed[number] = answer
        self.work.rows(PENDING).add(asdict(answer))
        self.work.spend(
            **{
                f"{helper.role}_calls": 1,
                f"{helper.role}_input_tokens": answer.input_tokens,
                f"{helper.role}_output_tokens": answer.output_tokens,
            }
        )


def booked(helper: Helper, answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a stage's answers took, for its summary and for `accounts`.

    Args:
        helper: who answered.
        answers: rows with "input_tokens", "output_tokens" and "finish".
    """
    read = sum(row["input_tokens"] for row in answers)
    written = sum(row["output_tokens"] for row in answers)
    silent = sum(
        not row["input_tokens"] + row["output_tokens"] and row["finish"] != TOO_LONG
        for row in answers
    )
    return {
        "model": helper.role,
        "calls": len(answers),
        "input_tokens": read,
        "output_tokens": written,
        "calls_whose_tokens_nobody_told": silent,
        "estimated_kwh": None if silent else helper.kwh(read + written),
        "over_the_network": helper.remote,
    }


def _has_address(model: object, depth: int = 3) -> bool:
    """Whether a model, or one within it, has the address of a server."""
    if hasattr(model, "base_url"):
        return True
    within = vars(model).values() if hasattr(model, "__dict__") and depth else ()
    return any(_has_address(part, depth - 1) for part in within if hasattr(part, "complete"))
