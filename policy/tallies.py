"""Tallies: what one judged case adds to the compliance figures. Data only.

A tally follows from a judgement and says nothing of its own: it can be thrown away and made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from policy.explaining import Standing
from policy.findings import Finding

# As the item list says; "unknown": the list in force has no such item.
Mode = Literal["full", "key", "optional", "text", "unknown"]
# Findings that say that something is not there which had to be recorded.
LOSSES = frozenset({"no-footage", "gap", "unprovable", "few-views", "no-sound"})
# Of these, the ones whose spans together are what of the picture is not shown.
BARE = frozenset({"no-footage", "gap", "unprovable"})


@dataclass(frozen=True, slots=True)
class FindingTally:
    key: str
    finding: Finding
    standing: Standing
    cause: str = ""  # what an explanation that stands or waits gives as the cause; "" if nobody said anything

    @property
    def loss(self) -> bool:
        return self.finding.kind in LOSSES

    @property
    def counts(self) -> Counts:
        """Of a finding about a case as a whole."""
        return Counts(
            losses=int(self.loss),
            findings=1,
            unexplained=int(self.standing != "answered"),
            waiting=int(self.standing == "waiting"),
        )


@dataclass(frozen=True, slots=True)
class RecordingTally:
    """A recording that counts for an activity."""

    id: str
    officer: str | None
    device: str | None
    late: bool  # handed in later than the item allows


class Counts(NamedTuple):
    """What an activity, or a finding about a case, adds to the sums."""

    activities: int = 0
    running: int = 0
    in_full: int = 0
    whole: int = 0
    bare: int = 0
    required_ms: int = 0
    shown_ms: int = 0
    missing_ms: int = 0
    doubtful_ms: int = 0
    explained_ms: int = 0
    losses: int = 0
    findings: int = 0
    unexplained: int = 0
    waiting: int = 0


# Not slotted: what is counted again and again is counted once.
@dataclass(frozen=True)
class ActivityTally:
    """`required_ms` and its three parts are those of the picture; 0 where nothing is asked or no times are known."""

    id: str
    item: str
    mode: Mode
    start_ms: int | None  # actual, or planned where no actual one is entered
    end_ms: int | None  # actual
    begun: bool  # an actual beginning is entered
    officers: tuple[str, ...]
    devices: tuple[str, ...]  # named, and those whose footage counts
    required_ms: int = 0
    shown_ms: int = 0
    missing_ms: int = 0
    doubtful_ms: int = 0
    whole: bool = False  # picture, number of cameras and sound are shown for every second
    findings: tuple[FindingTally, ...] = ()
    recordings: tuple[RecordingTally, ...] = ()

    @property
    def asked(self) -> bool:
        """Recording is asked for: in full, or of key points."""
        return self.mode in ("full", "key", "unknown")

    @property
    def running(self) -> bool:
        """Begun, and no end is entered."""
        return self.asked and self.begun and self.end_ms is None

    @property
    def in_full(self) -> bool:
        """Its coverage was judged."""
        return self.mode == "full" and self.required_ms > 0

    @property
    def bare(self) -> bool:
        """Nothing at all was recorded of what had to be recorded in full."""
        return self.in_full and any(each.finding.kind == "no-footage" for each in self.findings)

    @cached_property
    def counts(self) -> Counts:
        """With its findings."""
        full = self.in_full
        answered = (each.finding for each in self.findings if full and each.standing == "answered")
        return Counts(
            activities=1,
            running=int(self.running),
            in_full=int(full),
            whole=int(full and self.whole),
            bare=int(self.bare),
            required_ms=self.required_ms if full else 0,
            shown_ms=self.shown_ms if full else 0,
            missing_ms=self.missing_ms if full else 0,
            doubtful_ms=self.doubtful_ms if full else 0,
            explained_ms=sum(finding.length_ms for finding in answered if finding.kind in BARE),
            losses=sum(each.loss for each in self.findings),
            findings=len(self.findings),
            unexplained=sum(each.standing != "answered" for each in self.findings),
            waiting=sum(each.standing == "waiting" for each in self.findings),
        )

    @cached_property
    def recording_ids(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.recordings)

    @cached_property
    def late_ids(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.recordings if each.late)


@dataclass(frozen=True, slots=True)
class CaseTally:
    id: str
    number: str
    title: str
    unit: str | None
    state: str  # open | closed | handed-over | archived
    officers: tuple[str, ...]
    opened_ms: int
    activities: tuple[ActivityTally, ...] = ()
    findings: tuple[FindingTally, ...] = ()  # the case's own
