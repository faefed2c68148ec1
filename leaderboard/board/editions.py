"""Which numbers are comparable: the edition of a number, as a short text that people read.

"" is the registry's current version of a task over the data as it was published. Anything else is
named by what differs, so that numbers with the same text are about the same thing:

- "version 1": a version of the task that has been superseded;
- "pool category", "view python", "compat x", "first 20 queries": settings that change what is
  ranked. Instructions do not, nor does how they are joined to the query: they are part of the
  system, and a row of its own. Neither does the depth k;
- "tools gold+5", "tools shuffled", "faults 0.1", "simulated by chat": settings that change what an
  agent meets. Who searches for it and how often it tries are part of the system;
- "judged by chat": whose word decides, where success is a judgement;
- "data at hand: 7,500 of 44,453 tools [3fa9c2]": data that differs from what was published, with
  the beginning of its hash;
- "other data [3fa9c2]": data of the published counts whose hash is not the usual one;
- "data not vouched for [3fa9c2]": data from a mirror, of which nobody has published a count or a
  commit that it could be compared with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from harness.asking import unjudged_version
from harness.records import Setting, TaskCard
from leaderboard.board.entries import Entry

Parts = tuple[str, ...]
_COUNT = re.compile(r"\S+ has ([\d,]+) ([a-z ]{1,40}), ([\d,]+) published")
_DEFAULT = Setting()
SETTINGS: Mapping[str, str] = {
    "pool": "pool {}",
    "view": "view {}",
    "compat": "compat {}",
    "tools": "tools {}",
    "tool_order": "tools {}",
    "faults": "faults {}",
    "simulator": "simulated by {}",
    "limit": "first {:,} queries",
}
"""Fields of a setting that make another edition, and what an edition is called by them. Who judged
is told by the task's version."""
_LONGEST = 80


def entry_edition(entry: Entry, card: TaskCard | None) -> Parts:
    """The parts of an entry's edition; () for the current, published one.

    Args:
        entry: the result.
        card: the registry's card of the task; None where no task of that name is registered, so
            that only its data says what the number is about.
    """
    parts: list[str] = []
    version = unjudged_version(entry.version)
    if card is not None and version != card.version:
        parts.append(f"version {version}")
    if version != entry.version:
        parts.append(entry.version.removeprefix(version).lstrip(", "))
    parts += setting_edition(entry.setting)
    if card is None or entry.drift:
        parts.append(f"data at hand{_differs(entry.drift)} [{entry.data_hash[:6]}]")
    elif not entry.vouched:
        parts.append(f"data not vouched for [{entry.data_hash[:6]}]")
    elif entry.partial and entry.setting.limit is None:
        parts.append(f"unfinished [{entry.data_hash[:6]}]")
    return tuple(parts)


class UsualData:
    """Which data the numbers of each task and edition are about.

    Published counts, or a commit on the hub, do not tell every byte: the usual data of an edition
    is that of most results that were computed again, of most results where none was, and of the
    first of them where that decides nothing.

    Args:
        entries: all results, the oldest first.
        cards: of the registered tasks, by name.
    """

    def __init__(self, entries: Iterable[Entry], cards: Mapping[str, TaskCard]) -> None:
        self._cards = cards
        counts = Counter((e.task, self._stated(e), e.data_hash, e.level) for e in entries)
        found: dict[tuple[str, Parts], dict[str, list[int]]] = {}
        for (task, parts, data_hash, level), n in counts.items():
            told = found.setdefault((task, parts), {}).setdefault(data_hash, [0, 0])
            told[0] += n * (level == "re-scored")
            told[1] += n
        self._usual = {key: max(hashes, key=hashes.__getitem__) for key, hashes in found.items()}

    def edition(self, entry: Entry) -> Parts:
        """The edition of one of the entries."""
        parts = self._stated(entry)
        if entry.data_hash == self._usual[entry.task, parts]:
            return parts
        return (*parts, f"other data [{entry.data_hash[:6]}]")

    def _stated(self, entry: Entry) -> Parts:
        return entry_edition(entry, self._cards.get(entry.task))


def setting_edition(setting: Setting) -> Iterable[str]:
    """What a setting changes about what is ranked."""
    for name, text in SETTINGS.items():
        value = getattr(setting, name)
        if value != getattr(_DEFAULT, name):
            yield text.format(" + ".join(value) if isinstance(value, tuple) else value)


def written(parts: Parts) -> str:
    """The edition as numbers carry it."""
    return "; ".join(parts)


def aggregate_edition(tasks: Mapping[str, Parts]) -> Parts:
    """The edition of a mean over tasks of these editions.

    What all of them share stays; how they differ beyond that becomes one part with a hash, which
    is equal only where every task is.
    """
    editions = list(tasks.values())
    shared = tuple(part for part in editions[0] if all(part in parts for parts in editions))
    own = [part for parts in editions for part in parts if part not in shared]
    odd = sum(parts != shared for parts in editions)
    if not odd:
        return shared
    digest = sha256(repr(sorted(tasks.items())).encode()).hexdigest()[:6]
    reasons = {re.sub(r" \[\w+\]$", "", part) for part in own}
    reason = reasons.pop() if len(reasons) == 1 else "other versions or data"
    return (*shared, f"{reason} in {odd} of {len(tasks)} tasks [{digest}]")


def _differs(drift: Sequence[str]) -> str:
    """The difference that says most, in few words."""
    if not drift:
        return ""
    found = [match for sentence in drift if (match := _COUNT.fullmatch(sentence))]
    if found:
        count, what, published = max(found, key=_gap).groups()
        first = f"{count} of {published} {what}"
    else:
        first = drift[0] if len(drift[0]) <= _LONGEST else f"{drift[0][: _LONGEST - 3]}..."
    more = f" and {len(drift) - 1} more" if len(drift) > 1 else ""
    return f": {first}{more}"


def _gap(match: re.Match[str]) -> float:
    """How far the counts are apart, as a factor."""
    count, published = (int(match[i].replace(",", "")) + 1 for i in (1, 3))
    return max(count, published) / min(count, published)
