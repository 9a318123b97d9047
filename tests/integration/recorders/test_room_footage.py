"""What a room recorded over a stretch of time, where the camera's clock is not ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec

from evidence.catalog.engine import connected
from evidence.catalog.room_footage import room_footage
from evidence.clock import from_text, to_text
from evidence.live import SittingId
from tests.integration.recorders.footage import START, take
from tests.integration.recorders.site import FRONT, Site


def test_a_camera_whose_clock_is_slow_leaves_no_gap_at_any_end(site: Site) -> None:
    """Eighteen seconds of its own are 18.09 s of ours: coverage is told by our clock, from the first to the last."""
    footage = take()
    tape, sitting = site.tape(file_ms=10_000), SittingId("s1")
    tape.record(sitting)
    tape.opened(footage.stream)
    for closed in footage.fragments[:9]:
        received = START + 1.005 * timedelta(microseconds=closed.said.start_us)
        site.come(tape, replace(closed, said=msgspec.structs.replace(closed.said, received_at=to_text(received))))
    end_at = from_text(site.recordings()[-1].end_at)
    wall_ms = round((end_at - START) / timedelta(milliseconds=1))
    with connected(site.store.engine) as connection:
        found = room_footage(connection, "room", sitting, START, end_at)
    assert len(site.recordings()) == 2 and wall_ms >= 18_060
    assert found.gaps(FRONT, START, found.known_until(FRONT, end_at + timedelta(seconds=5))) == ()
    assert found.covered(FRONT, START, end_at) == ((0, wall_ms),)
