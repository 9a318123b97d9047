from __future__ import annotations

from dataclasses import replace

from ingest.device_files import DeviceFile, Refused, Scan
from ingest.docking import Docking

A = DeviceFile(b"a.mp4", 10, 1, 1, 1)
B = DeviceFile(b"b.mp4", 20, 1, 1, 2)
LINK = Refused(b"link", "a symbolic link")


def scan(*files: DeviceFile, refused: tuple[Refused, ...] = ()) -> Scan:
    return Scan(files, refused)


def docking(*, clears: bool = False) -> Docking:
    return Docking((1, 1), clears=clears)


def test_what_is_done_is_not_ready_again() -> None:
    d = docking()
    first, second = d.look(scan(A, B), 0, lambda _s: True)
    d.note_done(first)
    assert (d.n_done, d.bytes_done, d.is_finished) == (1, 10, False)
    assert d.look(scan(A, B), 1, lambda _s: True) == (second,)
    d.note_done(second)
    assert d.is_finished and d.bytes_done == d.bytes_total == 30


def test_a_file_that_is_written_to_again_is_open_again() -> None:
    d = docking()
    d.note_done(d.look(scan(A), 0, lambda _s: True)[0])
    assert len(d.look(scan(replace(A, size_bytes=11)), 1, lambda _s: True)) == 1
    assert not d.is_finished


def test_a_sighting_keeps_its_beginning_while_nothing_changes() -> None:
    d = docking()
    since: list[float] = []
    for now in (0, 5):
        d.look(scan(A), now, lambda s: bool(since.append(s.first_seen_s)))
    d.look(scan(replace(A, mtime_ns=2)), 9, lambda s: bool(since.append(s.first_seen_s)))
    assert since == [0, 0, 9]
    assert d.n_growing == 1


def test_a_failure_is_tried_again_later_and_later() -> None:
    d = docking()
    (item,) = d.look(scan(A), 0, lambda _s: True)
    d.note_failure(item, "bad card", 0)
    assert d.look(scan(A), 1, lambda _s: True) == ()
    assert d.trouble() == "bad card" and d.next_retry_s() == 2
    assert d.look(scan(A), 2, lambda _s: True) == (item,)
    d.note_failure(item, "bad card", 2)
    assert d.next_retry_s() == 6


def test_a_failed_file_that_disappears_is_missed() -> None:
    d = docking()
    d.note_failure(d.look(scan(A), 0, lambda _s: True)[0], "bad card", 0)
    d.look(scan(), 1, lambda _s: True)
    assert d.trouble() == "a.mp4 disappeared from the camera before it was copied."
    d.look(scan(A), 2, lambda _s: True)
    assert d.trouble() is None


def test_a_failed_file_that_was_renamed_is_not_missed() -> None:
    d = docking()
    d.note_failure(d.look(scan(A), 0, lambda _s: True)[0], "bad card", 0)
    assert len(d.look(scan(replace(A, path=b"z.mp4")), 1, lambda _s: True)) == 1
    assert d.trouble() is None


def test_cleared_files_still_count_as_done() -> None:
    d = docking(clears=True)
    d.note_done(d.look(scan(A), 0, lambda _s: True)[0])
    d.look(scan(), 1, lambda _s: True)
    assert (d.n_files, d.n_done, d.bytes_total, d.bytes_done) == (1, 1, 10, 10)


def test_refused_things_are_told_once_and_shown_always() -> None:
    d = docking()
    d.look(scan(refused=(LINK,)), 0, lambda _s: True)
    assert d.fresh_refused == (LINK,)
    d.look(scan(refused=(LINK,)), 1, lambda _s: True)
    assert d.fresh_refused == () and d.n_failed == 1
    assert d.trouble() == "link was not taken in: a symbolic link."
