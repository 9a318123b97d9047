"""From an ended live recording to a sealed one: what the file holds is what was signed while it was made.

One thread for a site, one recording at a time. The file is read back and compared with the ledger fragment by
fragment; a fresh worker indexes it along the sealed cuts, and every digest must be the one that was signed. Then the
file is linked into the blob store and sealed with the statements there are. A killed process does it again.
"""

from __future__ import annotations

import hashlib
import os
import queue
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from evidence.canonical import Digest, sha256
from evidence.catalog.engine import connected
from evidence.catalog.live_queries import LiveRecording, live_recording, statements_of
from evidence.clock import from_text, to_text
from evidence.entries import LiveSegment, RecordingSealed
from evidence.errors import IntegrityBroken, MediadError, NotFound, StoreUnavailable, WorkersUnavailable
from evidence.media.cuts import cuts_of
from evidence.records import Identity, MediaIndex, RecordingId, Segment, Source, TimeSource
from evidence.signing import SealVerifier
from evidence.statements import LiveOrigin, Manifest, SignedStatement, build_manifest
from evidence.verify import verify_manifest
from ingest.recorders.chain import SERVER_CLOCK
from ingest.recorders.cut_tail import cut_tail
from ingest.recorders.live_file import disk_trouble
from ingest.recorders.recording import RecordingTools
from ingest.recorders.unsealed import Unsealed, UnsealedBook
from ingest.sealing import IndexWorkers

# A worker that reads slower than this is hung.
_SLOWEST_BYTES_PER_S = 10 << 20
_READ_BYTES = 1 << 20
_MAX_BACK_OFF_S = 60.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FinishingTools:
    """What finishing needs besides what recording needs."""

    recording: RecordingTools
    workers: IndexWorkers
    scratch: Path  # on the blobs' disk
    versions: Mapping[str, str]  # program → version, for the manifest
    min_index_timeout_s: float = 180.0


def seal(tools: FinishingTools, recording: RecordingId) -> bool:
    """Seal an ended recording; whether there was something to seal.

    StoreUnavailable, WorkersUnavailable: to be tried again. IntegrityBroken and others: the file is left as it is.
    """
    t = tools.recording
    with connected(t.engine) as connection:
        row = live_recording(connection, recording)
        entries = statements_of(connection, recording)
    path = t.path(recording)
    if row.state == "sealed" or not entries:
        # Sealed before we were killed; or nothing but the init segment was ever written.
        path.unlink(missing_ok=True)
        return False
    cut_tail(path, row.size_bytes)
    original = _read_back(path, row, entries)
    scratch = Path(tempfile.mkdtemp(dir=tools.scratch))
    try:
        index = _index(tools, path, entries, scratch)
        _require_signed(index, tuple(entry.signed for entry in entries))
        parts = [
            None if name is None else t.blobs.put_file(scratch / Path(name).name)
            for name in (index.samples_file, index.au_digests_file, index.init_file)
        ]
    finally:
        shutil.rmtree(scratch)
    if t.blobs.put_file(path, keep=True) != original:
        raise IntegrityBroken(f"The file of recording {recording} changed while it was sealed.")
    manifest = _manifest(tools, row, entries, index, original, parts)
    _seal(tools, manifest)
    path.unlink()
    return True


def _seal(tools: FinishingTools, manifest: Manifest) -> None:
    """Log the manifest, once it stands up to what anybody will check it with."""
    t = tools.recording
    verify_manifest(manifest.to_bytes(), SealVerifier.from_pem(t.signer.public_pem))
    t.ledger.append(
        RecordingSealed(
            at=to_text(t.clock.now()),
            recording=manifest.recording,
            original=manifest.original,
            size_bytes=manifest.size_bytes,
            manifest=t.blobs.put(manifest.to_bytes()),
            segments_root=manifest.segments_root,
            n_segments=len(manifest.segments),
        )
    )


def _read_back(path: Path, row: LiveRecording, entries: Sequence[LiveSegment]) -> Digest:
    """SHA-256 of the whole file, read from the disk; every stretch must be the one in the ledger."""
    whole = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            init = file.read(entries[0].offset_bytes)
            whole.update(init)
            if sha256(init) != row.init:
                raise IntegrityBroken(f"Recording {row.id} does not begin with the init segment that was logged.")
            for entry in entries:
                if _stretch(file.fileno(), entry, whole) != entry.digest:
                    place = f"segment {entry.signed.statement.seq} of recording {row.id}"
                    raise IntegrityBroken(f"What the disk gives back for {place} is not what was signed.")
    except FileNotFoundError as error:
        raise IntegrityBroken(f"The file of recording {row.id} is missing.") from error
    except OSError as error:
        raise disk_trouble(error) from error
    return Digest(whole.hexdigest())


def _stretch(fd: int, entry: LiveSegment, whole: hashlib._Hash) -> Digest:
    found = hashlib.sha256()
    position, end = entry.offset_bytes, entry.offset_bytes + entry.size_bytes
    while position < end and (data := os.pread(fd, min(_READ_BYTES, end - position), position)):
        found.update(data)
        whole.update(data)
        position += len(data)
    return Digest(found.hexdigest())


def _index(tools: FinishingTools, path: Path, entries: Sequence[LiveSegment], scratch: Path) -> MediaIndex:
    cuts = cuts_of(entry.signed.statement for entry in entries)
    args = {
        "path": str(path),
        "scratch": str(scratch),
        "name": path.name,
        "cuts": [msgspec.to_builtins(each) for each in cuts],
    }
    timeout_s = max(tools.min_index_timeout_s, path.stat().st_size / _SLOWEST_BYTES_PER_S)
    return msgspec.convert(tools.workers.run("index", args, timeout_s=timeout_s).value, MediaIndex)


def _require_signed(index: MediaIndex, signed: tuple[SignedStatement, ...]) -> None:
    """IntegrityBroken unless a fresh worker found in the file what the channel's worker said of each fragment."""
    if len(index.segments) != len(signed):
        raise IntegrityBroken(f"The file cannot be read as it was signed: {index.playback_reason or 'other segments'}")
    for segment, each in zip(index.segments, signed, strict=True):
        said = {part.track: (part.n_au, part.au_digest, part.timing_digest) for part in each.statement.tracks}
        if said != _found(segment):
            raise IntegrityBroken(f"Segment {segment.seq} holds other access units than were signed.")


def _found(segment: Segment) -> dict[int, tuple[int, Digest, Digest]]:
    return {part.track: (part.n_au, part.au_digest, part.timing_digest) for part in segment.tracks}


def _manifest(
    tools: FinishingTools,
    row: LiveRecording,
    entries: Sequence[LiveSegment],
    index: MediaIndex,
    original: Digest,
    parts: Sequence[Digest | None],
) -> Manifest:
    samples, au_digests, init = parts
    ended_at = row.ended_at or to_text(tools.recording.clock.now())
    return build_manifest(
        recording=row.id,
        original=original,
        size_bytes=row.size_bytes,
        identity=_identity(row),
        source=Source(row.channel, _name(row), row.size_bytes, ended_at),
        received_at=ended_at,
        index=index,
        sidecars=(),
        samples=samples,
        au_digests=au_digests,
        init=init,
        tools=dict(tools.versions),
        signer=tools.recording.signer,
        live=LiveOrigin(
            room=row.room,
            channel=row.channel,
            sitting=row.sitting,
            zero_at=row.zero_at,
            continues=row.continues,
        ),
        segments=tuple(entry.signed for entry in entries),
    )


def _identity(row: LiveRecording) -> Identity:
    times = [TimeSource(SERVER_CLOCK, row.zero_at)]
    if row.camera_at is not None:
        times.append(TimeSource("camera", row.camera_at))
    return Identity(
        device=row.channel,
        unit=row.unit,
        started_at=row.zero_at,
        started_at_origin=SERVER_CLOCK,
        times=tuple(times),
        origins=(("started_at", SERVER_CLOCK),),
    )


def _name(row: LiveRecording) -> str:
    """A file name for people."""
    return f"{row.channel.replace('/', '_')}_{from_text(row.zero_at):%Y%m%dT%H%M%SZ}.mp4"


class Finishing:
    """Owns the thread. Thread-safe. `on_change` hears of a room whose unsealed recordings are others now."""

    def __init__(
        self,
        tools: FinishingTools,
        on_sealed: Callable[[RecordingId], None] = lambda _id: None,
        on_change: Callable[[str], None] = lambda _room: None,
    ) -> None:
        self._tools = tools
        self._on_sealed, self._on_change = on_sealed, on_change
        self._queue: queue.SimpleQueue[RecordingId | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-finishing", daemon=True)
        self._unsealed = UnsealedBook()

    def start(self) -> None:
        self._tools.scratch.mkdir(parents=True, exist_ok=True)
        for path in self._tools.scratch.iterdir():
            shutil.rmtree(path)
        self._thread.start()

    def stop(self) -> None:
        """A recording in hand is finished; the rest waits for the next start."""
        self._stopping.set()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def submit(self, recording: RecordingId) -> None:
        self._queue.put(recording)

    def unsealed(self) -> tuple[Unsealed, ...]:
        """What could not be sealed up to now."""
        return self._unsealed.all()

    def again(self, room: str, recording: RecordingId) -> None:
        """Try one of a room once more. NotFound if it is not among those that failed."""
        if not any((each.room, each.recording, each.again) == (room, recording, False) for each in self.unsealed()):
            raise NotFound("This recording does not wait to be sealed again.")
        self.submit(recording)

    def _run(self) -> None:
        while (recording := self._queue.get()) is not None and not self._stopping.is_set():
            self._finish(recording)

    def _finish(self, recording: RecordingId) -> None:
        """The supervisor: what can be tried again is, for as long as the server runs."""
        pause_s = 1.0
        while not self._stopping.is_set():
            try:
                if seal(self._tools, recording):
                    _log.info("recording sealed", action="recording.sealed", recording=recording)
                    self._on_sealed(recording)
                self._settled(recording)
                return
            except (StoreUnavailable, WorkersUnavailable) as error:
                _log.warning("cannot seal yet", action="live.unsealed", recording=recording, reason=str(error))
                self._note(recording, error.code, str(error), again=True)
            except MediadError as error:
                _log.error("cannot seal", action="live.unsealable", recording=recording, reason=str(error))
                self._note(recording, error.code, str(error), again=False)
                return
            except Exception as error:
                _log.exception("cannot seal", action="live.unsealable", recording=recording)
                self._note(recording, "broken", str(error) or type(error).__name__, again=False)
                return
            self._stopping.wait(pause_s)
            pause_s = min(2 * pause_s, _MAX_BACK_OFF_S)

    def _settled(self, recording: RecordingId) -> None:
        found = self._unsealed.remove(recording)
        if found is not None:
            self._on_change(found.room)

    def _note(self, recording: RecordingId, code: str, reason: str, *, again: bool) -> None:
        try:
            with connected(self._tools.recording.engine) as connection:
                row = live_recording(connection, recording)
        except MediadError:
            return  # nothing answers: which room it is of is not known, and /healthz says what is wrong
        since = to_text(self._tools.recording.clock.now())
        if self._unsealed.put(Unsealed(recording, row.room, row.channel, since, code, reason, again)):
            self._on_change(row.room)
