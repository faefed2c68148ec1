"""Which licences allow texts of a task to be shown: one list for the checks and the board."""

from __future__ import annotations

import re

_ALLOWED = re.compile(
    r"CC0-1\.0|PDDL-1\.0|Unlicense|CC-PDDC|public domain"
    r"|CC-BY(?:-SA)?-[1-4]\.[05](?:-[A-Z]{2,3})?"
    r"|ODC-By(?:-1\.0)?|Apache-2\.0|MIT|BSD-[23]-Clause",
    re.IGNORECASE,
)
"""SPDX identifiers (https://spdx.org/licenses/) of licences that let anybody pass a text on with
its source named, and the words for what belongs to nobody. None that forbids commercial use (NC)
or changes (ND): an excerpt is a change."""


def shows_text(licence: str) -> bool:
    """Whether queries and documents of a task under this licence may stand on a page.

    Args:
        licence: as the task's card states it. What is empty, in other words, or several licences
            in one allows nothing: only ids and scores are shown then.
    """
    return _ALLOWED.fullmatch(licence.strip()) is not None
