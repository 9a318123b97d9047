"""Is the server's clock to be believed? Pure: times of ledger entries and of the process in, a doubt or None out.

What expires by the clock must not expire because somebody moved it. Within a process the wall clock is compared with
one that cannot be set; across a restart, with the times that the ledger's own entries bear. A doubt stops whatever
happens by itself until a person has looked at the clock and said so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

# Entries of several processes reach the ledger a little out of order; time services slew, they do not step, by less.
TOLERANCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Doubt:
    """The clock went from one time to the other where it should not have."""

    expected_at: datetime
    found_at: datetime

    @property
    def step(self) -> timedelta:
        """Positive: it jumped ahead."""
        return self.found_at - self.expected_at


@dataclass(frozen=True, slots=True)
class Looked:
    """What the process saw of both clocks at one moment."""

    at: datetime
    monotonic_s: float


def between_looks(before: Looked, now: Looked) -> Doubt | None:
    """The wall clock went on as far as the clock that nobody can set."""
    expected = before.at + timedelta(seconds=now.monotonic_s - before.monotonic_s)
    return Doubt(expected, now.at) if abs(now.at - expected) > TOLERANCE else None


def along_ledger(times: Iterable[datetime], longest_silence: timedelta) -> Doubt | None:
    """The first step along these times that is no silence and no disorder of some minutes. The last is usually now."""
    for before, after in pairwise(times):
        if after - before > longest_silence or before - after > TOLERANCE:
            return Doubt(before, after)
    return None
