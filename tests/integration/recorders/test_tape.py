"""A channel's tape, message by message, on a real disk and a real ledger."""

from __future__ import annotations

import errno
import itertools
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from evidence import entries as e
from evidence.clock import from_text
from evidence.live import Chunk, Interrupted, Opening, Piece, Sealed, SittingId
from evidence.verify import verify_manifest, verify_original
from ingest.recorders.live_file import LocalDisk
from ingest.recorders.tape import Closed, Tape
from tests.integration.recorders.footage import START, Take, take
from tests.integration.recorders.site import FRONT, Site, lost, noticed

SECOND = timedelta(seconds=1)


class FaultyDisk(LocalDisk):
    """A disk that fails when told to."""

    def __init__(self) -> None:
        self.sync_fails = 0
        self.writes_until_full: int | None = None

    def write(self, fd: int, data: memoryview) -> int:
        if self.writes_until_full is not None:
            if self.writes_until_full == 0:
                os.write(fd, data[: len(data) // 2])
                raise OSError(errno.ENOSPC, "no space")
            self.writes_until_full -= 1
        return super().write(fd, data)

    def sync(self, fd: int) -> None:
        if self.sync_fails:
            self.sync_fails -= 1
            raise OSError(errno.EIO, "sync failed")
        super().sync(fd)


def opened(site: Site, footage: Take, **options: int) -> Tape:
    tape = site.tape(**options)
    tape.opened(footage.stream)
    return tape


def whole_wall_time(site: Site) -> timedelta:
    """Sum of coverage and gaps in the ledger."""
    total = timedelta(0)
    for row in site.recordings():
        total += from_text(row.end_at) - from_text(row.zero_at)
    for gap in site.gaps():
        total += from_text(gap.until_at or "") - from_text(gap.from_at)
    return total


def frames(site: Site, *rows: object) -> list[tuple[int, ...]]:
    """(recording, track, first, n) of all segments, in order."""
    found = []
    for entry in site.entries(e.LiveSegment):
        for part in entry.signed.statement.tracks:
            found.append((part.track, part.first_au, part.n_au))
    return found


def test_what_was_recorded_is_sealed_as_it_was_signed(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    site.feed(tape, footage, 0, 2)
    assert site.entries(e.LiveStarted) == []
    tape.record(None)
    site.feed(tape, footage, 2, 6)
    tape.stop()
    (row,) = site.recordings()
    assert (row.state, row.n_segments, row.duration_ms) == ("ended", 5, 10_000)
    site.finish()
    (row,) = site.recordings()
    assert row.state == "sealed"
    (sealed,) = site.entries(e.RecordingSealed)
    assert sealed.recording == row.id and sealed.n_segments == 5
    assert list(site.folder.iterdir()) == []
    assert site.check().findings == ()
    manifest = verify_manifest(site.store.blobs.read(sealed.manifest), site.store.seal_verifier)
    verify_original(site.store.blobs.path(sealed.original), manifest)
    assert manifest.live is not None and (manifest.live.channel, manifest.identity.unit) == (FRONT, "队")


def test_the_moment_of_the_button_is_covered(site: Site) -> None:
    """The latest closed fragment is the first of the file; nothing is missing before it."""
    footage = take()
    tape = opened(site, footage)
    site.feed(tape, footage, 0, 3)
    site.clock.advance(SECOND)
    tape.record(SittingId("s1"))
    (row,) = site.recordings()
    assert (row.zero_at, row.sitting, row.n_segments) == (footage.fragments[2].said.received_at, "s1", 1)
    assert site.gaps() == []


def test_what_lay_in_a_file_before_the_sitting_is_not_recorded(site: Site) -> None:
    """A growing file of half an hour is caught up with while somebody presses the button."""
    footage = take()
    tape = opened(site, footage)
    site.feed(tape, footage, 0, 2)
    site.clock.advance(START + 1800 * SECOND - site.clock.now())
    tape.record(SittingId("s1"))
    for closed in footage.fragments[2:4]:
        tape.closed(closed)
    assert site.recordings() == ()
    now = take().at(START + 1798 * SECOND)
    for closed in now.fragments[4:6]:
        tape.closed(closed)
    (row,) = site.recordings()
    assert (row.n_segments, row.zero_at) == (2, now.fragments[4].said.received_at)
    (gap,) = site.gaps()
    assert from_text(gap.from_at) == START + 1800 * SECOND and gap.until_at == row.zero_at


def test_waiting_for_the_first_picture_is_a_gap(site: Site) -> None:
    footage = take().at(START + 7 * SECOND)
    tape = site.tape()
    tape.record(None)
    tape.opened(footage.stream)
    site.feed(tape, footage, 0, 2)
    (gap,) = site.gaps()
    assert (gap.from_at, gap.until_at) == ("2026-11-25T08:00:00.000000Z", "2026-11-25T08:00:07.000000Z")
    assert gap.reason == "source"


def test_files_follow_each_other_without_losing_an_access_unit(site: Site) -> None:
    footage = take()
    tape = opened(site, footage, file_ms=4_000)
    tape.record(None)
    site.feed(tape, footage)
    tape.stop()
    rows = site.recordings()
    assert [row.n_segments for row in rows] == [2, 2, 2, 2, 2]
    assert [row.continues for row in rows] == [None, *(row.id for row in rows[:-1])]
    assert all(a.end_at == b.zero_at for a, b in itertools.pairwise(rows))
    site.finish()
    original = sum(len(part.pts) for each in footage.fragments for part in each.said.tracks)
    assert sum(n for _, _, n in frames(site)) == original
    assert site.gaps() == [] and site.check().findings == ()


def test_a_lost_source_is_a_gap_until_it_is_back(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 3)
    lost(tape)
    (begun,) = (each for each in site.entries(e.LiveEvent) if each.kind == "gap")
    assert begun.until_at is None and begun.reason == "unreachable"
    site.clock.advance(20 * SECOND)
    again = footage.at(START + 31 * SECOND)
    tape.opened(again.stream)
    site.feed(tape, again, 0, 3)
    tape.stop()
    first, second = site.recordings()
    (gap,) = site.gaps()
    assert (gap.from_at, gap.until_at, gap.recording) == (first.end_at, second.zero_at, first.id)
    assert whole_wall_time(site) == from_text(second.end_at) - START
    assert [row.kind for row in site.events()] == ["gap"]
    site.finish()
    assert site.check().findings == ()


def test_a_lost_source_while_one_file_follows_another(site: Site) -> None:
    footage = take()
    tape = opened(site, footage, file_ms=4_000)
    tape.record(None)
    site.feed(tape, footage, 0, 2)
    tape.begins(2)
    lost(tape)
    again = footage.at(START + 31 * SECOND)
    tape.opened(again.stream)
    site.feed(tape, again, 0, 1)
    tape.stop()
    first, empty, second = site.recordings()
    assert (empty.n_segments, empty.continues, second.continues) == (0, first.id, None)
    (gap,) = site.gaps()
    assert (gap.from_at, gap.until_at, gap.recording) == (first.end_at, second.zero_at, first.id)
    site.finish()
    assert site.check().findings == () and list(site.folder.iterdir()) == []


def test_a_stream_that_begins_anew_leaves_a_gap_with_its_reason(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 3)
    tape.noticed(noticed("gap", 6_000_000, 6_000_000))
    again = footage.at(START + timedelta(seconds=8.5))
    tape.opened(again.stream)
    site.feed(tape, again, 0, 1)
    (gap,) = site.gaps()
    assert (gap.reason, gap.detail) == ("gap", "words")
    assert from_text(gap.until_at or "") - from_text(gap.from_at) == timedelta(seconds=2.5)


def test_another_format_joins_where_no_time_is_missing(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 3)
    tape.noticed(noticed("format-changed", 6_000_000, 6_000_000))
    other = take(fps=20)
    again = other.at(START + 6 * SECOND)
    tape.opened(again.stream)
    site.feed(tape, again, 0, 2)
    tape.stop()
    first, second = site.recordings()
    assert second.continues == first.id and site.gaps() == []
    assert [row.kind for row in site.events()] == ["format-changed"]
    site.finish()
    assert site.check().findings == ()


def test_an_end_holds_the_fragment_of_its_moment(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 3)
    chunk = next((said, data) for said, data in footage.said if isinstance(said, Chunk) and said.seq == 3)
    site.relay.chunk(*chunk, starts=True)
    site.clock.advance(3 * SECOND)
    done: list[bool] = []
    tape.release(lambda: done.append(True))
    assert not done
    site.feed(tape, footage, 3, 5)
    assert done
    (row,) = site.recordings()
    assert (row.n_segments, row.ended_reason) == (4, "stopped") and site.gaps() == []
    assert site.heard[-1] == Interrupted(FRONT, "stopped")


def test_an_end_whose_fragment_never_closes_says_what_is_missing(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 3)
    site.clock.advance(3 * SECOND)
    done: list[bool] = []
    tape.release(lambda: done.append(True))
    site.clock.advance(11 * SECOND)
    tape.tick()
    assert not done
    site.clock.advance(2 * SECOND)
    tape.tick()
    assert done
    (gap,) = site.gaps()
    assert (gap.reason, gap.from_at) == ("open-fragment", site.recordings()[0].end_at)
    assert from_text(gap.until_at or "") == START + 7 * SECOND


def test_an_end_while_the_source_is_lost_ends_the_gap(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 3)
    lost(tape)
    site.clock.advance(30 * SECOND)
    tape.release(lambda: None)
    (gap,) = site.gaps()
    assert from_text(gap.until_at or "") == site.clock.now()
    site.finish()
    assert site.check().findings == ()


def test_a_full_disk_ends_the_file_and_recording_goes_on_when_there_is_room(site: Site) -> None:
    disk = FaultyDisk()
    site.disk = disk
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 3)
    disk.writes_until_full = 0
    site.feed(tape, footage, 3, 5)
    assert tape.trouble is not None and tape.trouble.code == "disk-full"
    assert tape.recording is None
    disk.writes_until_full = None
    site.clock.advance(4 * SECOND)
    site.feed(tape, footage, 5, 8)
    assert tape.trouble is None
    tape.stop()
    first, second = site.recordings()
    assert (first.n_segments, first.ended_reason, second.n_segments) == (3, "failed", 3)
    assert (first.cut_bytes or 0) > 0
    (gap,) = site.gaps()
    assert (gap.reason, gap.from_at, gap.until_at) == ("disk-full", first.end_at, second.zero_at)
    assert whole_wall_time(site) == from_text(second.end_at) - START
    site.finish()
    cut = site.folder / f"{first.id}.cut"
    assert cut.stat().st_size == first.cut_bytes
    assert site.check().findings == ()


def test_a_failed_sync_is_never_tried_again_on_the_same_file(site: Site) -> None:
    disk = FaultyDisk()
    site.disk = disk
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 3)
    disk.sync_fails = 1
    site.feed(tape, footage, 3, 6)
    tape.stop()
    first, second = site.recordings()
    # The fragment that could not be synced is the first one of the next file: nothing is missing.
    assert (first.n_segments, first.ended_reason) == (3, "failed")
    assert (second.n_segments, second.continues) == (3, first.id)
    assert first.cut_bytes == len(footage.fragments[3].data)
    assert site.gaps() == []
    site.finish()
    assert site.check().findings == ()


def test_a_worker_that_sends_what_is_no_fragment_costs_that_fragment_only(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 2)
    third = footage.fragments[2]
    site.come(tape, Closed(third.said, third.data[:-1]))
    site.clock.advance(SECOND)
    site.feed(tape, footage, 3, 5)
    tape.stop()
    first, second = (row for row in site.recordings() if row.n_segments)
    assert (first.n_segments, second.n_segments) == (2, 2)
    (gap,) = site.gaps()
    assert from_text(gap.until_at or "") - from_text(gap.from_at) == 2 * SECOND
    site.finish()
    assert site.check().findings == ()


def test_access_units_left_out_by_the_worker_are_not_papered_over(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 2)
    site.feed(tape, footage, 3, 5)
    first, second = site.recordings()
    assert (first.ended_reason, second.continues) == ("lost", None)
    (gap,) = site.gaps()
    assert gap.reason == "out-of-sequence"


def test_spans_are_logged_at_their_beginning_and_their_end(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 2)
    tape.noticed(noticed("sound-lost", 3_000_000, None))
    tape.noticed(noticed("sound-lost", 3_000_000, None))
    site.feed(tape, footage, 2, 4)
    tape.noticed(noticed("sound-lost", 3_000_000, 7_000_000))
    tape.noticed(noticed("black", 7_500_000, None))
    site.feed(tape, footage, 4, 5)
    tape.stop()
    sound, black = site.events()
    assert (sound.start_ms, sound.end_ms, sound.until_at) == (3000, 7000, "2026-11-25T08:00:07.000000Z")
    assert (black.kind, black.start_ms, black.end_ms) == ("black", 7500, 10_000)
    assert len(site.entries(e.LiveEvent)) == 4


def test_dropped_packets_are_said_once(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 1)

    def holed(n: int) -> Closed:
        closed = footage.fragments[n]
        return replace(closed, said=msgspec.structs.replace(closed.said, n_dropped=3))

    site.come(tape, holed(1))
    tape.noticed(noticed("dropped", 5_000_000, 5_200_000))
    site.come(tape, holed(2))
    assert [(row.start_ms, row.end_ms) for row in site.events()] == [(2000, 4000), (5000, 5200)]
    assert [each.n_dropped for each in site.entries(e.LiveSegment)] == [0, 3, 3]


def test_a_clock_that_jumps_is_an_event(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    for n, camera in enumerate(("08:00:00", "08:00:02", "09:00:04", "09:00:06")):
        closed = footage.fragments[n]
        said = msgspec.structs.replace(closed.said, camera_at=f"2026-11-25T{camera}Z")
        site.come(tape, replace(closed, said=said))
    (jump,) = site.events()
    assert (jump.kind, jump.start_ms, jump.detail) == ("clock-jump", 4000, "The camera's clock jumped by +3600.000 s.")


def test_a_sitting_in_a_room_that_is_always_recorded_names_the_next_file(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 3)
    tape.record(SittingId("s1"))
    site.feed(tape, footage, 3, 8)
    tape.record(None)
    site.feed(tape, footage, 8, 10)
    tape.stop()
    assert [(row.sitting, row.n_segments) for row in site.recordings()] == [(None, 5), ("s1", 5)]
    assert site.gaps() == []


def test_watchers_are_handed_every_picture_of_the_right_recording(site: Site) -> None:
    footage = take()
    tape = opened(site, footage, file_ms=4_000)
    tape.record(None)
    seen = -1
    for said, data in footage.said:
        if isinstance(said, Chunk):
            if said.track == 0 and said.seq > seen:
                seen = said.seq
                tape.begins(seen)
            site.relay.chunk(said, data, starts=said.track == 0 and said.key)
        elif (closed := next((c for c in footage.fragments if c.said is said), None)) is not None:
            site.come(tape, closed)
    tape.stop()
    rows = {row.id: row for row in site.recordings()}
    opening: Opening | None = None
    pieces: list[Piece] = []
    for item in site.heard[1:-1]:
        if isinstance(item, Opening):
            opening = item
            assert item.recording in rows and item.zero_at == rows[item.recording].zero_at
        elif isinstance(item, Piece):
            assert opening is not None and item.recording == opening.recording
            pieces.append(item)
            row = rows[item.recording]
            assert 0 <= item.start_ms < item.end_ms <= row.duration_ms + 80 and item.seq < row.n_segments
    # The first fragment closed before anybody could know that it would be recorded: shown is what comes then.
    pictures = [said for said, _ in footage.said if isinstance(said, Chunk) and said.track == 0 and said.seq > 0]
    assert len([piece for piece in pieces if piece.track == 0]) == len(pictures)
    assert len([item for item in site.heard if isinstance(item, Sealed)]) == 10
    assert isinstance(site.heard[0], Interrupted) and isinstance(site.heard[-1], Interrupted)


@pytest.mark.parametrize("kind", ["fmp4", "mkv-bframes", "ts", "mkv-flac", "hevc-fmp4"])
def test_recordings_of_every_kind_are_sealed(site: Site, kind: str) -> None:
    changes = {"muxer_options": (("movflags", "frag_keyframe+empty_moov+default_base_moof"),)}
    if kind == "hevc-fmp4":
        footage = take("hevc", 8, **changes)
    else:
        footage = take("mkv", 8, bframes=2) if kind == "mkv-bframes" else take(kind, 8)
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage)
    tape.stop()
    site.finish()
    assert [row.state for row in site.recordings()] == ["sealed"]
    assert site.check().findings == ()


def test_a_file_that_the_disk_gives_back_otherwise_is_not_sealed(site: Site) -> None:
    footage = take()
    tape = opened(site, footage)
    tape.record(None)
    site.feed(tape, footage, 0, 3)
    tape.stop()
    (row,) = site.recordings()
    path = site.folder / f"{row.id}.mp4"
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    with pytest.raises(Exception, match="What the disk gives back for segment 2"):
        site.finish()
    assert site.recordings()[0].state == "ended" and Path(path).exists()
