"""Holes in a device's running numbers over its whole history. Pure.

A device numbers its files upwards and may begin again (each day, or after it was formatted), so its files, in the order
of their times, are *runs* of rising numbers. A number that a run skips is a hole: a file was made and never taken in.
A wrong clock puts files into the wrong place; a run that begins in the middle and holds just the numbers that
another one skips is such a misplaced piece, and no hole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

# Numbers that begin again within this many of the first are taken for a new run whose beginning is missing; further
# up it is another card's or another counter's.
_MAX_LEAD = 20
_PART_MS = 3_600_000
# Files that one docking brought in; a misplaced piece came with its neighbours.
_DOCKING_MS = 12 * 3_600_000


@dataclass(frozen=True, slots=True)
class Numbered:
    """A file of one device."""

    recording: str
    kind: str  # video, audio, photo …: a device may count them together or apart
    number: int
    start_ms: int
    end_ms: int
    received_ms: int


@dataclass(frozen=True, slots=True)
class NumberHole:
    """The numbers [first, last] are missing, between two files in the order of their times."""

    first: int
    last: int
    before: Numbered
    after: Numbered

    @property
    def n(self) -> int:
        return self.last - self.first + 1


def number_holes(files: Iterable[Numbered]) -> tuple[NumberHole, ...]:
    """All holes of one device, in order of time.

    Whether photos and films are counted together is not known: of the two readings that counts which misses less.
    """
    every = sorted(files, key=lambda file: (file.start_ms, file.number, file.recording))
    together = tuple(_holes(every))
    kinds = sorted({file.kind for file in every})
    if len(kinds) < 2:
        return together
    apart = tuple(hole for kind in kinds for hole in _holes([file for file in every if file.kind == kind]))
    fewest = min((together, apart), key=lambda holes: sum(hole.n for hole in holes))
    return tuple(sorted(fewest, key=lambda hole: (hole.before.start_ms, hole.first)))


def _holes(files: Sequence[Numbered]) -> Iterator[NumberHole]:
    runs = _runs(files)
    pieces = [run for run in runs if run[0].number > 1]
    placed: set[int] = set()  # pieces that belong into another run
    inner = []
    for run in runs:
        for before, after in pairwise(run):
            for hole in _without(before, after, [piece for piece in pieces if piece is not run], placed):
                inner.append(hole)
    yield from inner
    for last_run, run in pairwise(runs):
        if run[0].number > 1 and id(run) not in placed and run[0].number - 1 <= _MAX_LEAD:
            yield NumberHole(1, run[0].number - 1, last_run[-1], run[0])


def _runs(files: Sequence[Numbered]) -> list[list[Numbered]]:
    runs: list[list[Numbered]] = []
    for file in files:
        if runs and _is_part(runs[-1][-1], file):
            continue
        if not runs or file.number <= runs[-1][-1].number:
            runs.append([])
        runs[-1].append(file)
    return runs


def _is_part(before: Numbered, file: Numbered) -> bool:
    """One number for the parts of a long film, or for a film and its photo."""
    return file.number == before.number and file.start_ms - before.end_ms <= _PART_MS


def _without(before: Numbered, after: Numbered, pieces: list[list[Numbered]], placed: set[int]) -> Iterator[NumberHole]:
    """The hole between two files of a run, less what misplaced pieces hold. Notes the pieces in `placed`."""
    earliest = min(before.received_ms, after.received_ms) - _DOCKING_MS
    latest = max(before.received_ms, after.received_ms) + _DOCKING_MS
    found: set[int] = set()
    for piece in pieces:
        for file in piece:
            if before.number < file.number < after.number and earliest <= file.received_ms <= latest:
                found.add(file.number)
                placed.add(id(piece))
    borders = [before.number, *sorted(found), after.number]
    for low, high in pairwise(borders):
        if high - low > 1:
            yield NumberHole(low + 1, high - 1, before, after)
