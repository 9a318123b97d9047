"""The test twin of the recorders' hub: generated rooms recorded in real time, with the same entries in the ledger.

`Room` is one channel: a thread encodes a picture every 40 ms and cuts a fragment at every keyframe, which is appended,
synced and logged as the recorders do it. Faults on command: `lose`, `find`, `rotate`, `stop`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal

from evidence.blobs.local import LocalBlobs
from evidence.canonical import Digest, sha256
from evidence.clock import SystemClock, from_text, to_text
from evidence.entries import LiveEnded, LiveSegment, LiveStarted
from evidence.ledger import Ledger
from evidence.live import (
    ChannelId,
    Interrupted,
    LiveItem,
    Opening,
    Piece,
    Sealed,
    live_recording_id,
)
from evidence.records import RecordingId
from evidence.statements import SegmentStatement, SignedStatement, TrackStatement, statement_digest
from player.live_feed import Channel
from tests.live.camera import FPS, TICKS, TIMESCALE, Camera, Coded, fragment

_NO_DIGEST = Digest("0" * 64)


class _Recording:
    """A file that is being made."""

    def __init__(self, room: Room, first: Coded, continues: RecordingId | None) -> None:
        self.id, self.zero, self.zero_at = live_recording_id(), first.n, to_text(SystemClock().now())
        self.path = room.folder / f"{self.id}.mp4"
        self._file = self.path.open("xb", buffering=0)
        self._file.write(room.camera.init)
        self._room, self._offset = room, len(room.camera.init)
        self.n_cut = 0  # by the camera; the keeper counts what is durable
        self.n_segments, self._prev = 0, None
        room.ledger.append(
            LiveStarted(
                at=self.zero_at,
                recording=self.id,
                room=room.channel.room,
                channel=room.channel.id,
                sitting=None,
                init=room.blobs.put(room.camera.init),
                tracks=(room.camera.track,),
                source_codecs=("h264",),
                zero_at=self.zero_at,
                camera_at=None,
                continues=continues,
                unit=room.channel.unit,
            )
        )

    def ms(self, n: int) -> int:
        return (n - self.zero) * 1000 // FPS

    def close_segment(self, units: list[Coded]) -> Sealed:
        data = fragment(self.n_segments + 1, units, 0)
        self._file.write(data)
        os.fsync(self._file.fileno())
        start_ms, end_ms = self.ms(units[0].n), self.ms(units[-1].n + 1)
        statement = self._statement(units, start_ms, end_ms)
        self._room.ledger.append(
            LiveSegment(
                at=to_text(SystemClock().now()),
                recording=self.id,
                signed=SignedStatement(statement=statement, signature=""),
                offset_bytes=self._offset,
                size_bytes=len(data),
                digest=sha256(data),
                received_at=statement.wall_start or "",
                camera_at=None,
                n_dropped=0,
            )
        )
        self._offset += len(data)
        sealed = Sealed(self.id, self.n_segments, start_ms, end_ms, statement_digest(statement))
        self._prev, self.n_segments = sealed.statement, self.n_segments + 1
        return sealed

    def _statement(self, units: list[Coded], start_ms: int, end_ms: int) -> SegmentStatement:
        track = TrackStatement(
            track=0,
            kind="video",
            codec="h264",
            timescale=TIMESCALE,
            first_au=units[0].n - self.zero,
            n_au=len(units),
            start_pts=(units[0].n - self.zero) * TICKS,
            end_pts=(units[-1].n + 1 - self.zero) * TICKS,
            au_digest=_NO_DIGEST,
            timing_digest=_NO_DIGEST,
            config_digest=None,
        )
        zero = from_text(self.zero_at)
        return SegmentStatement(
            spec="mediad/segment/1",
            recording=self.id,
            seq=self.n_segments,
            prev=self._prev,
            start_ms=start_ms,
            end_ms=end_ms,
            wall_start=to_text(zero + timedelta(milliseconds=start_ms)),
            wall_end=to_text(zero + timedelta(milliseconds=end_ms)),
            clock="receipt",
            clock_quality="server",
            device_signature="none",
            tracks=(track,),
        )

    def end(self, reason: Literal["stopped", "rotated", "lost"]) -> None:
        self._file.close()
        self._room.ledger.append(
            LiveEnded(
                at=to_text(SystemClock().now()),
                recording=self.id,
                reason=reason,
                size_bytes=self._offset,
                cut_bytes=0,
                n_segments=self.n_segments,
            )
        )


class Room:
    """One channel. `record` and `stop` as people do; `lose`, `find` and `rotate` as life does."""

    def __init__(self, channel: Channel, ledger: Ledger, blobs: LocalBlobs, folder: Path, camera: Camera) -> None:
        self.channel, self.ledger, self.blobs, self.folder, self.camera = channel, ledger, blobs, folder, camera
        self.files: dict[RecordingId, Path] = {}
        self._hearers: list[Callable[[LiveItem], None]] = []
        self._lock = threading.Lock()
        self._current: list[LiveItem] = [Interrupted(channel.id, "stopped")]
        self._wish: Literal["record", "stop", "lose", "rotate"] = "stop"
        self._ended = threading.Event()
        self._interrupted = threading.Event()
        self._settled = threading.Condition()
        self.n_sealed = 0
        # What waits for disk and ledger must not hold up the pictures.
        self._keeper = ThreadPoolExecutor(1, "twin-keeper")
        self._thread = threading.Thread(target=self._run, name=f"twin-{channel.id}", daemon=True)
        self._thread.start()

    def record(self) -> None:
        self._wish = "record"

    find = record

    def stop(self) -> None:
        self._wish = "stop"

    def lose(self) -> None:
        self._wish = "lose"

    def rotate(self) -> None:
        self._wish = "rotate"

    def wait_sealed(self, n: int) -> None:
        """Until `n` segments were sealed in all."""
        with self._settled:
            if not self._settled.wait_for(lambda: self.n_sealed >= n, 20):
                raise TimeoutError("no segment was sealed")

    def wait_ended(self) -> None:
        """Until the end of the recording is in the ledger."""
        self._interrupted.wait(20)
        self._keeper.submit(lambda: None).result()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self._keeper.shutdown()

    def subscribe(self, hear: Callable[[LiveItem], None]) -> Callable[[], None]:
        with self._lock:
            for item in self._current:
                hear(item)
            self._hearers.append(hear)

        def leave() -> None:
            with self._lock:
                self._hearers.remove(hear)

        return leave

    def _tell(self, item: LiveItem) -> None:
        with self._lock:
            if isinstance(item, Opening | Interrupted):
                self._current = [item]
            elif isinstance(item, Piece):
                if item.key:
                    self._current = [each for each in self._current if isinstance(each, Opening)]
                self._current.append(item)
            for hear in self._hearers:
                hear(item)

    def _run(self) -> None:
        recording: _Recording | None = None
        units: list[Coded] = []
        next_s = time.monotonic()
        while not self._ended.wait(max(0.0, next_s - time.monotonic())):
            next_s += 1 / FPS
            unit = self.camera.shoot(time.time_ns() // 1_000_000)
            if unit.key:
                recording = self._at_keyframe(recording, units, unit)
                units = []
            if recording is not None:
                units.append(unit)
                self._tell(self._piece(recording, unit))
        if recording is not None:
            self._keeper.submit(recording.end, "stopped")

    def _keep(self, recording: _Recording, units: list[Coded]) -> None:
        self._tell(recording.close_segment(units))
        with self._settled:
            self.n_sealed += 1
            self._settled.notify_all()

    def _at_keyframe(self, recording: _Recording | None, units: list[Coded], unit: Coded) -> _Recording | None:
        """Close the segment; then end, rotate or begin, as is wished."""
        if recording is not None:
            self._keeper.submit(self._keep, recording, units)
            recording.n_cut += 1
        wish = self._wish
        if recording is not None and wish == "record":
            return recording
        if recording is not None:
            reasons: dict[str, Literal["stopped", "rotated", "lost"]] = {"lose": "lost", "rotate": "rotated"}
            self._keeper.submit(recording.end, reasons.get(wish, "stopped"))
        if wish in ("stop", "lose"):
            if recording is not None:
                self._tell(Interrupted(self.channel.id, "lost" if wish == "lose" else "stopped"))
                self._interrupted.set()
            return None
        self._wish = "record"
        return self._open(unit, None if recording is None else recording.id)

    def _open(self, unit: Coded, continues: RecordingId | None) -> _Recording:
        recording = _Recording(self, unit, continues)
        self.files[recording.id] = recording.path
        self._tell(
            Opening(
                channel=self.channel.id,
                recording=recording.id,
                tracks=(self.camera.track,),
                inits=(self.camera.init,),
                zero_us=unit.n * 1_000_000 // FPS,
                zero_at=recording.zero_at,
            )
        )
        return recording

    def _piece(self, recording: _Recording, unit: Coded) -> Piece:
        return Piece(
            recording=recording.id,
            track=0,
            seq=recording.n_cut,
            key=unit.key,
            start_ms=recording.ms(unit.n),
            end_ms=recording.ms(unit.n + 1),
            # Media time goes on over a rotation, as it does at the worker.
            data=fragment(unit.n + 1, [unit], 0),
        )


class TwinFeed:
    """`player.live_feed.LiveFeed` over generated rooms."""

    def __init__(self, rooms: tuple[Room, ...]) -> None:
        self._rooms = {room.channel.id: room for room in rooms}

    def channel(self, channel: ChannelId) -> Channel | None:
        room = self._rooms.get(channel)
        return None if room is None else room.channel

    def subscribe(self, channel: ChannelId, hear: Callable[[LiveItem], None]) -> Callable[[], None]:
        return self._rooms[channel].subscribe(hear)

    def file_of(self, recording: RecordingId) -> Path | None:
        return next((room.files[recording] for room in self._rooms.values() if recording in room.files), None)


FRONT = ChannelId("room-1/front")


@contextmanager
def twin_room(
    ledger: Ledger, blobs: LocalBlobs, folder: Path, unit: str | None, camera: Camera | None = None
) -> Iterator[tuple[Room, TwinFeed]]:
    """Room 1 with its front view; not recorded yet."""
    folder.mkdir(parents=True, exist_ok=True)
    channel = Channel(FRONT, "room-1", "一号询问室 正面", unit)
    room = Room(channel, ledger, blobs, folder, camera or Camera())
    try:
        yield room, TwinFeed((room,))
    finally:
        room.close()
