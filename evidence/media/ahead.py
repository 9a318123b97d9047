"""Access-unit digests taken ahead of the index: from the strides of a copy, in memory, while it is being written.

Runs in a worker process. The device file's own boxes say where the access units will lie (`plan`); their digests go
to a file in the scratch directory (`Plan`), from which the index takes them over (`Ahead`) once the blob is kept.

Nothing here is believed by itself. A digest counts only if the tables and the decoder set-up read from the kept blob
are, byte for byte, those it was taken by. And a digest may be missing: of an access unit that lay over a stride that
was not seen, that is larger than two strides, that brings parameter sets or that is damaged. Indexing digests those
from the blob, so that it finds what it finds without this module.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from evidence.blobs.store import Span
from evidence.media import facts
from evidence.media.boxes import Bytes, boxes, child
from evidence.media.esd import AccessUnits
from evidence.media.mp4 import Unsupported, coded, read_movie
from evidence.media.samples import SampleTable, TrackTable

DIGEST_BYTES = 32
_PLAN, _DIGESTS = "ahead-plan", "ahead-digests"

Setup = dict[int, tuple[str, bytes]]  # facts.extradata


def plan(device: Path, scratch: Path) -> None:
    """Prepare `scratch` for the digests of a device file. MediaUnreadable if its boxes do not tell where they lie."""
    with device.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        _require_one_table(data)
        size_bytes = len(data)
        movie = read_movie(data, size_bytes)
    with facts.opened(device) as container:
        setup = facts.extradata(container)
    tables = coded(movie, setup)
    (scratch / _DIGESTS).write_bytes(b"")
    os.truncate(scratch / _DIGESTS, sum(map(len, tables)) * (DIGEST_BYTES + 1))
    (scratch / _PLAN).write_bytes(_plan_bytes(size_bytes, tables, setup))


def _require_one_table(data: Bytes) -> None:
    """Fragmented files have their tables all over: reading them would read the device twice."""
    moov = next((box for box in boxes(data, 0, len(data)) if box.type in (b"moov", b"moof")), None)
    if moov is None or child(data, moov, b"mvex") is not None or moov.type != b"moov":
        raise Unsupported("The file has no single table at its beginning or its end.")


class _Head(msgspec.Struct, frozen=True):
    """What a plan says before its sample table."""

    size_bytes: int
    setup: tuple[tuple[str, bytes], ...]  # codec and decoder set-up of each track


def _plan_bytes(size_bytes: int, tables: tuple[TrackTable, ...], setup: Setup) -> bytes:
    head = _Head(size_bytes, tuple(setup[table.number] for table in tables))
    return msgspec.json.encode(head) + b"\n" + SampleTable(tables).to_bytes()


@dataclass(frozen=True, slots=True)
class _Column:
    """Digests of one track in the file, and which of them are there."""

    digests: NDArray[np.uint8]  # (n, 32)
    known: NDArray[np.bool_]  # (n,)


def _columns(path: Path, tables: tuple[TrackTable, ...], mode: str) -> tuple[_Column, ...]:
    if not any(map(len, tables)):
        return tuple(_Column(np.empty((0, DIGEST_BYTES), np.uint8), np.empty(0, np.bool_)) for _ in tables)
    room, at = np.memmap(path, np.uint8, mode), 0  # type: ignore[call-overload]
    columns: list[_Column] = []
    for table in tables:
        n, end = len(table), at + len(table) * DIGEST_BYTES
        columns.append(_Column(room[at:end].reshape(n, DIGEST_BYTES), room[end : end + n].view(np.bool_)))
        at = end + n
    return tuple(columns)


class _Track:
    """Where the access units of one track lie, by the place of their last byte."""

    def __init__(self, table: TrackTable, units: AccessUnits, column: _Column) -> None:
        self.units, self.column = units, column
        ends = table.offset + table.size
        self.order = np.argsort(ends, kind="stable")
        self.starts, self.ends = table.offset[self.order], ends[self.order]

    def ending_in(self, first: int, span: Span) -> tuple[NDArray[np.int64], list[tuple[int, int]]]:
        """Numbers and [start, end) of the units that end in `span` and begin at `first` or later."""
        low, high = np.searchsorted(self.ends, (span.offset, span.offset + span.length), side="right")
        picked = low + np.flatnonzero(self.starts[low:high] >= first)
        places = zip(self.starts[picked].tolist(), self.ends[picked].tolist(), strict=True)
        return self.order[picked], list(places)


class Plan:
    """The work on one original, in a worker. Keeps the strides' memory mapped."""

    def __init__(self, scratch: Path, memory_fd: int) -> None:
        self.scratch = scratch
        self._memory = mmap.mmap(memory_fd, 0, access=mmap.ACCESS_READ)
        head, _, table = (scratch / _PLAN).read_bytes().partition(b"\n")
        said = msgspec.json.decode(head, type=_Head)
        self._size_bytes = said.size_bytes
        tables = SampleTable.from_bytes(table).tracks
        columns = _columns(scratch / _DIGESTS, tables, "r+")
        self._tracks = [
            _Track(table, AccessUnits(*setup), column)
            for table, setup, column in zip(tables, said.setup, columns, strict=True)
        ]

    def digest(self, spans: tuple[Span, ...]) -> bool:
        """Digest the access units that end in the last span; the one before it, if given, is its neighbour.

        True at the end of the original.
        """
        span, before = spans[-1], spans[-2] if len(spans) > 1 else None
        first = before.offset if before and before.offset + before.length == span.offset else span.offset
        for track in self._tracks:
            numbers, places = track.ending_in(first, span)
            found = [self._unit(track.units, span, before, start, end) for start, end in places]
            clean = np.array([each is not None for each in found], np.bool_)
            digests = np.frombuffer(b"".join(filter(None, found)), np.uint8).reshape(-1, DIGEST_BYTES)
            track.column.digests[numbers[clean]] = digests
            track.column.known[numbers[clean]] = True
        return span.offset + span.length >= self._size_bytes

    def _unit(self, units: AccessUnits, span: Span, before: Span | None, start: int, end: int) -> bytes | None:
        """A digest; None if there was more to say of the unit than that: indexing should see it, too."""
        n_findings = units.n_findings
        if start >= span.offset or before is None:
            shift = span.at - span.offset
            digest = units.digest(self._memory, start + shift, end + shift)
        else:
            head = self._memory[before.at + start - before.offset : before.at + before.length]
            whole = head + self._memory[span.at : span.at + end - span.offset]
            digest = units.digest(whole, 0, len(whole))
        return digest if units.n_findings == n_findings else None


class Ahead:
    """What was digested ahead of the index of a kept blob."""

    def __init__(self, columns: tuple[_Column, ...]) -> None:
        self._columns = columns

    @classmethod
    def found(cls, scratch: Path, size_bytes: int, tables: tuple[TrackTable, ...], setup: Setup) -> Ahead:
        """Nothing, unless the blob's size, tables and set-up are those of the plan."""
        path = scratch / _PLAN
        if path.exists() and path.read_bytes() == _plan_bytes(size_bytes, tables, setup):
            return cls(_columns(scratch / _DIGESTS, tables, "r"))
        return cls(
            tuple(_Column(np.zeros((len(t), DIGEST_BYTES), np.uint8), np.zeros(len(t), np.bool_)) for t in tables)
        )

    def of(self, position: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Digests of the table at `position` (a copy, shape (n, 32)) and the numbers of those that are missing."""
        column = self._columns[position]
        return np.array(column.digests), np.flatnonzero(~column.known)
