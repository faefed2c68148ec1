"""Which submissions and printed rows are one system."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leaderboard.board.naming import Ids, slug
from leaderboard.board.recorded import Submission
from leaderboard.lineage import bare
from leaderboard.printed.records import PrintedTable, SystemFacts

_HUB = "https://huggingface.co/"


@dataclass
class Identity:
    """A system: all that is known under one name.

    Attributes:
        id: of its page.
        facts: of a system that printed tables know.
        submissions: the checked ones, then the others; each oldest first.
        aside: names of submissions of which no number counts any more.
    """

    id: str
    facts: SystemFacts | None = None
    submissions: list[Submission] = field(default_factory=list)
    aside: set[str] = field(default_factory=set)

    @property
    def newest(self) -> Submission | None:
        """The submission whose card stands for the system.

        A checked one if there is one, and of these one of which a number counts.
        """
        found = [s for s in self.submissions if s.checked] or self.submissions
        found = [s for s in found if s.name not in self.aside] or found
        return found[-1] if found else None

    @property
    def name(self) -> str:
        """As pages show it."""
        if self.facts is not None:
            return self.facts.name
        return self.id if self.newest is None else self.newest.card.name

    @property
    def kind(self) -> str:
        """As the facet names it."""
        if self.newest is not None:
            return self.newest.card.kind
        return self.facts.kind if self.facts is not None else "other"


class Systems:
    """Every system, found by the printed name or by the submission.

    Submissions of one fingerprint are one system. One that runs an expression which
    `leaderboard.printed.systems` lists for a printed system, or its weights from the hub, is that
    system as well. What a card links to joins nothing: anybody can link to anything.

    Args:
        submissions: all that are shown.
        tables: the printed tables that are shown.
        facts: what is known of systems, by every name of theirs.
    """

    def __init__(
        self,
        submissions: Sequence[Submission],
        tables: Sequence[PrintedTable],
        facts: Mapping[str, SystemFacts],
    ) -> None:
        self._ids = Ids()
        self._printed: dict[str, Identity] = {}
        self._submitted: dict[str, Identity] = {}
        for name in sorted({row.system for table in tables for row in table.rows}):
            self._printed[name] = Identity(self._ids.new(slug(name)), facts.get(name))
        self._by_model = {key: known for known in self._printed.values() for key in _keys(known)}
        self._by_digest: dict[str, Identity] = {}
        self._parents = dict(self._by_model)
        # Anybody can claim to be a model: what was checked comes first, and gives the page its id.
        for submission in sorted(submissions, key=lambda s: (not s.checked, s.submitted, s.name)):
            known = self._of(submission)
            known.submissions.append(submission)
            for key in _models(submission):
                self._parents.setdefault(key, known)
            if submission.card.lineage is not None and submission.card.lineage.digest:
                self._by_digest.setdefault(bare(submission.card.lineage.digest), known)

    def of_printed(self, name: str) -> Identity:
        """The system of a printed row."""
        return self._printed[name]

    def of_submission(self, submission: Submission) -> Identity:
        """The system of a submission."""
        return self._submitted[submission.fingerprint]

    def parent_of(self, known: Identity) -> Identity | None:
        """The system that one was trained from, where the board has it.

        A checkpoint is known by its digest alone, for any folder can have its name; what was not
        trained here by the expression that runs it, or by its id on the hub.
        """
        lineage = None if known.newest is None else known.newest.card.lineage
        if lineage is None or lineage.parent is None:
            return None
        name = lineage.parent.name
        found = self._by_digest.get(bare(lineage.parent.digest))
        if found is None and not name.endswith("/"):
            found = self._parents.get(name) or self._parents.get(f"{_HUB}{name}")
        return None if found is known else found

    def all(self) -> list[Identity]:
        """Every system, by id."""
        found = {id(known): known for known in (*self._printed.values(), *self._submitted.values())}
        return sorted(found.values(), key=lambda known: known.id)

    def _of(self, submission: Submission) -> Identity:
        known = self._submitted.get(submission.fingerprint)
        if known is None:
            known = next(filter(None, map(self._by_model.get, _models(submission))), None)
            known = known or Identity(self._ids.new(submission.name))
            self._submitted[submission.fingerprint] = known
        return known


def _keys(known: Identity) -> list[str]:
    """What a submission of a printed system would name."""
    if known.facts is None:
        return []
    hub = [f"{_HUB}{known.facts.hub}"] if known.facts.hub else []
    return [*known.facts.expressions, *hub]


def _models(submission: Submission) -> list[str]:
    """What a submission runs: its expression, and the hub's page of a model that this loads."""
    found = [submission.model]
    if match := re.match(r'hf\("([\w.-]+/[\w.-]+)"', submission.model):
        found.append(f"{_HUB}{match[1]}")
    return found
