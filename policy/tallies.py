"""Tallies: what one judged case adds to the compliance figures. Data only.

A tally follows from a judgement and says nothing of its own: it can be thrown away and made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class RecordingTally:
    """A recording that counts for an activity."""

    id: str
    officer: str | None
    device: str | None
    late: bool  # handed in later than the item allows


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class CaseTally:
    id: str
    number: str
    title: str
    unit: str | None
    state: str  # open | closed | archived
    officers: tuple[str, ...]
    opened_ms: int
    activities: tuple[ActivityTally, ...] = ()
    findings: tuple[FindingTally, ...] = ()  # the case's own
