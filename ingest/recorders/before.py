"""The recording of a channel that ended last: what comes joins it, or is parted from it by a gap. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from evidence.live import SittingId
from evidence.records import RecordingId
from ingest.recorders.chain import Chain
from ingest.recorders.events import JOIN, Gap

# Estimates of receipt on both sides of a break may overlap so much.
_OVERLAP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Before:
    id: RecordingId
    end_at: datetime
    chain: Chain | None  # None: what comes next cannot continue it by its numbers
    reason: str
    detail: str

    def unjoined(self) -> Before:
        return replace(self, chain=None)

    def joins(self, chain: Chain) -> bool:
        """Is nothing missing between this one and a recording that begins with `chain`?"""
        return self.chain is not None or abs(chain.zero_at - self.end_at) <= JOIN

    def joint(self, fragment: int) -> Chain | None:
        """The chain that the worker's fragment of this number continues, if it follows."""
        return self.chain if self.chain is not None and self.chain.next_fragment == fragment else None

    def gap(self, sitting: SittingId | None, why: tuple[str, str] | None = None) -> Gap:
        """What is missing since; `why` (code, words) if another reason is known than the one it ended for."""
        reason, detail = why or (self.reason, self.detail)
        return Gap(self.end_at, reason, detail, sitting, self.id)


def no_earlier(received_at: datetime, recorded_until: datetime | None) -> datetime:
    """Where what was received then begins: behind what is recorded, if the two estimates overlap a little."""
    if recorded_until is None or not timedelta(0) < recorded_until - received_at < _OVERLAP:
        return received_at
    return recorded_until
