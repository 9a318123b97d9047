"""What a device's clock is worth at a moment: measured offsets in, bounds of the offset out. Pure.

An *offset* is what the device says minus the true time. A device that says S began truly at S - offset. Offsets are
known as intervals; between two measurements a clock drifts, by at most DRIFT, or it was set, which shows as two
measurements that no such clock can have had. All times are milliseconds, those of devices as the devices state them.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from policy.item_list import ClockTrust

# A clock that drifts more is faulty (GA/T 947.2 as cited by open projects).
DRIFT_MS_PER_DAY = 3_000
_DAY_MS = 86_400_000
# A measurement says nothing of a clock so long after it that nobody would notice its having been set.
NEAR_MS = _DAY_MS
# Two that agree tell about what lies between them, unless they are further apart than this.
BETWEEN_MS = 31 * _DAY_MS

Believed = Literal["assumed", "measured", "between", "jumped", "stale", "refuted"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement: at this time by the device its offset lay within the bounds. One of them may be missing."""

    device_ms: int
    low_ms: int | None
    high_ms: int | None


@dataclass(frozen=True, slots=True)
class Offset:
    """Bounds of an offset. `high_ms` is None where only the least offset is known."""

    low_ms: int
    high_ms: int | None
    believed: Believed

    @property
    def middle_ms(self) -> int:
        return self.low_ms if self.high_ms is None else (self.low_ms + self.high_ms) // 2

    @property
    def uncertainty_ms(self) -> int | None:
        """How far the truth may lie from the middle; None: nobody knows how far."""
        return None if self.high_ms is None else self.high_ms - self.middle_ms


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """All that is known of one clock."""

    device: str
    readings: tuple[Reading, ...] = ()
    exact: tuple[tuple[int, int, int], ...] = field(default=(), repr=False)  # (device_ms, low, high), in order

    @classmethod
    def of(cls, device: str, readings: Iterable[Reading]) -> DeviceClock:
        known = tuple(sorted(readings, key=lambda each: each.device_ms))
        both = [
            (each.device_ms, each.low_ms, each.high_ms)
            for each in known
            if each.low_ms is not None and each.high_ms is not None
        ]
        return cls(device, known, tuple(both))

    def offset_at(self, device_ms: int, trust_ms: int) -> Offset:
        """The offset when the device says this. `trust_ms`: how far a clock that nobody measured is trusted."""
        two_sided = _from_exact(self.exact, device_ms, trust_ms)
        least = _least(self.readings, device_ms)
        if least is None or two_sided.high_ms is None or least <= two_sided.low_ms:
            return two_sided
        if least > two_sided.high_ms:
            return Offset(least, None, "refuted")
        return Offset(least, two_sided.high_ms, two_sided.believed)

    def jumps(self) -> tuple[tuple[int, int], ...]:
        """Pairs of device times between which the clock was set or jumped: no drift explains what was measured."""
        found = []
        for (before_ms, *before), (after_ms, *after) in zip(self.exact, self.exact[1:], strict=False):
            slack = drift_ms(after_ms - before_ms)
            if before[1] + slack < after[0] or after[1] + slack < before[0]:
                found.append((before_ms, after_ms))
        return tuple(found)


def drift_ms(elapsed_ms: int) -> int:
    """How far a clock that is not faulty may have drifted in that time."""
    return math.ceil(abs(elapsed_ms) * DRIFT_MS_PER_DAY / _DAY_MS)


def together(offsets: Sequence[Offset]) -> Offset:
    """One offset for recordings that share a clock: it holds for each of them."""
    low = min(each.low_ms for each in offsets)
    highs = [each.high_ms for each in offsets if each.high_ms is not None]
    high = max(highs) if len(highs) == len(offsets) else None
    believed = {each.believed for each in offsets}
    order: tuple[Believed, ...] = ("refuted", "jumped", "stale", "assumed", "measured", "between")
    return Offset(low, high, next(each for each in order if each in believed))


def trust_of(origin: str, trust: ClockTrust) -> tuple[int, int] | None:
    """(uncertainty, resolution) of a time that a device states, by where it stands; None if none is stated."""
    if origin in ("file-name", "container", "sidecar"):
        return trust.device_uncertainty_ms, trust.resolution_ms
    return (trust.mtime_uncertainty_ms, 0) if origin == "file-mtime" else None


def _from_exact(exact: tuple[tuple[int, int, int], ...], device_ms: int, trust_ms: int) -> Offset:
    n_before = bisect_right(exact, device_ms, key=_exact_ms)
    before = exact[n_before - 1] if n_before else None
    n_earlier = bisect_left(exact, device_ms, key=_exact_ms)
    # Of several at this very time the last is the one before, and the first the one after; one alone is before.
    at = n_before if n_earlier == n_before - 1 else n_earlier
    after = exact[at] if at < len(exact) else None
    cones = [
        (abs(at - device_ms), low - drift_ms(at - device_ms), high + drift_ms(at - device_ms))
        for at, low, high in (each for each in (before, after) if each is not None)
    ]
    if not cones:
        return Offset(-trust_ms, trust_ms, "assumed")
    if before is not None and after is not None and after[0] - before[0] <= BETWEEN_MS:
        return _agreed(cones, "between")
    near = [each for each in cones if each[0] <= NEAR_MS]
    if near:
        return _agreed(near, "measured")
    # Nobody knows whether it was set since: as it was measured, or right by now, or between.
    low, high = min(low for _, low, _ in cones), max(high for _, _, high in cones)
    return Offset(min(low, -trust_ms), max(high, trust_ms), "stale")


def _agreed(cones: list[tuple[int, int, int]], believed: Believed) -> Offset:
    """What all of them allow. Where they allow nothing the clock was set in between: as the one says, or the other."""
    low, high = max(low for _, low, _ in cones), min(high for _, _, high in cones)
    if low <= high:
        return Offset(low, high, believed)
    return Offset(min(low for _, low, _ in cones), max(high for _, _, high in cones), "jumped")


def _least(readings: tuple[Reading, ...], device_ms: int) -> int | None:
    """The largest lower bound by measurements that have no upper one, each less its drift. Only near ones: the clock
    may have been set."""
    first = bisect_left(readings, device_ms - NEAR_MS, key=_device_ms)
    near = readings[first : bisect_right(readings, device_ms + NEAR_MS, key=_device_ms)]
    bounds = [
        each.low_ms - drift_ms(each.device_ms - device_ms)
        for each in near
        if each.high_ms is None and each.low_ms is not None
    ]
    return max(bounds, default=None)


def _device_ms(reading: Reading) -> int:
    return reading.device_ms


def _exact_ms(exact: tuple[int, int, int]) -> int:
    return exact[0]
