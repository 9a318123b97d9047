"""Keeps `clock_extents` in step with `clock_measurements`: by how much each device's clock was ever certainly off.

A judgement looks at every device; what was ever measured of them is many times as much, and grows with the library.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select

from evidence.catalog.clock_schema import clock_extents, clock_measurements

_m = clock_measurements.c


def put_extent(connection: Connection, measured: dict[str, Any]) -> None:
    """Widen a device's extent by a measurement, if it shows that the clock was off."""
    device, low, high = measured["device"], measured["low_ms"], measured["high_ms"]
    if (low is None or low <= 0) and (high is None or high >= 0):
        return
    known = connection.execute(select(clock_extents).where(clock_extents.c.device == device)).one_or_none()
    bounds = [] if known is None else [(known.low_ms, known.high_ms, known.open)]
    _put(connection, device, [*bounds, _bounds(low, high)])


def reckon_extent(connection: Connection, device: str) -> None:
    """Anew from all that was measured: one of them has gone."""
    off = select(_m.low_ms, _m.high_ms).where(_m.device == device, or_(_m.low_ms > 0, _m.high_ms < 0))
    _put(connection, device, [_bounds(row.low_ms, row.high_ms) for row in connection.execute(off)])


def _bounds(low: int | None, high: int | None) -> tuple[int, int, bool]:
    """(least, greatest, whether it may be greater than that)"""
    if low is None:
        low = high or 0
    return low, low if high is None else high, high is None


def _put(connection: Connection, device: str, bounds: list[tuple[int, int, bool]]) -> None:
    connection.execute(delete(clock_extents).where(clock_extents.c.device == device))
    if bounds:
        lows, highs, opens = zip(*bounds, strict=True)
        row = {"device": device, "low_ms": min(lows), "high_ms": max(highs), "open": any(opens)}
        connection.execute(insert(clock_extents), row)
