"""A killed daemon: wherever its file was cut off, what was closed is sealed and playable, and the gap is said when
recording goes on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import av
import pytest

from evidence import entries as e
from evidence.catalog.engine import connected
from evidence.catalog.recording_queries import recording_detail
from evidence.clock import from_text
from evidence.errors import IntegrityBroken
from evidence.media.boxes import boxes
from evidence.records import RecordingId
from tests.integration.recorders.footage import START, take
from tests.integration.recorders.site import FRONT, Site, noticed, site_on

N_LOGGED = 3


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that was killed when three fragments were logged; the file goes on with one more that is not."""
    root = tmp_path_factory.mktemp("killed")
    with site_on(root) as site:
        tape, footage = site.tape(), take()
        tape.record(None)
        tape.opened(footage.stream)
        site.feed(tape, footage, 0, N_LOGGED)
        tape.noticed(noticed("sound-lost", 5_000_000, None))
        (path,) = site.folder.iterdir()
        with path.open("ab") as file:
            for closed in footage.fragments[N_LOGGED : N_LOGGED + 1]:
                file.write(closed.data)
    return root


def tail_borders() -> list[int]:
    """Every box border behind what is logged, and a byte to both sides of it: lengths of the tail."""
    data = b"".join(closed.data for closed in take().fragments[N_LOGGED : N_LOGGED + 1])
    found: set[int] = {0, len(data)}

    def walk(start: int, end: int) -> None:
        for box in boxes(data, start, end):
            found.update((box.start, box.body, box.end))
            if box.type in (b"moof", b"traf"):
                walk(box.body, box.end)

    walk(0, len(data))
    around = {each + step for each in found for step in (-1, 0, 1)}
    return sorted(each for each in around if 0 <= each <= len(data))


@pytest.fixture
def left(killed: Path, tmp_path: Path) -> Iterator[Site]:
    shutil.copytree(killed / "site", tmp_path / "site")
    with site_on(tmp_path) as site:
        yield site


def whole_bytes(site: Site) -> int:
    (row,) = site.recordings()
    return row.size_bytes


def test_what_was_logged_is_sealed_and_playable_wherever_the_file_was_cut_off(killed: Path, tmp_path: Path) -> None:
    """The file cut at every border of every box behind the logged part."""
    borders = tail_borders()
    assert len(borders) > 30
    for tail in borders:
        root = tmp_path / str(tail)
        shutil.copytree(killed / "site", root / "site")
        with site_on(root) as site:
            (path,) = site.folder.glob("*.mp4")
            whole = whole_bytes(site)
            with path.open("r+b") as file:
                file.truncate(whole + tail)
            recovered = site.recover()
            (row,) = site.recordings()
            assert (row.state, row.ended_reason, row.n_segments, row.cut_bytes) == ("ended", "restart", 3, tail)
            site.finish(*recovered.to_seal)
            assert site.recordings()[0].state == "sealed"
            cut = path.with_suffix(".cut")
            assert (cut.stat().st_size if cut.exists() else 0) == tail and not path.exists()
            assert recovered.gaps[FRONT].since == START + timedelta(seconds=6)
        shutil.rmtree(root)


def test_a_recovered_recording_is_like_any_other(left: Site) -> None:
    recovered = left.recover()
    left.finish(*recovered.to_seal)
    (sealed,) = left.entries(e.RecordingSealed)
    with connected(left.store.engine) as connection:
        detail = recording_detail(connection, sealed.recording)
    assert detail is not None
    with av.open(str(left.store.blobs.path(sealed.original))) as original:
        assert sum(1 for _ in original.decode(video=0)) == 150
    assert left.check().findings == () and left.check().notices == ()
    (sound,) = left.events()
    assert (sound.kind, sound.until_at) == ("sound-lost", left.recordings()[0].end_at)


def test_recording_goes_on_and_the_gap_is_said(left: Site) -> None:
    recovered = left.recover()
    tape = left.tape(recovered=recovered)
    tape.record(None)
    again = take().at(START + timedelta(seconds=20))
    tape.opened(again.stream)
    left.feed(tape, again, 0, 2)
    tape.stop()
    left.finish(*recovered.to_seal, *left.ended)
    first, second = left.recordings()
    (gap,) = left.gaps()
    assert (gap.reason, gap.from_at, gap.until_at) == ("restart", first.end_at, second.zero_at)
    assert from_text(gap.until_at or "") - from_text(gap.from_at) == timedelta(seconds=14)
    assert left.check().findings == ()


def test_recovering_again_changes_nothing(left: Site) -> None:
    recovered = left.recover()
    before = left.store.reader.size()
    again = left.recover()
    assert left.store.reader.size() == before
    assert (again.to_seal, again.gaps) == (recovered.to_seal, recovered.gaps)


def test_a_kill_between_sealing_and_tidying_leaves_nothing_behind(left: Site) -> None:
    recovered = left.recover()
    (path,) = left.folder.glob("*.mp4")
    copy = path.read_bytes()
    left.finish(*recovered.to_seal)
    path.write_bytes(copy)
    again = left.recover()
    left.finish(*again.to_seal)
    assert not path.exists() and len(left.entries(e.RecordingSealed)) == 1


def test_a_disk_that_lost_what_it_had_synced_is_named(left: Site) -> None:
    (path,) = left.folder.glob("*.mp4")
    with path.open("r+b") as file:
        file.truncate(whole_bytes(left) - 1)
    recovered = left.recover()
    with pytest.raises(IntegrityBroken, match="were synced and signed"):
        left.finish(*recovered.to_seal)
    found = left.check()
    assert [notice.code for notice in found.notices] == ["unfinished"] and path.exists()


def test_files_without_an_entry_hold_nothing_and_large_ones_are_kept(left: Site) -> None:
    small, large = (left.folder / f"r{letter * 20}.mp4" for letter in "ab")
    small.write_bytes(b"init")
    large.write_bytes(bytes(2 << 20))
    left.recover()
    assert not small.exists() and large.with_suffix(".orphan").stat().st_size == 2 << 20


def test_a_recording_of_no_fragment_is_ended_and_never_sealed(site: Site) -> None:
    tape, footage = site.tape(file_ms=4_000), take()
    tape.record(None)
    tape.opened(footage.stream)
    site.feed(tape, footage, 0, 2)
    tape.begins(2)
    recovered = site.recover()
    first, empty = site.recordings()
    assert (empty.n_segments, empty.state, recovered.to_seal) == (0, "ended", (first.id, RecordingId(empty.id)))
    site.finish(*recovered.to_seal)
    assert list(site.folder.iterdir()) == [] and site.check().findings == ()
