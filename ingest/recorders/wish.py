"""What people want of a channel's tape, and how patiently it is tried. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

# A release waits so long for the fragment that holds its moment.
RELEASE_S = 12.0
_MAX_BACK_OFF_S = 30.0


@dataclass(frozen=True, slots=True)
class Release:
    """Recording is to end with the fragment that holds a moment."""

    done: Callable[[], None]
    at: datetime
    by_s: float = float("inf")  # monotonic: no longer is waited for it
    after: int | None = None  # the worker's number of that fragment

    def is_reached(self, fragment: int) -> bool:
        return self.after is not None and fragment >= self.after


@dataclass(frozen=True, slots=True)
class Patience:
    """After a failure it is tried again after 1, 2, 4 … s."""

    n_failures: int = 0
    retry_s: float = float("-inf")  # monotonic

    def is_due(self, now_s: float) -> bool:
        return now_s >= self.retry_s

    def failed(self, now_s: float) -> Patience:
        return Patience(self.n_failures + 1, now_s + min(2.0**self.n_failures, _MAX_BACK_OFF_S))
