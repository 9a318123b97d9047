"""What a recording is played from: its segments, sample table and cuts, loaded once and kept while memory allows.

`load_reel` blocks (database and blobs; call from a thread). `Reels` belongs to the event loop.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

import msgspec
from sqlalchemy import Engine

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog.engine import connected
from evidence.catalog.recording_queries import PlayableRow, SegmentRow, playable, segments_of
from evidence.clock import from_text
from evidence.errors import IntegrityBroken, MediaUnreadable, NotFound, RecordingDestroyed
from evidence.media.cuts import Cut, cut, cuts_of
from evidence.media.samples import SampleTable
from evidence.records import RecordingId
from evidence.statements import SignedStatement

Source = Literal["original", "viewing-copy"]
# A Cut with two parts and its ledger fields, as Python objects; measured with tracemalloc, rounded up.
_BYTES_PER_SEGMENT = 1_000


@dataclass(frozen=True, slots=True)
class ReelSegment:
    """One segment as it is played, with what its ledger entry will say."""

    cut: Cut
    start_ms: int
    end_ms: int
    start_pts: int  # lead track, raw ticks of `source`
    end_pts: int
    timescale: int
    statement: Digest | None  # None for a viewing copy: it is not what was sealed


@dataclass(frozen=True, slots=True, eq=False)
class Reel:
    recording: RecordingId
    source: Source
    packaged: bool  # goes through the muxer in a worker; otherwise the file's own bytes are sent
    path: Path  # the original or the viewing copy
    samples_path: Path
    started_at: datetime
    init: bytes
    table: SampleTable
    segments: tuple[ReelSegment, ...]
    starts_ms: tuple[int, ...]

    @property
    def memory_bytes(self) -> int:
        arrays = sum(
            column.nbytes
            for track in self.table.tracks
            for column in (track.offset, track.size, track.dts, track.cts, track.duration, track.key)
        )
        return arrays + len(self.init) + len(self.segments) * _BYTES_PER_SEGMENT


class Packager(Protocol):
    """Makes what browsers play of a container that they cannot read. Blocking."""

    def segment(self, reel: Reel, seq: int) -> bytes:
        """`moof` and `mdat`. Raises MediaUnreadable, WorkerFailed."""
        ...

    def init(self, path: Path, samples: Path) -> bytes:
        """`ftyp` and `moov` that fit every segment of an original. Raises MediaUnreadable, WorkerFailed."""
        ...


class _Sealed(msgspec.Struct, frozen=True):
    """The part of a manifest that cuts are made from; the rest is skipped unread."""

    segments: tuple[SignedStatement, ...]


_sealed_decoder = msgspec.json.Decoder(_Sealed)


def load_reel(engine: Engine, blobs: Blobs, packager: Packager, recording: RecordingId) -> Reel:
    """Raises NotFound for an unknown recording, MediaUnreadable for one that cannot be played (yet)."""
    with connected(engine) as connection:
        row = playable(connection, recording)
        if row is None:
            raise NotFound("There is no such recording.")
        if row.destroyed_at is not None:
            raise RecordingDestroyed(row.destroyed_at)
        stated = segments_of(connection, recording)
    if row.playback in ("direct", "packaged"):
        return _of_original(blobs, packager, row, stated)
    if row.playback == "copy":
        return _of_copy(blobs, row)
    raise MediaUnreadable(row.playback_reason or "This recording has no segments to play.")


def _of_original(blobs: Blobs, packager: Packager, row: PlayableRow, stated: tuple[SegmentRow, ...]) -> Reel:
    if row.samples is None:
        raise MediaUnreadable("This recording was sealed without a sample table.")
    try:
        # The blob store has compared the bytes with the digest that the ledger names.
        statements = _sealed_decoder.decode(blobs.read(row.manifest)).segments
    except msgspec.MsgspecError as error:
        raise IntegrityBroken(f"The manifest cannot be read: {error}.") from error
    cuts = cuts_of(signed.statement for signed in statements)
    if len(cuts) != len(stated):
        raise IntegrityBroken("Manifest and catalog name different segments.", remedy="Run `mediad check`.")
    segments = tuple(
        ReelSegment(cut, said.start_ms, said.end_ms, said.start_pts, said.end_pts, said.timescale, said.statement)
        for cut, said in zip(cuts, stated, strict=True)
    )
    if row.init is not None:
        init = blobs.read(row.init)
    elif row.playback == "direct":
        raise MediaUnreadable("This recording was sealed without an init segment.")
    else:
        # The muxer's init is the same in every call; it need not have been sealed with the recording.
        init = packager.init(blobs.path(row.original), blobs.path(row.samples))
    return _reel(blobs, row, "original", row.original, row.samples, init, segments)


def _of_copy(blobs: Blobs, row: PlayableRow) -> Reel:
    copy = row.rendition("viewing-copy")
    if copy is None or copy.blob is None or copy.index is None or copy.init is None:
        failed = next((each for each in row.renditions if each.kind == "viewing-copy"), None)
        raise MediaUnreadable(
            "The viewing copy could not be made." if failed else "The viewing copy is still being made.",
            remedy=None if failed else "Try again in a while.",
        )
    table = SampleTable.from_bytes(blobs.read(copy.index))
    lead = table.lead()
    segments = tuple(_copied(each, lead.number, lead.timescale) for each in cut(table)) if lead else ()
    return _reel(blobs, row, "viewing-copy", copy.blob, copy.index, blobs.read(copy.init), segments)


def _copied(cut: Cut, lead: int, timescale: int) -> ReelSegment:
    part = next(each for each in cut.parts if each.track == lead)
    return ReelSegment(cut, cut.start_ms, cut.end_ms, part.start_pts, part.end_pts, timescale, None)


def _reel(
    blobs: Blobs,
    row: PlayableRow,
    source: Source,
    footage: Digest,
    samples: Digest,
    init: bytes,
    segments: tuple[ReelSegment, ...],
) -> Reel:
    return Reel(
        recording=row.id,
        source=source,
        packaged=source == "original" and row.playback == "packaged",
        path=blobs.path(footage),
        samples_path=blobs.path(samples),
        started_at=from_text(row.started_at),
        init=init,
        table=SampleTable.from_bytes(blobs.read(samples)),
        segments=segments,
        starts_ms=tuple(each.start_ms for each in segments),
    )


class Reels:
    """The most recently used reels, within a bound of memory. On the event loop only."""

    def __init__(self, load: Callable[[RecordingId], Awaitable[Reel]], budget_bytes: int = 96 * 2**20) -> None:
        self._load = load
        self._budget_bytes = budget_bytes
        self._kept: OrderedDict[RecordingId, Reel] = OrderedDict()
        self._loading: dict[RecordingId, asyncio.Future[Reel]] = {}
        self._bytes = 0

    async def get(self, recording: RecordingId) -> Reel:
        """The reel, loaded once however many ask at the same time. Raises what `load_reel` raises."""
        reel = self._kept.get(recording)
        if reel is not None:
            self._kept.move_to_end(recording)
            return reel
        loading = self._loading.get(recording)
        if loading is None:
            loading = asyncio.ensure_future(self._load(recording))
            self._loading[recording] = loading
            loading.add_done_callback(lambda done: self._loaded(recording, done))
        # Shielded: one caller who leaves must not take the reel from the others.
        return await asyncio.shield(loading)

    def forget(self, recording: RecordingId) -> None:
        """Its footage is being destroyed: whoever asks again hears so."""
        dropped = self._kept.pop(recording, None)
        if dropped is not None:
            self._bytes -= dropped.memory_bytes

    def _loaded(self, recording: RecordingId, done: asyncio.Future[Reel]) -> None:
        self._loading.pop(recording, None)
        # The exception, if any, was or will be raised to whoever awaits; reading it here marks it as seen.
        if done.cancelled() or done.exception() is not None:
            return
        reel = done.result()
        self._kept[recording] = reel
        self._bytes += reel.memory_bytes
        # The newest stays even if it alone is over the budget: it is being played.
        while self._bytes > self._budget_bytes and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.memory_bytes
