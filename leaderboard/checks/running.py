"""Runs the checks: those of the folder, then those of each result, then those beside others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TypeVar

from harness.errors import AssayError
from leaderboard.checked import Checked, Flag, Samples
from leaderboard.checks.case import Case, Claim
from leaderboard.checks.evidence import Evidence
from leaderboard.checks.outcomes import Check, Finding, Outcome, failed, skipped
from leaderboard.checks.scores import UNSEEN
from leaderboard.checks.verdict import Records, Verdict
from leaderboard.submission.refusal import shown

T = TypeVar("T")
Tell = Callable[[Outcome], None]
LONGEST = 600
"""Characters of a message."""
BECAUSE = "because "
"""How the message begins of a check that is skipped since another did not pass."""


@dataclass
class _Log:
    """Everything established so far."""

    tell: Tell
    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Enters outcomes, and tells each of them."""
        for outcome in outcomes:
            self.outcomes.append(outcome)
            self.tell(outcome)

    @property
    def refused(self) -> bool:
        """True once a check has failed."""
        return any(outcome.status == "failed" for outcome in self.outcomes)


class Examination:
    """One run of all checks over one submission.

    Args:
        case: what is under check.
        tell: called with every outcome as soon as it is there.
    """

    def __init__(self, case: Case, tell: Tell) -> None:
        self.case, self.log = case, _Log(tell)
        self.stand: dict[str, Finding] = {}
        """The worst finding of every check of the folder."""
        self.evidence: list[Evidence] = []
        self.of_board: set[str] = set()
        """Checks whose flags are not recorded."""

    def run(
        self,
        of_folder: Sequence[Check[Case]],
        of_result: Sequence[Check[Claim]],
        beside_others: Sequence[Check[Case]],
    ) -> Verdict:
        """Runs everything, and says what came of it."""
        of_case = (*of_folder, *beside_others)
        self.of_board = {check.name for check in of_case if check.of_board}
        self.of_board |= {check.name for check in of_result if check.of_board}
        self._folder(of_folder)
        for claim in self._claims(of_result):
            self._result(claim, of_result)
        self._folder(beside_others)
        records = None if self.log.refused else self._records()
        return Verdict(self.case.folder, self.case.name, tuple(self.log.outcomes), records)

    def _folder(self, checks: Sequence[Check[Case]]) -> None:
        for check in checks:
            findings = self._findings(check, self.case, self.stand)
            self.log.add(Outcome(check.name, *finding) for finding in findings)

    def _claims(self, checks: Sequence[Check[Claim]]) -> Iterator[Claim]:
        """The results; none where a check that all of theirs need has failed."""
        lacking = [need for need in checks[0].needs if self.stand[need].status != "passed"]
        if lacking:
            why = _because(lacking[0], self.stand[lacking[0]])
            self.log.add(Outcome(check.name, *why) for check in checks)
        else:
            yield from self.case.claims()

    def _result(self, claim: Claim, checks: Sequence[Check[Claim]]) -> None:
        stand = dict(self.stand)
        for check in checks:
            if check.only not in ("", claim.kind):
                continue
            findings = self._findings(check, claim, stand)
            self.log.add(
                Outcome(check.name, *finding, claim.entry.task, claim.entry.path)
                for finding in findings
            )
        if not self.log.refused:
            why = UNSEEN if stand["data"].status == "skipped" else ""
            keep: Check[Claim] = Check("evidence", lambda claim: self._keep(claim, why))
            lost = self._guarded(keep, claim)
            self.log.add(
                Outcome(keep.name, *finding, claim.entry.task, claim.entry.path) for finding in lost
            )

    def _keep(self, claim: Claim, why: str) -> Iterator[Finding]:
        """Keeps what is recorded of a result; says nothing unless that fails."""
        self.evidence.append(Evidence(claim, why))
        yield from ()

    def _findings(self, check: Check[T], subject: T, stand: dict[str, Finding]) -> list[Finding]:
        """What one check found; its worst finding is what others that need it go by."""
        lacking = [need for need in check.needs if stand[need].status in ("failed", "skipped")]
        if lacking:
            findings = [_because(lacking[0], stand[lacking[0]])]
        else:
            findings = self._guarded(check, subject)
        order = ("failed", "skipped", "flagged", "passed")
        stand[check.name] = min(findings, key=lambda finding: order.index(finding.status))
        return findings

    def _guarded(self, check: Check[T], subject: T) -> list[Finding]:
        """What a check found, an error being a failure: whatever was submitted, nothing raises."""
        findings: list[Finding] = []
        try:
            findings.extend(check.run(subject))
        except AssayError as error:
            findings.append(failed(str(error)))
        except Exception as error:
            findings.append(failed(f"cannot be read: {type(error).__name__}: {error}"))
        worse = [finding for finding in findings if finding.status != "passed"]
        home = f"{self.case.folder}/"
        return [
            Finding(status, shown(" ".join(message.replace(home, "").split()), LONGEST))
            for status, message in worse or findings
        ]

    def _records(self) -> Records:
        case, manifest = self.case, self.case.manifest
        texts: dict[str, dict[str, str]] = {}
        for part in self.evidence:
            if part.texts:
                texts[part.cell.task] = part.texts | texts.get(part.cell.task, {})
        return Records(
            checked=Checked(
                submission=case.name,
                manifest=case.manifest_digest,
                submitted=manifest.created,
                assay=version("assay-harness"),
                model=manifest.model,
                model_fingerprint=manifest.model_fingerprint,
                card=case.card,
                environment=case.environment,
                cells=[part.cell for part in self.evidence],
                flags=[
                    Flag(check=outcome.check, task=outcome.task, message=outcome.message)
                    for outcome in self.log.outcomes
                    if outcome.status == "flagged" and outcome.check not in self.of_board
                ],
            ),
            queries={part.cell.queries: part.queries for part in self.evidence},
            samples=Samples(cells=[part.sample for part in self.evidence], texts=texts),
        )


def _because(need: str, found: Finding) -> Finding:
    """Why a check is skipped that needs another: the first of them that did not pass."""
    inherited = found.status == "skipped" and found.message.startswith(BECAUSE)
    return found if inherited else skipped(f"{BECAUSE}'{need}' did not pass")
