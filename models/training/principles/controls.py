"""The method and what it is compared with: each leaves a part out, and keeps the number of rows."""

from __future__ import annotations

from harness import spec
from harness.errors import UserError, unknown
from models.training.principles.levels import LEVELS

METHOD, SHUFFLED, DEMONSTRATIONS, PLAIN = "", "shuffled", "demonstrations", "plain"
LARGE, PROMPT, SEEDS = "large", "prompt", "seeds"
CONTROLS = (METHOD, SHUFFLED, DEMONSTRATIONS, PLAIN, LARGE, PROMPT, SEEDS)
GUIDED = (METHOD, SHUFFLED, PROMPT)
"""Those in which there are principles."""
SHOWN = (DEMONSTRATIONS, PLAIN, LARGE)
"""Those in which there is nothing but examples to go by."""


def require_levels(levels: tuple[str, ...]) -> None:
    """Raises `UserError` unless these are levels, each named once."""
    if isinstance(levels, str):
        raise UserError(f'levels={levels}: give a list, as in levels=["task"]')
    for level in levels:
        if level not in LEVELS:
            raise unknown("level", level, LEVELS, f"There is: {', '.join(LEVELS)}")
    if not levels or len(set(levels)) < len(levels):
        raise UserError("levels: name at least one, and each once")


def require_models(
    control: str, large: str, small: str, *, told: bool, demonstrations: int
) -> None:
    """Looks at what a control needs; opens no model.

    Args:
        control: one of `CONTROLS`.
        large: expression of the large model; "" for none.
        small: of the small one; "" for the base.
        told: whether principles are there already.
        demonstrations: examples that are shown.

    Raises:
        UserError: a model is missing or cannot be named so, or there is nothing to go by.
    """
    if not large and (control == LARGE or (control in GUIDED and not told)):
        other = "" if control == LARGE else ", or give a file of principles"
        raise UserError(
            f'large is empty: name the model to be asked, as in large=openai("NAME"){other}'
        )
    for expression in filter(None, (large, small)):
        spec.parse(expression)
    if control in SHOWN and not demonstrations:
        raise UserError(f'control="{control}" shows examples: set demonstrations=1 or more')
