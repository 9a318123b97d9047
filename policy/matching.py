"""Which recordings bear on an activity: by time, and by officer or device. Pure.

A match is a proposal until a person confirms it: it counts for coverage, and the case cannot be closed before
somebody has looked at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evidence.intervals import Span
from policy.item_list import ClockTrust

Verdict = Literal["confirmed", "rejected"]
# Times that the devices themselves state, to the second.
_DEVICE_TIMES = frozenset({"file-name", "container", "sidecar"})
# The server's clock at receipt of live footage, which it kept itself.
_SERVER_MS = 1000


@dataclass(frozen=True, slots=True)
class Placement:
    """How exactly a recording's start is known: it lies in [start - uncertainty, start + uncertainty + resolution)."""

    uncertainty_ms: int | None  # None: not at all
    resolution_ms: int


def placement(origin: str, corrected_uncertainty_ms: int | None, trust: ClockTrust) -> Placement:
    """By where the time comes from. A time of receipt says nothing about when the footage was made."""
    if origin == "corrected":
        return Placement(corrected_uncertainty_ms or 0, 0)
    if origin in _DEVICE_TIMES:
        return Placement(trust.device_uncertainty_ms, trust.resolution_ms)
    if origin == "file-mtime":
        return Placement(trust.mtime_uncertainty_ms, 0)
    if origin in ("server", "live"):
        return Placement(_SERVER_MS, 0)
    return Placement(None, 0)


def bears_on(required: Span, taken: Span, placed: Placement, verdict: Verdict | None) -> bool:
    """Does a recording of the right officer or device count for the interval? A person's verdict goes first."""
    if verdict is not None:
        return verdict == "confirmed"
    if placed.uncertainty_ms is None:
        return False
    slack = placed.uncertainty_ms
    return taken[0] - slack < required[1] and required[0] < taken[1] + slack + placed.resolution_ms
