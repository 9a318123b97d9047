"""How far each device's clock was ever off follows what was measured, whatever was measured anew."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, text

from evidence import clock_entries as ce
from evidence.catalog.clock_queries import clocks_off
from evidence.catalog.clock_schema import clock_extents, clock_measurements
from evidence.catalog.engine import connected
from evidence.catalog.schema import recordings
from evidence.clock import to_text
from evidence.media import specimens
from evidence.records import RecordingId
from tests.integration.player.site import Store, opened

_HOW: tuple[ce.HowMeasured, ...] = ("dock", "gps")
AT = to_text(datetime(2026, 11, 24, tzinfo=UTC))


@pytest.fixture
def store(tmp_path: Path, database_url: str) -> Iterator[Store]:
    with opened(tmp_path, url=database_url) as store:
        store.seal(specimens.make("mp4", tmp_path / "a.mp4", seconds=2, width=160, height=96), officer="P-0")
        yield store


def _rows(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(select(clock_extents).order_by(clock_extents.c.device))]


def test_extents_are_those_of_everything_measured(store: Store) -> None:
    chance = random.Random(4)
    (recording,) = (row["id"] for row in store.rows(recordings))
    for _ in range(60):
        low, wide = chance.choice((None, -90_000, -2_000, 0, 7, 50_000)), chance.choice((None, 0, 1_000, 80_000))
        high = None if wide is None else (low or -5_000) + wide
        if low is None and high is None:
            continue
        # One recording, measured in few ways: each measurement soon takes the place of one before.
        store.ledger.append(
            ce.ClockMeasured(
                at=AT, recording=RecordingId(recording), device=chance.choice(("D1", "D2")),
                how=chance.choice(_HOW), stated_at=AT, true_at=AT, low_ms=low, high_ms=high, spread_ms=None,
            )
        )  # fmt: skip
        with connected(store.engine) as connection:
            found = _rows(connection)
            m = clock_measurements.c
            off = connection.execute(select(m.device, m.low_ms, m.high_ms)).all()
        wanted = {}
        for device in sorted({row.device for row in off if (row.low_ms or 0) > 0 or (row.high_ms or 0) < 0}):
            own = [r for r in off if r.device == device and ((r.low_ms or 0) > 0 or (r.high_ms or 0) < 0)]
            lows = [r.high_ms if r.low_ms is None else r.low_ms for r in own]
            highs = [r.low_ms if r.high_ms is None else r.high_ms for r in own]
            wanted[device] = (device, min(lows), max(highs), any(r.high_ms is None for r in own))
        assert found == list(wanted.values())


def test_a_migrated_catalog_has_the_same(store: Store) -> None:
    (recording,) = (row["id"] for row in store.rows(recordings))
    for n, (low, high) in enumerate(((4_000, None), (-9, 60_000), (5_000, None))):
        store.ledger.append(
            ce.ClockMeasured(
                at=AT, recording=RecordingId(recording), device=f"D{n // 2 + 1}", how=_HOW[n % 2], stated_at=AT,
                true_at=AT, low_ms=low, high_ms=high, spread_ms=None,
            )
        )  # fmt: skip
    with connected(store.engine, writes=True) as connection:
        now = _rows(connection)
        assert clocks_off(connection, 3_600_000) == {"D2": (5_000, 3_600_000)}
        assert clocks_off(connection, 3_600_000, "D1") == {}
        connection.execute(delete(clock_extents))
        connection.execute(text(import_module("evidence.catalog.migrations.versions.0024_flat_searches").FILL))
        assert _rows(connection) == now
