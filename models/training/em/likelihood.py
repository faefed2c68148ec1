"""What an answer is to a model, and what it is worth: the two things by which samples weigh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isnan
from typing import Any

from harness.errors import TooLong
from harness.measures.attempt import Attempt
from harness.measures.notation import attempt_measures
from harness.records import Problem, Trajectory
from models.local.speaker import Conversation
from models.training.text.base import Base
from models.training.text.conversations import dialogue


@dataclass(frozen=True, slots=True)
class Ended:
    """A turn behind a prompt, for a model to tell how likely it is.

    Attributes:
        conversation: with the turn in tokens, the one that ends it included.
        tokens: of prompt and turn.
    """

    conversation: Conversation
    tokens: int


def ended(base: Base, prompt: Sequence[Mapping[str, Any]], said: str) -> Ended:
    """What an assistant would say behind a prompt.

    Args:
        base: the model's tokenizer and template.
        prompt: messages in OpenAI's form.
        said: by the assistant.

    Raises:
        TooLong: the model does not read that much.
        UserError: the template refuses the conversation.
    """
    completion = [{"role": "assistant", "content": said}]
    told = dialogue(1, {"prompt": list(prompt), "completion": completion})
    encoded = base.renderer.sequences(told.messages, told.tools, told.first)[-1]
    tokens = len(encoded.ids)
    if tokens > min(base.context or inf, base.tokenizer.model_max_length):
        raise TooLong(f"an answer and what is before it have {tokens:,} tokens")
    start, end = encoded.spans[-1]
    turn = Conversation(told.messages[:-1], encoded.ids[start:end], told.tools)
    return Ended(turn, tokens)


def worth(measure: str, problem: Problem, trial: int, answer: str | None) -> float:
    """What a measure says of an answer; 0 where it says nothing."""
    made = Trajectory(problem.id, trial, answer=answer)
    found = attempt_measures()[measure](Attempt(problem, made))
    return 0.0 if isnan(found) else found
