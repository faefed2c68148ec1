"""Labels of problems of which the tools to use are known: how many calls, and whether time counts.

Whether the right answer changes with time is told by words alone, which is rough: a query that
says nothing of the kind may change as well, as one for the highest rating does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONG = 7
"""Plans of so many calls and more share a label; ToolFlow announces at least so many."""
_TIME = re.compile(
    r"\b(today|tonight|tomorrow|yesterday|now|current(ly)?|latest|newest|recent(ly)?|upcoming"
    r"|popular|trending|on the air|last (week|month|year)"
    r"|next (\d+|few|several|two|three|four|five|seven|ten) (minute|hour|day|week|month)s?)\b",
    re.IGNORECASE,
)


def plan_labels(text: str, path: Sequence[str]) -> dict[str, str]:
    """The labels "plan length" ("1" to "6", "7+") and "time-dependent" ("yes", "no").

    Args:
        text: the query.
        path: the tools to use, repeats kept.
    """
    length = f"{LONG}+" if len(path) >= LONG else str(len(path))
    return {
        "plan length": length,
        "time-dependent": "yes" if _TIME.search(text) else "no",
    }
