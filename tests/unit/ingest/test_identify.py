from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from evidence.records import MediaIndex
from ingest.identify import BayAssignment, identify
from ingest.profiles import NameMatch

RECEIVED = datetime(2026, 11, 24, 12, tzinfo=UTC)
MTIME = "2026-11-24T10:31:00.000000Z"
INDEX = MediaIndex(
    kind="video",
    container="mov",
    playback="direct",
    playback_reason="",
    duration_ms=60_000,
    container_started_at="2026-11-24T10:30:02.000000Z",
    container_tags=(("model", "BWC"),),
)
NAME = NameMatch(
    profile="p",
    device="D1",
    officer="O1",
    started_at=datetime(2026, 11, 24, 10, 30, tzinfo=UTC),
    sequence=7,
    key_mark=True,
)
BAY = BayAssignment(device="D2", officer="O2", unit="U2")


def test_the_file_name_is_trusted_first_and_all_times_are_kept() -> None:
    identity = identify(NAME, BAY, INDEX, MTIME, RECEIVED)
    assert (identity.device, identity.officer, identity.unit) == ("D1", "O1", "U2")
    assert dict(identity.origins) == {
        "device": "file-name",
        "officer": "file-name",
        "unit": "bay",
        "sequence": "file-name",
        "key_mark": "file-name",
        "started_at": "file-name",
    }
    assert [time.origin for time in identity.times] == ["file-name", "container", "file-mtime", "receipt"]
    assert identity.times[2].value == "2026-11-24T10:30:00.000000Z"  # Modified at the end of its minute.


def test_without_a_name_the_container_and_the_bay_speak() -> None:
    identity = identify(None, BAY, INDEX, MTIME, RECEIVED)
    assert (identity.device, identity.officer, identity.started_at_origin) == ("BWC", "O2", "container")


def test_nothing_known_is_allowed() -> None:
    bare = MediaIndex(kind="other", container="", playback="none", playback_reason="x", duration_ms=0)
    identity = identify(None, BayAssignment(), bare, "0001-01-01T00:00:00.000000Z", RECEIVED)
    assert identity.device is None and identity.officer is None and identity.started_at is None
    assert [time.origin for time in identity.times] == ["file-mtime", "receipt"]
    assert identity.origins == ()


def test_a_dead_clock_is_kept_and_not_believed() -> None:
    dead = replace(INDEX, container_started_at="1970-01-01T00:00:00.000000Z")
    early = replace(NAME, started_at=datetime(1980, 1, 1, tzinfo=UTC))
    identity = identify(early, BAY, dead, MTIME, RECEIVED)
    assert identity.started_at_origin == "file-mtime"
    assert [time.note for time in identity.times][:2] == ["implausible", "implausible"]


def test_a_start_long_after_receipt_is_not_believed() -> None:
    ahead = replace(NAME, started_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert identify(ahead, BAY, INDEX, MTIME, RECEIVED).started_at_origin == "container"
