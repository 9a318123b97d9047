"""What a channel does not record though it should: the gap that goes on, if one does."""

from __future__ import annotations

from datetime import datetime

from evidence.clock import Clock
from evidence.entries import LiveEvent
from ingest.recorders.channel_state import ChannelTerms
from ingest.recorders.events import JOIN, Gap, told
from ingest.recorders.journal import Journal


class Missing:
    """Of one channel; used from its recording thread. `gap`: what recording begins with, left by another process."""

    def __init__(self, terms: ChannelTerms, clock: Clock, journal: Journal, gap: Gap | None) -> None:
        self._terms, self._clock, self._journal = terms, clock, journal
        self.gap = gap

    @property
    def left_at(self) -> Gap | None:
        """The gap, if it is known which recording ended where it began."""
        return self.gap if self.gap is not None and self.gap.recording is not None else None

    def begins(self, gap: Gap) -> None:
        """Nothing, if something is missing already: one gap has one reason, the first."""
        self.gap = self.gap or gap

    def tell(self) -> None:
        """Log that a gap has begun."""
        if self.gap is not None and not self.gap.told:
            entry = self.gap.entry(self._terms, None, self._clock.now())
            if self._journal.log(entry):
                self.gap = told(self.gap)

    def until(self, zero_at: datetime, parted: Gap | None) -> tuple[LiveEvent, ...]:
        """The entries of a gap that ends where a recording begins, to be logged with its start; `parted`: what is
        missing since the recording before, if nothing was known to be missing."""
        gap = self.gap or parted
        if gap is None or (zero_at <= gap.since and not gap.told):
            return ()
        return (gap.entry(self._terms, zero_at, self._clock.now()),)

    def over(self) -> None:
        """What was missing is in the ledger, or nobody wants it any more."""
        self.gap = None

    def ends(self, until: datetime) -> None:
        """Log the end of what is missing: nobody wants to record any longer than `until`."""
        gap = self.gap
        if gap is not None and until - gap.since > JOIN:
            self._journal.log(gap.entry(self._terms, until, self._clock.now()))
        self.over()
