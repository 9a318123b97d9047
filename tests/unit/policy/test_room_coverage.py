"""Two recorders of one room: together they cover what either covers, and where they differ is said with the reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from evidence import intervals
from evidence.canonical import Digest
from evidence.catalog.live_queries import LiveEventRow, LiveRecording
from evidence.clock import to_text
from evidence.live import ChannelId
from evidence.records import RecordingId
from policy.room_coverage import Difference, Hole, RoomCoverage, millis, room_coverage

FRONT, BACKUP = ChannelId("a/front"), ChannelId("a/backup")
ZERO = datetime(2026, 11, 25, 8, tzinfo=UTC)
ZERO_MS = millis(to_text(ZERO))


def at(ms: int) -> str:
    return to_text(ZERO + timedelta(milliseconds=ms))


def recording(channel: ChannelId, start_ms: int, end_ms: int, n_segments: int = 1) -> LiveRecording:
    return LiveRecording(
        id=RecordingId("r"),
        room="a",
        channel=channel,
        sitting=None,
        unit=None,
        init=Digest(""),
        tracks=(),
        source_codecs=(),
        zero_at=at(start_ms),
        camera_at=None,
        continues=None,
        state="sealed",
        n_segments=n_segments,
        duration_ms=end_ms - start_ms,
        size_bytes=1,
        end_at=at(end_ms),
        ended_at=None,
        ended_reason=None,
        cut_bytes=None,
        entry=0,
    )


def gap(channel: ChannelId, start_ms: int, end_ms: int | None, reason: str) -> LiveEventRow:
    until = None if end_ms is None else at(end_ms)
    return LiveEventRow(0, "a", channel, None, None, "gap", at(start_ms), until, None, None, reason, reason, at(0))


def compared(until_ms: int, *rows: LiveRecording, events: tuple[LiveEventRow, ...] = ()) -> RoomCoverage:
    return room_coverage(at(0), at(until_ms), (FRONT, BACKUP), rows, events)


def test_the_backup_fills_what_the_first_lost() -> None:
    found = compared(
        60_000,
        recording(FRONT, -5_000, 20_000),
        recording(FRONT, 30_000, 65_000),
        recording(BACKUP, 0, 60_000),
        events=(gap(FRONT, 20_000, 30_000, "network"),),
    )
    assert found.missing == () and intervals.length(found.covered) == 60_000
    front, backup = found.channels
    assert front.holes == (Hole(ZERO_MS + 20_000, ZERO_MS + 30_000, "network", "network"),) and backup.holes == ()
    assert found.differences == (Difference(ZERO_MS + 20_000, ZERO_MS + 30_000, (BACKUP,), (FRONT,)),)


def test_what_both_lost_is_missing_and_no_difference() -> None:
    found = compared(
        30_000,
        recording(FRONT, 0, 10_000),
        recording(BACKUP, 0, 12_000),
        recording(BACKUP, 20_000, 30_000),
        events=(gap(FRONT, 10_000, None, "disk-full"),),
    )
    assert found.missing == ((ZERO_MS + 12_000, ZERO_MS + 20_000),)
    assert [(each.start_ms - ZERO_MS, each.end_ms - ZERO_MS) for each in found.differences] == [
        (10_000, 12_000),
        (20_000, 30_000),
    ]
    assert found.channels[0].holes[0].reason == "disk-full" and found.channels[1].holes[0].reason == ""


def test_files_that_follow_each_other_leave_no_slit() -> None:
    found = compared(
        20_000, recording(FRONT, 0, 10_000), recording(FRONT, 10_040, 20_000), recording(BACKUP, 0, 20_000)
    )
    assert found.differences == () and found.channels[0].holes == ()


def test_a_recording_of_no_segment_covers_nothing() -> None:
    found = compared(1_000, recording(FRONT, 0, 1_000, n_segments=0))
    assert found.covered == () and found.missing == ((ZERO_MS, ZERO_MS + 1_000),)


def test_a_stretch_of_no_time_is_covered_by_nothing_and_misses_nothing() -> None:
    found = compared(0, recording(FRONT, -10, 10))
    assert (found.covered, found.missing, found.differences) == ((), (), ())


spans = st.lists(st.tuples(st.integers(-50, 150), st.integers(1, 60)), max_size=6)


@given(spans, spans)
def test_covered_and_missing_are_the_whole_and_differences_lie_within_covered(
    front: list[tuple[int, int]], backup: list[tuple[int, int]]
) -> None:
    rows = [recording(FRONT, 100 * s, 100 * (s + n)) for s, n in front]
    rows += [recording(BACKUP, 100 * s, 100 * (s + n)) for s, n in backup]
    found = compared(10_000, *rows)
    assert intervals.length(found.covered) + intervals.length(found.missing) == 10_000
    differing = tuple((each.start_ms, each.end_ms) for each in found.differences)
    assert intervals.intersection(differing, found.missing) == ()
    both = intervals.intersection(found.channels[0].covered, found.channels[1].covered)
    assert intervals.length(both) + intervals.length(intervals.merged(differing)) == intervals.length(found.covered)
