"""Time slates and devices' clocks over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from evidence import slate
from evidence.catalog.case_footage import footage_of
from evidence.catalog.clock_queries import (
    DeviceRow,
    JumpRow,
    MeasurementRow,
    SlateRow,
    devices,
    find_timed,
    jumps_of,
    measurements_of,
)
from evidence.clock import to_text
from evidence.errors import NotFound
from player.api.clock_shapes import (
    ClocksAnswer,
    DeviceClockAnswer,
    JumpAnswer,
    MeasurementAnswer,
    OffsetAnswer,
    RecordingClockAnswer,
    SlateAnswer,
    SlateFoundAnswer,
)
from player.api.route import Call
from player.cases.timing import clocks_of, from_ms, load_timing, reading_of, to_ms
from policy.clocks import DeviceClock
from policy.finding_words import SLATE_ACCEPTED, SLATES
from policy.item_list import ClockTrust

# A site has some hundred cameras; what a device did longer ago says nothing of its clock.
_MAX_DEVICES = 500
_SINCE = timedelta(days=90)
_SHOWN = 12


async def slate_code(call: Call) -> SlateAnswer:
    """The time as it is now; never kept, and signed anew for every request."""
    case = (call.query.case or "").strip() or None
    shown = await call.services.slates.code(case, call.query.within_ms, call.query.lag_ms)
    return SlateAnswer(
        at=to_text(shown.at),
        case=case,
        text=shown.text,
        squares=shown.squares,
        refresh_ms=slate.REFRESH_MS,
        round_trip_ms=shown.promise_ms,
        least_promise_ms=slate.MIN_PROMISE_MS,
        most_promise_ms=slate.MAX_PROMISE_MS,
        stale_ms=slate.STALE_MS,
    )


async def clocks(call: Call) -> ClocksAnswer:
    """Every device and what is known of its clock, the device that handed in last first."""
    now, trust = call.services.clock.now(), call.services.rules.items.clock
    return await call.services.off_loop.query(lambda connection: _clocks(connection, now, trust))


async def of_recording(call: Call) -> RecordingClockAnswer:
    """When this recording began, and how that is known."""
    recording, trust = call.recording.id, call.services.rules.items.clock
    return await call.services.off_loop.query(lambda connection: _of_recording(connection, recording, trust))


def _clocks(connection: Connection, now: datetime, trust: ClockTrust) -> ClocksAnswer:
    rows = devices(connection, _MAX_DEVICES)
    names = [row.device for row in rows]
    measured = measurements_of(connection, names, to_text(now - _SINCE))
    known = clocks_of(measured, trust)
    jumps = jumps_of(connection, names)
    now_ms = to_ms(to_text(now))
    return ClocksAnswer(
        clocks=tuple(
            _clock(
                row,
                known.get(row.device, DeviceClock(row.device)),
                [each for each in measured if each.device == row.device],
                [each for each in jumps if each.device == row.device],
                now_ms,
                trust,
            )
            for row in rows
        )
    )


def _clock(
    row: DeviceRow,
    clock: DeviceClock,
    measured: Sequence[MeasurementRow],
    jumps: Sequence[JumpRow],
    now_ms: int,
    trust: ClockTrust,
) -> DeviceClockAnswer:
    offset = clock.offset_at(now_ms, trust.device_uncertainty_ms)
    newest = [_measurement(each, trust) for each in reversed(measured)]
    exact = [each for each in newest if each.low_ms is not None and each.high_ms is not None]
    return DeviceClockAnswer(
        device=row.device,
        n_recordings=row.n_recordings,
        last_received_at=row.last_received_at,
        now=OffsetAnswer(low_ms=offset.low_ms, high_ms=offset.high_ms, believed=offset.believed),
        latest=exact[0] if exact else None,
        set_between=tuple((from_ms(before), from_ms(after)) for before, after in clock.jumps()),
        measurements=tuple(newest[:_SHOWN]),
        jumps=tuple(
            JumpAnswer(**{name: getattr(each, name) for name in JumpAnswer.__struct_fields__})
            for each in jumps[:_SHOWN]
        ),
    )


def _measurement(row: MeasurementRow, trust: ClockTrust) -> MeasurementAnswer:
    """Of the clock itself, which was up to a second further on than a name tells."""
    values = {name: getattr(row, name) for name in MeasurementAnswer.__struct_fields__}
    return MeasurementAnswer(**values | {"high_ms": reading_of(row, trust).high_ms})


def _of_recording(connection: Connection, recording: str, trust: ClockTrust) -> RecordingClockAnswer:
    rows, stated = footage_of(connection, (recording,)), find_timed(connection, recording)
    if not rows or stated is None:
        raise NotFound("Photos and other files have no time of their own to be corrected.")
    timing = load_timing(connection, rows, trust)
    placed, found = timing.place(rows[0]), timing.slates.get(recording)
    return RecordingClockAnswer(
        stated_at=stated.started_at,
        stated_origin=stated.started_at_origin,
        start_at=from_ms(placed.start_ms),
        uncertainty_ms=placed.uncertainty_ms,
        resolution_ms=placed.resolution_ms,
        time_origin=placed.origin,
        doubted=recording in timing.doubted,
        slate=None if found is None else _found(found),
    )


def _found(row: SlateRow) -> SlateFoundAnswer:
    words = SLATES.get(row.verdict, SLATE_ACCEPTED)
    return SlateFoundAnswer(
        verdict=row.verdict,
        zh=words.zh,
        en=words.en,
        case=row.case_number,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        told_at=row.told_at,
        earliest_at=row.earliest_at,
        latest_at=row.latest_at,
        best_at=row.best_at,
    )
