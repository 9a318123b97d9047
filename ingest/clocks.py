"""What a docking tells about a device's clock. Pure: files as they were taken in go in, statements come out.

- A file that was noticed on the device at a moment had ended by then: the clock is ahead by at least so much as its
  stated end lies after that moment. A lower bound of the offset, and no upper one.
- A track of satellite times beside a recording lies within the recording: two bounds, the tighter the longer it is.
- Of two files with consecutive numbers the later one cannot have begun before the earlier one ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from evidence.clock_entries import JumpKind

# Files noticed this close together came with one docking.
_DOCKING_MS = 1_800_000
# Cameras keep up to a minute from before their button was pressed: files may overlap by it.
_OVERLAP_MS = 120_000
# A clock that fell back by more was not set wrong: its battery was empty.
_RESET_MS = 180 * 86_400_000
# A satellite's time is written with the second it belongs to.
_GPS_MS = 1_000


@dataclass(frozen=True, slots=True)
class DockedFile:
    """One recording of a device as it came in. Times in milliseconds since 1970, by the device where it states them."""

    recording: str
    device: str
    bay: str
    sequence: int | None
    start_ms: int | None  # as believed; None where nothing that the device states is
    said_ms: int | None  # as it states it, believed or not
    duration_ms: int
    noticed_ms: int  # server's clock
    spread_ms: int | None  # how far what it states is apart
    track_ms: tuple[int, int] | None = None  # first and last satellite time beside it


@dataclass(frozen=True, slots=True)
class Measured:
    """The offset lay in [low, high] at the instant that the device calls `stated_ms`."""

    file: DockedFile
    stated_ms: int
    true_ms: int
    low_ms: int
    high_ms: int | None

    @property
    def how(self) -> str:
        return "dock" if self.high_ms is None else "gps"


@dataclass(frozen=True, slots=True)
class Jump:
    before: DockedFile
    after: DockedFile
    kind: JumpKind
    unsure: tuple[str, ...]  # recordings whose stated times say nothing


def dockings(files: Iterable[DockedFile]) -> tuple[tuple[DockedFile, ...], ...]:
    """The files of each device and bay, parted where the next were noticed much later."""
    found: list[tuple[DockedFile, ...]] = []
    ordered = sorted(files, key=lambda each: (each.device, each.bay, each.noticed_ms, each.recording))
    for _, same in groupby(ordered, key=lambda each: (each.device, each.bay)):
        together: list[DockedFile] = []
        for each in same:
            if together and each.noticed_ms - together[-1].noticed_ms > _DOCKING_MS:
                found.append(tuple(together))
                together = []
            together.append(each)
        found.append(tuple(together))
    return tuple(found)


def by_dock(docking: Sequence[DockedFile]) -> Measured | None:
    """What the file tells best that ended last, against when it was noticed; None if no file's time is believed."""
    bounds = [
        Measured(each, end_ms, each.noticed_ms, end_ms - each.noticed_ms, None)
        for each in docking
        if each.start_ms is not None
        for end_ms in (each.start_ms + each.duration_ms,)
    ]
    return max(bounds, key=lambda each: (each.low_ms, each.file.recording), default=None)


def by_track(file: DockedFile) -> Measured | None:
    """What satellite times beside a recording tell: it began before the first and ended after the last of them.

    None where they cannot belong to it: a track longer than the recording.
    """
    if file.start_ms is None or file.track_ms is None:
        return None
    first_ms, last_ms = file.track_ms
    earliest, latest = last_ms - file.duration_ms - _GPS_MS, first_ms + _GPS_MS
    if latest < earliest:
        return None
    return Measured(file, file.start_ms, first_ms, file.start_ms - latest, file.start_ms - earliest)


def jumps(docking: Sequence[DockedFile]) -> tuple[Jump, ...]:
    """Where a clock fell back between two files whose numbers follow each other."""
    numbered = [each for each in docking if each.sequence is not None and each.said_ms is not None]
    times_used = Counter(each.sequence for each in numbered)
    # Numbers that begin anew every day tell no order.
    ordered = sorted((e for e in numbered if times_used[e.sequence] == 1), key=lambda each: each.sequence or 0)
    found = []
    for before, after in pairwise(ordered):
        if before.said_ms is None or after.said_ms is None or after.sequence != (before.sequence or 0) + 1:
            continue
        back_ms = before.said_ms + before.duration_ms - after.said_ms
        if back_ms > _OVERLAP_MS:
            kind: JumpKind = "reset" if back_ms > _RESET_MS else "backward"
            found.append(Jump(before, after, kind, _unsure(docking, before, after, kind)))
    return tuple(found)


def _unsure(docking: Sequence[DockedFile], before: DockedFile, after: DockedFile, kind: JumpKind) -> tuple[str, ...]:
    """After a reset what it says from then on, until it was set again; else either side may be the wrong one."""
    if kind == "backward":
        return tuple(sorted(each.recording for each in docking))
    border_ms = (before.said_ms or 0) - _RESET_MS
    reset = (
        each.recording
        for each in docking
        if (each.sequence or 0) >= (after.sequence or 0) and each.said_ms is not None and each.said_ms < border_ms
    )
    return tuple(sorted(reset))
