"""Measures devices' clocks by what their dockings brought in, and states it in the ledger. Called by the daemon now and
then, on a thread; `ingest.clocks` decides. What was measured once is not measured again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog.clock_queries import DockedRow, docked, gps_tracks, jumps_after, measured, measured_to
from evidence.catalog.clock_rows import DEVICE_ORIGINS
from evidence.catalog.engine import connected
from evidence.clock import Clock, from_text, to_text
from evidence.clock_entries import ClockEntry, ClockJumped, ClockMeasured
from evidence.errors import IntegrityBroken, NotFound
from evidence.ledger import Ledger
from evidence.records import RecordingId
from ingest import gps_times
from ingest.clocks import DockedFile, Jump, Measured, by_dock, by_track, dockings, jumps

EVERY_S = 2.0
# Recordings that are looked at together; a docking brings some dozens.
_BATCH = 2_000
# While a bay takes files in, its docking is waited for to be whole, but not for ever.
_PATIENCE_S = 600.0
_BUSY = ("waiting", "copying", "sealing")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_log = structlog.get_logger("mediad.clock_desk")


@dataclass(frozen=True, slots=True)
class Desk:
    """What it works with."""

    engine: Engine
    blobs: Blobs
    ledger: Ledger
    clock: Clock
    bay_states: Callable[[], Sequence[str]]


class ClockDesk:
    """Used from one thread at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._looked_to: int | None = None  # ledger entry of the last recording that was looked at
        self._waiting_since_s: float | None = None

    def looked_to(self) -> int:
        """The ledger entry up to which every recording was looked at, and what it says stands in the ledger; -1 before
        the first look. From any thread."""
        return -1 if self._looked_to is None else self._looked_to

    def run(self) -> int:
        """Measure by what came in since the last time; how many entries. Raises StoreUnavailable."""
        with connected(self._desk.engine) as connection:
            if self._looked_to is None:
                self._looked_to = measured_to(connection)
            rows = docked(connection, self._looked_to, _BATCH)
            if not rows or self._must_wait():
                return 0
            files = tuple(self._file(connection, row) for row in rows)
        stated = self._state(files)
        self._looked_to = rows[-1].entry
        self._waiting_since_s = None
        return stated

    def _must_wait(self) -> bool:
        now_s = self._desk.clock.monotonic_s()
        if not any(state in _BUSY for state in self._desk.bay_states()):
            return False
        if self._waiting_since_s is None:
            self._waiting_since_s = now_s
        return now_s - self._waiting_since_s < _PATIENCE_S

    def _file(self, connection: Connection, row: DockedRow) -> DockedFile:
        said = [
            _to_ms(each["value"])
            for each in json.loads(row.details)["times"]
            if each["origin"] in (*DEVICE_ORIGINS, "file-mtime")
        ]
        start_ms = _to_ms(row.started_at) if row.started_at_origin in DEVICE_ORIGINS else None
        spans = (self._track(blob) for blob in gps_tracks(connection, row.id))
        tracks = [span for span in spans if span is not None]
        return DockedFile(
            recording=row.id,
            device=row.device,
            bay=row.bay,
            sequence=row.sequence,
            start_ms=start_ms,
            said_ms=said[0] if said else None,
            duration_ms=row.duration_ms,
            noticed_ms=_to_ms(row.noticed_at),
            spread_ms=max(said) - min(said) if len(said) > 1 else None,
            track_ms=(min(first for first, _ in tracks), max(last for _, last in tracks)) if tracks else None,
        )

    def _track(self, blob: Digest) -> tuple[int, int] | None:
        """What a satellite track says; nothing where it is damaged, lost or destroyed, which others tell."""
        try:
            return gps_times.span(self._desk.blobs.read(blob))
        except (IntegrityBroken, NotFound) as error:
            _log.warning("a track cannot be read", action="clock.track-unread", blob=blob, reason=str(error))
            return None

    def _state(self, files: tuple[DockedFile, ...]) -> int:
        by_docking = dockings(files)
        found = [one for docking in by_docking if (one := by_dock(docking)) is not None]
        found += [one for file in files if (one := by_track(file)) is not None]
        fallen = [jump for docking in by_docking for jump in jumps(docking)]
        if not found and not fallen:
            return 0
        at = to_text(self._desk.clock.now())

        def decide(connection: Connection) -> list[ClockEntry]:
            known = measured(connection, [each.file.recording for each in found])
            fresh = [each for each in found if (each.file.recording, each.how) not in known]
            told = jumps_after(connection, [each.after.recording for each in fallen])
            new = [each for each in fallen if each.after.recording not in told]
            return [*(_measured(each, at) for each in fresh), *(_jumped(each, at) for each in new)]

        stated = len(self._desk.ledger.decide(decide).result())
        _log.info("clocks measured", action="clock.measured", entries=stated)
        return stated


def _measured(one: Measured, at: str) -> ClockMeasured:
    return ClockMeasured(
        at=at,
        device=one.file.device,
        how="dock" if one.high_ms is None else "gps",
        recording=RecordingId(one.file.recording),
        stated_at=_to_text(one.stated_ms),
        true_at=_to_text(one.true_ms),
        low_ms=one.low_ms,
        high_ms=one.high_ms,
        spread_ms=one.file.spread_ms,
    )


def _jumped(jump: Jump, at: str) -> ClockJumped:
    before, after = jump.before, jump.after
    return ClockJumped(
        at=at,
        device=after.device,
        kind=jump.kind,
        before=RecordingId(before.recording),
        after=RecordingId(after.recording),
        before_at=_to_text((before.said_ms or 0) + before.duration_ms),
        after_at=_to_text(after.said_ms or 0),
        unsure=tuple(RecordingId(each) for each in jump.unsure),
    )


def _to_ms(text: str) -> int:
    return (from_text(text) - _EPOCH) // timedelta(milliseconds=1)


def _to_text(moment_ms: int) -> str:
    return to_text(_EPOCH + timedelta(milliseconds=moment_ms))
