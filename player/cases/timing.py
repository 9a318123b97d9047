"""When the recordings of a case began, by the best that is known: a person's word, a time slate, the device's measured
clock, what the device states. In this order; what was not believed stays in the manifest. Reads in the caller's
transaction; the rules are in `policy.clocks` and `policy.matching`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from evidence.catalog.clock_queries import MeasurementRow, SlateRow, doubted, measurements_of, slates_of
from evidence.catalog.clock_rows import DEVICE_ORIGINS
from evidence.clock import from_text, to_text
from evidence.intervals import Span
from policy.clocks import BETWEEN_MS, DeviceClock, Offset, Reading, together
from policy.item_list import ClockTrust
from policy.matching import Placement, Verdict, bears_on, placement
from policy.slates import FAR_MS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The uncertainty of the server's own time.
_SERVER_MS = 1_000


class Timed(Protocol):
    """A recording as far as its time goes."""

    @property
    def id(self) -> str: ...
    @property
    def device(self) -> str | None: ...
    @property
    def started_at(self) -> str: ...  # corrected, where somebody did
    @property
    def started_at_origin(self) -> str: ...  # "corrected" then
    @property
    def uncertainty_ms(self) -> int | None: ...  # of a correction
    @property
    def duration_ms(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Placed:
    """A recording's beginning: truly in [start - uncertainty, start + uncertainty + resolution).

    `clock`: recordings of one device with the same one are wrong by the same. `offset`: by what `start_ms` was moved.
    """

    start_ms: int
    uncertainty_ms: int | None  # None: nobody knows
    resolution_ms: int
    origin: str  # corrected | slate | clock | what states it
    clock: str = ""
    offset: Offset | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """What is known of the times of some recordings."""

    trust: ClockTrust
    slates: dict[str, SlateRow]
    clocks: dict[str, DeviceClock]
    doubted: frozenset[str]

    def place(self, row: Timed) -> Placed:
        stated_ms, origin = to_ms(row.started_at), row.started_at_origin
        slate = self.slates.get(row.id)
        if origin == "corrected":
            known = placement(origin, row.uncertainty_ms, self.trust)
            return Placed(stated_ms, known.uncertainty_ms, known.resolution_ms, origin, f"said:{row.id}")
        if slate is not None and slate.earliest_at is not None and slate.latest_at is not None:
            return _by_slate(slate.earliest_at, slate.latest_at, slate.best_at, row.id)
        known = placement(origin, row.uncertainty_ms, self.trust)
        plain = Placed(stated_ms, known.uncertainty_ms, known.resolution_ms, origin)
        if row.id in self.doubted:
            return replace(plain, uncertainty_ms=None)
        if origin not in DEVICE_ORIGINS or row.device not in self.clocks:
            return plain
        return _by_clock(plain, self.clocks[row.device].offset_at(stated_ms, self.trust.device_uncertainty_ms), row.id)


def load_timing(connection: Connection, rows: Sequence[Timed], trust: ClockTrust) -> Timing:
    """What bears on the times of these recordings."""
    ids = [row.id for row in rows]
    stated = {row.device: row for row in rows if row.device is not None and row.started_at_origin in DEVICE_ORIGINS}
    clocks: dict[str, DeviceClock] = {}
    if stated:
        times = [to_ms(row.started_at) for row in rows]
        window = from_ms(min(times) - BETWEEN_MS), from_ms(max(times) + BETWEEN_MS)
        clocks = clocks_of(measurements_of(connection, tuple(stated), *window), trust)
    return Timing(trust, slates_of(connection, ids), clocks, doubted(connection, ids))


def reach_of(placed: Placed, duration_ms: int) -> Span | None:
    """The longest stretch of true time in which it may have been recorded; None: nobody knows."""
    end_ms = placed.start_ms + duration_ms
    if placed.offset is not None and placed.offset.believed == "refuted":
        # Ahead by so much at least, and nobody knows by how much.
        return placed.start_ms - max(0, FAR_MS - placed.offset.low_ms), end_ms
    if placed.uncertainty_ms is None:
        return None
    return placed.start_ms - placed.uncertainty_ms, end_ms + placed.uncertainty_ms + placed.resolution_ms


def bears(required: Span | None, duration_ms: int, placed: Placed, verdict: Verdict | None) -> bool:
    """Does a recording of the right officer or device count for an activity? What may belong there by a clock that is
    refuted is shown, and proves nothing."""
    taken = (placed.start_ms, placed.start_ms + duration_ms)
    if verdict is None and placed.offset is not None and placed.offset.believed == "refuted":
        reach = reach_of(placed, duration_ms) or taken
        return bears_on(required or taken, reach, Placement(0, 0), None)
    return bears_on(required or taken, taken, Placement(placed.uncertainty_ms, placed.resolution_ms), verdict)


def slack_ms(trust: ClockTrust) -> int:
    """By how much a time that a device states may be wrong: so far around an activity footage is looked for."""
    return max(trust.device_uncertainty_ms + trust.resolution_ms, trust.mtime_uncertainty_ms, _SERVER_MS)


def clocks_of(rows: Sequence[MeasurementRow], trust: ClockTrust) -> dict[str, DeviceClock]:
    """Measurements as clocks, by device."""
    by_device: dict[str, list[Reading]] = {}
    for row in rows:
        by_device.setdefault(row.device, []).append(reading_of(row, trust))
    return {device: DeviceClock.of(device, readings) for device, readings in by_device.items()}


def reading_of(row: MeasurementRow, trust: ClockTrust) -> Reading:
    """A stated time leaves out what is less than its resolution: the clock itself was up to so much further on."""
    high_ms = None if row.high_ms is None else row.high_ms + trust.resolution_ms
    return Reading(to_ms(row.stated_at), row.low_ms, high_ms)


def alike(placed: Sequence[Placed]) -> tuple[Placed, ...]:
    """Recordings of one device, for one activity: those that its clock places are moved by the same, so that holes
    between them stay what they are. Where the clock jumped in between each stands for itself."""
    offsets = [each.offset for each in placed if each.offset is not None]
    if not offsets or any(each.believed == "jumped" for each in offsets):
        return tuple(placed)
    offset = together(offsets)
    return tuple(each if each.offset is None else _moved(each, each.offset, offset) for each in placed)


def to_ms(text: str) -> int:
    """RFC 3339 as milliseconds since 1970."""
    return (from_text(text) - _EPOCH) // timedelta(milliseconds=1)


def from_ms(moment_ms: int) -> str:
    return to_text(_EPOCH + timedelta(milliseconds=moment_ms))


def _by_slate(earliest_at: str, latest_at: str, best_at: str | None, recording: str) -> Placed:
    """Where it likely began, as uncertain as the farther bound is."""
    first_ms, last_ms = to_ms(earliest_at), to_ms(latest_at)
    best_ms = (first_ms + last_ms) // 2 if best_at is None else to_ms(best_at)
    return Placed(best_ms, max(best_ms - first_ms, last_ms - best_ms), 0, "slate", f"slate:{recording}")


def _by_clock(plain: Placed, offset: Offset, recording: str) -> Placed:
    origin = plain.origin if offset.believed == "assumed" else "clock"
    clock = f"jumped:{recording}" if offset.believed == "jumped" else plain.clock
    start_ms = plain.start_ms - offset.middle_ms
    return replace(
        plain, start_ms=start_ms, uncertainty_ms=offset.uncertainty_ms, origin=origin, clock=clock, offset=offset
    )


def _moved(each: Placed, own: Offset, shared: Offset) -> Placed:
    start_ms = each.start_ms + own.middle_ms - shared.middle_ms
    return replace(each, start_ms=start_ms, uncertainty_ms=shared.uncertainty_ms, offset=shared)
