"""Measuring clocks goes on though a satellite track can be read no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.canonical import sha256
from evidence.catalog import schema
from evidence.clock import SystemClock
from ingest.sealing import BayTerms
from mediad.clock_desk import ClockDesk, Desk
from tests.integration.ingest.site import opened_site

TRACK = b"<trkpt><time>2026-11-24T02:30:00Z</time></trkpt>"


@pytest.mark.parametrize("data", [None, b"x" * len(TRACK), TRACK.replace(b"2026-11-24", b"0001-01-01")])
def test_a_track_that_is_lost_damaged_or_senseless_holds_nothing_up(tmp_path: Path, data: bytes | None) -> None:
    bay, clock = tmp_path / "bay", SystemClock()
    bay.mkdir()
    (bay / "20261124103000_1234567_0007.mp4").touch()
    (bay / "20261124103000_1234567_0007.gpx").write_bytes(TRACK)
    with opened_site(tmp_path) as site:
        site.take_all(bay, BayTerms("bay-1"))
        path = site.blobs.path(sha256(TRACK))
        path.unlink()
        if data is not None:
            path.write_bytes(data)
        desk = ClockDesk(Desk(site.engine, site.blobs, site.ledger, clock, list))
        assert desk.run() == 1
        assert [row["how"] for row in site.rows(schema.metadata.tables["clock_measurements"])] == ["dock"]
        assert desk.run() == 0
