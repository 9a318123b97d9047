"""Which recordings are looked at for an activity: by people or devices, by time, long ones from far before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from evidence.canonical import Digest
from evidence.case_entries import RecordingTimed
from evidence.catalog.engine import connected
from evidence.catalog.footage_search import Search, candidates, corrected_candidates
from evidence.catalog.schema import recordings
from evidence.clock import to_text
from evidence.media import specimens
from evidence.records import RecordingId, recording_id
from tests.integration.player.site import Store, opened

AT = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR = 3_600_000
# name → (officer, device, hours before the activity, duration)
ROWS = {
    "at the time": ("P-1", "D1", 0.2, HOUR),
    "by device": ("P-9", "D2", 0.2, HOUR),
    "of others": ("P-9", "D9", 0.2, HOUR),
    "long": ("P-1", "D1", 3, 4 * HOUR),
    "short, long before": ("P-1", "D1", 3, HOUR // 6),
    "far too early": ("P-1", "D1", 72, 90 * HOUR),
    "after it": ("P-1", "D1", -2, HOUR),
    "corrected away": ("P-1", "D1", 0.2, HOUR),
    "corrected to it": ("P-1", "D1", 30, HOUR),
    "of others, corrected to it": ("P-9", "D9", 30, HOUR),
}
SEARCH = Search(
    officers=("P-1",),
    devices=("D2",),
    long_start=to_text(AT - timedelta(hours=49)),
    start=to_text(AT - timedelta(hours=1)),
    end=to_text(AT + timedelta(hours=1)),
    corrected_end=to_text(AT + timedelta(hours=2)),
    long_ms=HOUR,
)


@pytest.fixture
def store(tmp_path: Path, database_url: str) -> Iterator[tuple[Store, dict[str, str]]]:
    with opened(tmp_path, url=database_url) as store:
        store.seal(specimens.make("mp4", tmp_path / "a.mp4", seconds=2, width=160, height=96), officer="P-0")
        (like,) = store.rows(recordings)
        names: dict[str, str] = {}
        rows = []
        for n, (name, (officer, device, hours, duration_ms)) in enumerate(ROWS.items()):
            original = Digest(f"{n:064x}")
            names[recording_id(original)] = name
            started = to_text(AT - timedelta(hours=hours))
            own = {"officer": officer, "device": device, "started_at": started, "duration_ms": duration_ms}
            rows.append(like | own | {"id": recording_id(original), "original": original})
        store.writer.write(lambda connection: connection.execute(insert(recordings), rows))
        for recording, name in names.items():
            if "corrected" in name:
                moment = to_text(AT - timedelta(hours=100 if "away" in name else 0))
                store.ledger.append(
                    RecordingTimed(
                        at=to_text(AT),
                        recording=RecordingId(recording),
                        started_at=moment,
                        uncertainty_ms=0,
                        reason="x",
                        by="k",
                    )
                )
        yield store, names


def test_what_may_bear_on_an_activity_is_found_and_little_else(store: tuple[Store, dict[str, str]]) -> None:
    site, names = store
    with connected(site.engine) as connection:
        own = {names[each.id] for each in candidates(connection, SEARCH)}
        (late,) = corrected_candidates(connection, [SEARCH])
        assert corrected_candidates(connection, []) == ()
    assert own == {"at the time", "by device", "long"}
    assert {names[each] for each in late} == {"corrected to it"}
