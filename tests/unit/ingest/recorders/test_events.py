"""Gaps, spans and clocks become entries with their times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from evidence.clock import to_text
from evidence.live import ChannelId, Fragment, Noticed
from evidence.records import RecordingId, Track
from ingest.recorders.chain import Chain
from ingest.recorders.channel_state import ChannelTerms
from ingest.recorders.events import Clocks, Gap, Spans

START = datetime(2026, 11, 25, 8, tzinfo=UTC)
NOW = START + timedelta(minutes=1)
TERMS = ChannelTerms(ChannelId("a/front"), "a", "前", "front")
TRACKS = (Track(0, "video", "h264", "avc1.42c01e", 90_000, 0, 0),)
CHAIN = Chain.beginning(RecordingId("r1"), TRACKS, 10_000_000, START)


def fragment(n: int, camera: str | None) -> Fragment:
    start_us = 2_000_000 * n
    received = to_text(START + timedelta(seconds=2 * n))
    return Fragment(seq=n, tracks=(), start_us=start_us, end_us=start_us + 1, received_at=received, camera_at=camera)


def test_a_gap_never_ends_before_it_begins() -> None:
    gap = Gap(START, "network", "words", None, RecordingId("r1"))
    entry = gap.entry(TERMS, START - timedelta(seconds=5), NOW)
    assert entry.from_at == entry.until_at == "2026-11-25T08:00:00.000000Z"
    assert gap.entry(TERMS, None, NOW).until_at is None


def test_what_began_before_the_recording_begins_with_it() -> None:
    entry, spans = Spans().note(
        Noticed(kind="black", from_us=4_000_000, until_us=None, detail="x"), CHAIN, TERMS, None, NOW
    )
    assert entry is not None and (entry.start_ms, entry.from_at) == (0, "2026-11-25T08:00:00.000000Z")
    ended, spans = spans.note(
        Noticed(kind="black", from_us=4_000_000, until_us=12_500_000, detail="y"), CHAIN, TERMS, None, NOW
    )
    assert ended is not None and (ended.start_ms, ended.end_ms, ended.from_at) == (0, 2500, entry.from_at)
    assert spans.open == ()


def test_spans_of_several_kinds_end_with_the_recording() -> None:
    spans = Spans()
    for kind in ("black", "silent"):
        said = Noticed(kind=kind, from_us=11_000_000, until_us=None, detail="x")  # type: ignore[arg-type]
        _, spans = spans.note(said, CHAIN, TERMS, None, NOW)
    assert [(each.kind, each.end_ms) for each in spans.end(CHAIN, NOW)] == [("black", 1000), ("silent", 1000)]


def test_clocks_that_go_together_say_nothing() -> None:
    clocks = Clocks()
    for n in range(5):
        camera = f"2026-11-25T09:00:{2 * n:02}.{n}Z" if n != 2 else None
        clocks = clocks.step(fragment(n, camera), START + timedelta(seconds=2 * n), 100.0 + 2 * n)
        assert clocks.words == ()


def test_a_cameras_clock_that_jumps_is_told_once() -> None:
    clocks = Clocks().step(fragment(0, "2026-11-25T09:00:00Z"), START, 0.0)
    clocks = clocks.step(fragment(1, "2026-11-25T08:59:58Z"), START + timedelta(seconds=2), 2.0)
    assert clocks.words == ("The camera's clock jumped by -4.000 s.",)
    clocks = clocks.step(fragment(2, "2026-11-25T09:00:00Z"), START + timedelta(seconds=4), 4.0)
    assert clocks.words == ()


def test_a_server_whose_clock_is_set_says_so() -> None:
    clocks = Clocks().step(fragment(0, None), START, 0.0)
    clocks = clocks.step(fragment(1, None), START + timedelta(seconds=62), 2.0)
    assert clocks.words == ("The server's clock was set by +60.000 s.",)


def test_a_cameras_clock_that_is_another_after_a_break_is_told_once() -> None:
    clocks = Clocks().step(fragment(0, "2026-11-25T08:00:01Z"), START, 0.0).anew()
    later = START + timedelta(seconds=20)
    clocks = clocks.step(fragment(10, None), later, 20.0)
    assert clocks.words == ()
    clocks = clocks.step(fragment(11, "2000-01-01T00:00:23Z"), later + timedelta(seconds=2), 22.0)
    assert clocks.words == ("The camera's clock jumped by -848908800 s while it was away.",)
    clocks = clocks.step(fragment(12, "2000-01-01T00:00:25Z"), later + timedelta(seconds=4), 24.0)
    assert clocks.words == ()


def test_a_servers_clock_that_was_set_meanwhile_is_not_the_cameras_fault() -> None:
    clocks = Clocks().step(fragment(0, "2026-11-25T08:00:01Z"), START, 0.0).anew()
    # The server's clock was set back by 18 s while 20 s passed.
    clocks = clocks.step(fragment(1, "2026-11-25T08:00:21Z"), START + timedelta(seconds=2), 20.0)
    assert clocks.words == ("The server's clock was set by -18.000 s.",)
