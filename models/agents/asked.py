"""What agents ask."""

from __future__ import annotations

from harness.contracts import ChatModel
from harness.errors import UserError


def require_chat_model(agent: str, model: object) -> None:
    """Raises `UserError` where an agent was given something that is no chat model."""
    if not isinstance(model, ChatModel):
        raise UserError(
            f"{agent} wants a chat model, and {type(model).__name__} is none: "
            'give one such as openai("name")'
        )
