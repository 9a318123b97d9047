"""Footage that is missing beyond cases: what is known about a device's files, and what does not add up. Pure.

Like a finding of a case, an absence is never stored: it follows from what was recorded and seen, and goes away when the
file is taken in after all. It belongs to a device, the officer who wore it and a unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from evidence.intervals import Span
from policy.duty import Duty, Shift, duty_of, known_ms
from policy.number_holes import Numbered, NumberHole, number_holes

AbsenceKind = Literal[
    "number-hole",  # a device's running numbers skip
    "file-missed",  # a file was seen in a bay and is gone without having been taken in
    "cut-off",  # a recording has no clean end
    "late-hand-in",  # docked later than the list allows
    "duty-unrecorded",  # less was recorded on duty than the list asks for
]
Lost = Literal["removed", "vanished", "restart"]


@dataclass(frozen=True, slots=True)
class Taken:
    """A recording of a device, as it bears on what is missing."""

    recording: str
    kind: str
    device: str | None
    officer: str | None
    unit: str | None
    number: int | None
    start_ms: int
    end_ms: int
    received_ms: int
    cut_off: bool = False  # its file was never finished
    in_case: bool = False  # somebody confirmed it for an activity, where it is judged by that item


@dataclass(frozen=True, slots=True)
class Missed:
    """A device file that was seen in a bay and is gone."""

    id: str
    path: str
    bay: str
    device: str | None
    officer: str | None
    unit: str | None
    number: int | None
    start_ms: int | None
    first_seen_ms: int
    missed_ms: int
    lost: Lost
    growing: bool
    trouble: str
    returned: bool = False  # it was taken in since


@dataclass(frozen=True, slots=True)
class Absence:
    """One thing that is missing. `about` tells absences of one kind and device apart."""

    kind: AbsenceKind
    device: str | None
    officer: str | None  # None: not known, or more than one
    unit: str | None
    about: str
    start_ms: int  # 0 and 0: no span
    end_ms: int
    known_ms: int  # since when the server could know
    recordings: tuple[str, ...] = ()
    numbers: tuple[int, int] | None = None  # of a hole: first and last
    follows_ms: int | None = None  # cut off: how long after it the same device recorded again; None: it did not
    seen: Missed | None = None
    duty: Duty | None = None
    docked_since: bool = False  # of a missed file: the device was docked again, without it


@dataclass(frozen=True, slots=True)
class AbsenceTerms:
    """What the item list says about it."""

    hand_in_ms: int
    duty_percent: int = 0


def absences(
    taken: Iterable[Taken],
    missed: Iterable[Missed],
    terms: AbsenceTerms,
    shifts: Iterable[Shift] = (),
    now_ms: int = 0,
) -> tuple[Absence, ...]:
    """Everything that is missing, latest known first. A shift is judged once its footage should have been handed in."""
    recordings = tuple(taken)
    gone = tuple(each for each in missed if not each.returned)
    by_device: dict[str, list[Taken]] = {}
    for each in recordings:
        if each.device is not None:
            by_device.setdefault(each.device, []).append(each)
    found = [*_late(recordings, terms), *_gone(gone, by_device)]
    for device, each_of in by_device.items():
        found += _cut_off(device, each_of)
        found += _holes(device, each_of, [each for each in gone if each.device == device])
    found += _duty(recordings, shifts, terms, now_ms)
    found += _cut_off(None, [each for each in recordings if each.device is None])
    return in_order(found)


def in_order(found: Iterable[Absence]) -> tuple[Absence, ...]:
    """Latest known first."""
    return tuple(sorted(found, key=lambda each: (-each.known_ms, each.kind, each.device or "", each.about)))


def _duty(recordings: Iterable[Taken], shifts: Iterable[Shift], terms: AbsenceTerms, now_ms: int) -> Iterator[Absence]:
    by_officer: dict[str | None, list[Taken]] = {}
    by_device: dict[str | None, list[Taken]] = {}
    for each in recordings:
        by_officer.setdefault(each.officer, []).append(each)
        by_device.setdefault(each.device, []).append(each)
    for shift in shifts:
        own = by_officer.get(shift.officer, ()) if shift.device is None else by_device.get(shift.device, ())
        found = unrecorded(shift, ((each.start_ms, each.end_ms) for each in own), terms)
        if found is not None and found.known_ms <= now_ms:
            yield found


def unrecorded(shift: Shift, recorded: Iterable[Span], terms: AbsenceTerms) -> Absence | None:
    """What is missing of a shift, known from when its footage should have been handed in."""
    duty = duty_of(shift, recorded, terms.duty_percent)
    if duty.missing_ms == 0:
        return None
    return Absence(
        "duty-unrecorded",
        shift.device,
        shift.officer,
        shift.unit,
        shift.id,
        shift.start_ms,
        shift.end_ms,
        known_ms(shift, terms.hand_in_ms),
        duty=duty,
    )


def _late(recordings: Iterable[Taken], terms: AbsenceTerms) -> Iterator[Absence]:
    for each in recordings:
        if not each.in_case and each.received_ms - each.end_ms > terms.hand_in_ms:
            yield Absence(
                "late-hand-in",
                each.device,
                each.officer,
                each.unit,
                each.recording,
                each.end_ms,
                each.received_ms,
                each.received_ms,
                (each.recording,),
            )


def _gone(gone: Iterable[Missed], by_device: dict[str, list[Taken]]) -> Iterator[Absence]:
    for each in gone:
        # By its identity in the ledger: the same name may be lost twice.
        later = by_device.get(each.device, ()) if each.device is not None else ()
        docked = any(other.received_ms > each.missed_ms for other in later)
        yield Absence(
            "file-missed",
            each.device,
            each.officer,
            each.unit,
            f"{each.id}/{each.path}",
            each.first_seen_ms,
            each.missed_ms,
            each.missed_ms,
            seen=each,
            docked_since=docked,
        )


def _cut_off(device: str | None, recordings: Iterable[Taken]) -> Iterator[Absence]:
    ordered = sorted(recordings, key=lambda each: (each.start_ms, each.recording))
    following: list[tuple[Taken, Taken | None]] = [*pairwise(ordered)]
    if ordered:
        following.append((ordered[-1], None))
    for each, after in following:
        if each.cut_off and not each.in_case:
            follows = None if after is None or device is None else max(0, after.start_ms - each.end_ms)
            yield Absence(
                "cut-off",
                device,
                each.officer,
                each.unit,
                each.recording,
                each.start_ms,
                each.end_ms,
                each.received_ms,
                (each.recording,),
                follows_ms=follows,
            )


def _holes(device: str, recordings: Iterable[Taken], gone: Iterable[Missed]) -> Iterator[Absence]:
    by_id = {each.recording: each for each in recordings}
    numbered = [
        Numbered(each.recording, each.kind, each.number, each.start_ms, each.end_ms, each.received_ms)
        for each in by_id.values()
        if each.number is not None
    ]
    # What was seen and is gone is named by itself.
    seen = {each.number for each in gone if each.number is not None}
    for hole in number_holes(numbered):
        for first, last in _less(hole, seen):
            yield _hole(device, hole, first, last, by_id)


def _less(hole: NumberHole, seen: set[int]) -> Iterator[tuple[int, int]]:
    borders = [hole.first - 1, *sorted(n for n in seen if hole.first <= n <= hole.last), hole.last + 1]
    for low, high in pairwise(borders):
        if high - low > 1:
            yield low + 1, high - 1


def _hole(device: str, hole: NumberHole, first: int, last: int, by_id: dict[str, Taken]) -> Absence:
    before, after = by_id[hole.before.recording], by_id[hole.after.recording]
    start_ms, end_ms = min(before.end_ms, after.start_ms), max(before.end_ms, after.start_ms)
    return Absence(
        "number-hole",
        device,
        before.officer if before.officer == after.officer else None,
        before.unit if before.unit == after.unit else None,
        f"{first}" if first == last else f"{first}-{last}",
        start_ms,
        end_ms,
        max(before.received_ms, after.received_ms),
        (before.recording, after.recording),
        numbers=(first, last),
    )
