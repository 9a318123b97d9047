"""The life of one recording on disk and in the ledger: begin, append, end. Used from one thread.

Write order: file and its name durable → `live.started` → for each fragment: appended and synced → statement signed →
`live.segment` → `live.ended`. What the ledger says of the file is durable in the file.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from evidence.blobs.store import Blobs
from evidence.catalog.engine import connected
from evidence.catalog.live_queries import live_recording
from evidence.clock import Clock, to_text
from evidence.entries import LiveEnded, LiveEvent, LiveSegment, LiveStarted
from evidence.errors import MediadError, MediaUnreadable
from evidence.ledger import Ledger
from evidence.live import Fragment, Opened, Sealed, SittingId
from evidence.media.boxes import boxes
from evidence.records import RecordingId
from evidence.signing import SealSigner
from evidence.statements import sign_statement
from ingest.recorders.chain import Chain
from ingest.recorders.channel_state import ChannelTerms
from ingest.recorders.live_file import Disk, LiveFile, LocalDisk

EndReason = Literal["stopped", "rotated", "lost", "format-changed", "failed", "restart"]


@dataclass(frozen=True, slots=True)
class RecordingTools:
    """What recordings are made with, from the composition root."""

    engine: Engine
    ledger: Ledger
    blobs: Blobs
    signer: SealSigner
    clock: Clock
    folder: Path  # on the blobs' disk
    disk: Disk = field(default_factory=LocalDisk)

    def path(self, recording: RecordingId) -> Path:
        return self.folder / f"{recording}.mp4"


@dataclass(frozen=True, slots=True)
class Stream:
    """What a worker opened: what it said, and its init segments."""

    said: Opened
    init: bytes  # what a file of it begins with
    track_inits: tuple[bytes, ...]  # for watching

    @classmethod
    def of(cls, said: Opened, payload: bytes) -> Stream:
        """Divide the payload. MediaUnreadable if it does not fit."""
        if sum(said.sizes) != len(payload) or len(said.sizes) != len(said.tracks) + 1:
            raise MediaUnreadable("The worker's init segments do not fit together.")
        pieces, start = [], 0
        for size in said.sizes:
            pieces.append(payload[start : start + size])
            start += size
        return cls(said, pieces[0], tuple(pieces[1:]))


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a recording begins with besides its stream."""

    chain: Chain
    sitting: SittingId | None
    camera_at: str | None
    continues: RecordingId | None


class Recording:
    """One that is being made."""

    def __init__(
        self,
        tools: RecordingTools,
        terms: ChannelTerms,
        stream: Stream,
        begin: Beginning,
        before: tuple[LiveEvent, ...],
    ) -> None:
        """Create the file and log `before` and `live.started` together. DiskFull, StoreUnavailable: nothing is left."""
        self._tools = tools
        self.sitting = begin.sitting
        self.chain = begin.chain
        self.continues = begin.continues
        self.id = begin.chain.recording
        self._file = LiveFile(tools.path(self.id), tools.disk)
        head = stream.init + _name(self.id)
        try:
            self._file.append(head)
            tools.ledger.append(
                *before,
                LiveStarted(
                    at=to_text(tools.clock.now()),
                    recording=self.id,
                    room=terms.room,
                    channel=terms.id,
                    sitting=begin.sitting,
                    init=tools.blobs.put(head),
                    tracks=stream.said.tracks,
                    source_codecs=stream.said.source_codecs,
                    zero_at=to_text(begin.chain.zero_at),
                    camera_at=begin.camera_at,
                    continues=begin.continues,
                    unit=terms.unit,
                ),
            )
        except MediadError:
            self._file.close()
            with contextlib.suppress(OSError):
                self._file.path.unlink()
            raise

    def append(self, fragment: Fragment, data: bytes) -> Sealed:
        """Make a fragment durable, signed and logged. OutOfSequence and MediaUnreadable touch nothing; after any other
        error nothing more can be appended."""
        _require_one_fragment(data)
        statement, chain = self.chain.link(fragment)
        offset, digest = self._file.append(data)
        entry = LiveSegment(
            at=to_text(self._tools.clock.now()),
            recording=self.id,
            signed=sign_statement(statement, self._tools.signer),
            offset_bytes=offset,
            size_bytes=len(data),
            digest=digest,
            received_at=fragment.received_at,
            camera_at=fragment.camera_at,
            n_dropped=fragment.n_dropped,
        )
        try:
            self._tools.ledger.append(entry)
        except MediadError:
            self._file.close()
            raise
        self.chain = chain
        return Sealed(self.id, statement.seq, statement.start_ms, statement.end_ms, chain.prev or digest)

    def close(self) -> None:
        """Let go of the file. Its end is logged by `end_recording`."""
        self._file.close()


def end_recording(tools: RecordingTools, recording: RecordingId, reason: EndReason, *before: LiveEvent) -> None:
    """Log the end of a recording whose file nobody writes any more, as far as the ledger says that it is whole.

    StoreUnavailable: to be tried again. A second end is not written.
    """
    with connected(tools.engine) as connection:
        row = live_recording(connection, recording)
    if row.state != "recording":
        return
    try:
        length = tools.path(recording).stat().st_size
    except FileNotFoundError:
        length = 0
    cut_bytes = max(0, length - row.size_bytes) if row.n_segments else 0
    entry = LiveEnded(
        at=to_text(tools.clock.now()),
        recording=recording,
        reason=reason,
        size_bytes=row.size_bytes,
        cut_bytes=cut_bytes,
        n_segments=row.n_segments,
    )
    tools.ledger.append(*before, entry)


def _name(recording: RecordingId) -> bytes:
    """A `free` box (ISO/IEC 14496-12 §8.1.2) with the recording's id: the file says what it is, and no two are alike,
    though a source may send the same bytes twice."""
    text = f"mediad recording {recording}".encode()
    return (len(text) + 8).to_bytes(4, "big") + b"free" + text


def _require_one_fragment(data: bytes) -> None:
    """What is appended is one `moof` with its `mdat` and nothing else, whatever the worker sent."""
    tops = list(boxes(data, 0, len(data)))
    if [box.type for box in tops] != [b"moof", b"mdat"] or tops[-1].end != len(data) or not tops[-1].complete:
        raise MediaUnreadable("The worker sent something that is no fragment.")
