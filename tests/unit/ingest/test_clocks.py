"""What a docking tells about a clock: bounds that hold for every true offset, and jumps."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ingest.clocks import DockedFile, by_dock, by_track, dockings, jumps

T, HOUR, DAY = 1_764_000_000_000, 3_600_000, 86_400_000


def file(number: int, start_ms: int, duration_ms: int = 60_000, **more: object) -> DockedFile:
    plain = DockedFile(f"r{number}", "D1", "b1", number, start_ms, start_ms, duration_ms, T, None)
    return replace(plain, **more)  # type: ignore[arg-type]


@given(
    st.integers(-DAY, DAY),
    st.lists(st.tuples(st.integers(1, 8 * HOUR), st.integers(0, HOUR)), min_size=1, max_size=6),
    st.integers(0, 999),
)
def test_the_true_offset_is_never_below_the_bound(offset: int, shift: list[tuple[int, int]], cut: int) -> None:
    """Recordings that truly ended before they were noticed; stated starts leave out parts of seconds."""
    files = []
    for n, (ago, length) in enumerate(shift):
        true_start = T - ago - length
        files.append(file(n, true_start + offset - cut, length))
    measured = by_dock(files)
    assert measured is not None and measured.high_ms is None
    assert measured.low_ms <= offset
    # The bound is as tight as the newest file allows.
    assert measured.low_ms == max(each.start_ms + each.duration_ms for each in files if each.start_ms) - T


@given(st.integers(-DAY, DAY), st.integers(0, 600_000), st.integers(0, 1), st.integers(0, 1), st.data())
def test_a_track_holds_the_true_offset(offset: int, length: int, early: int, late: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, length))
    last = data.draw(st.integers(first, length))
    whole = 1_000  # satellite times are told in whole seconds
    track = ((T + first) // whole * whole, (T + last) // whole * whole)
    measured = by_track(file(1, T + offset, length, track_ms=track))
    assert measured is not None and measured.high_ms is not None
    assert measured.low_ms <= offset <= measured.high_ms


def test_a_track_that_is_longer_than_its_recording_tells_nothing() -> None:
    assert by_track(file(1, T, 10_000, track_ms=(T, T + 20_000))) is None
    assert by_track(file(1, T, 10_000)) is None
    assert by_track(replace(file(1, T, 10_000, track_ms=(T, T + 5_000)), start_ms=None)) is None


def test_without_a_believed_time_nothing_is_measured() -> None:
    assert by_dock([replace(file(1, T), start_ms=None)]) is None


def test_dockings_are_parted_by_device_bay_and_time() -> None:
    files = [file(1, T), file(2, T, noticed_ms=T + 60_000), file(3, T, noticed_ms=T + 3 * HOUR)]
    files += [file(4, T, bay="b2"), file(5, T, device="D2")]
    assert [[each.recording for each in one] for one in dockings(files)] == [["r1", "r2"], ["r3"], ["r4"], ["r5"]]


def test_a_clock_that_fell_back() -> None:
    files = [file(1, T), file(2, T + HOUR), file(3, T - HOUR), file(4, T - HOUR + 70_000)]
    (jump,) = jumps(files)
    assert (jump.kind, jump.before.recording, jump.after.recording) == ("backward", "r2", "r3")
    assert jump.unsure == ("r1", "r2", "r3", "r4")


def test_an_empty_battery() -> None:
    zero = 946_684_800_000  # 2000-01-01
    files = [file(1, T), replace(file(2, zero), start_ms=None), file(3, zero + HOUR), file(4, T + HOUR)]
    (jump,) = jumps(files)
    assert (jump.kind, jump.unsure) == ("reset", ("r2", "r3"))


def test_what_is_no_jump() -> None:
    overlapping = [file(1, T), file(2, T + 5_000)]
    hole_in_numbers = [file(1, T), file(3, T - HOUR)]
    numbers_anew = [file(1, T), file(2, T + HOUR), file(1, T + DAY), file(2, T + DAY + HOUR)]
    without_numbers = [file(1, T, sequence=None), file(2, T - HOUR, sequence=None)]
    for files in (overlapping, hole_in_numbers, numbers_anew, without_numbers):
        assert jumps(files) == ()
