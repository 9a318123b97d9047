"""Gathers what is known beside the codes of a time slate, asks the rules, and states the outcome. `policy.slates`
judges; this reads the catalog in the caller's transaction and the codes from the blob store.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog.clock_queries import KeyRow, SlateRow, TimedRow, find_timed, keys, slate_of, slates_near
from evidence.catalog.clock_rows import DEVICE_ORIGINS
from evidence.clock import from_text, to_text
from evidence.clock_entries import SlateRead
from evidence.errors import NotFound
from evidence.records import RecordingId
from evidence.slate_codes import SlateCodes
from policy.slates import Circumstances, Elsewhere, Judgement, KnownKey, codes_of, judge

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Codes of another recording are the same only if its first one was shown about then.
_NEAR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Slates:
    """Thread-safe."""

    blobs: Blobs

    def entries(self, connection: Connection, recording: RecordingId, codes: Digest, at: str) -> tuple[SlateRead, ...]:
        """What the codes read in a recording are taken for: none where there are none; another one where they take the
        belief from a recording that was judged before. NotFound if there is no such recording."""
        row = find_timed(connection, recording)
        if row is None:
            raise NotFound(f"There is no recording {recording}.")
        judged = self.judge(connection, row, codes)
        if judged is None:
            return ()
        mine = _entry(row, codes, judged, at)
        others = (slate_of(connection, each) for each in judged.clashes)
        return (mine, *(_withdrawn(each, at) for each in others if each is not None and each.verdict == "accepted"))

    def judge(
        self, connection: Connection, row: TimedRow, codes: Digest, before: int | None = None
    ) -> Judgement | None:
        """`before`: as the ledger stood before this entry."""
        found = SlateCodes.from_bytes(self.blobs.read(codes))
        shown = codes_of(found)
        if not shown:
            return None
        elsewhere: tuple[Elsewhere, ...] = ()
        if row.device is not None:
            times = [time_ms for _, time_ms in shown]
            earliest, latest = _moment(min(times)) - _NEAR, _moment(max(times)) + _NEAR
            others = slates_near(connection, row.device, to_text(earliest), to_text(latest), row.id)
            # What was read in a recording that was destroyed went with it.
            kept = (each for each in others if self.blobs.has(each.codes))
            elsewhere = tuple(self._elsewhere(connection, each) for each in kept)
        known = Circumstances(
            keys=_known(keys(connection), before),
            received_ms=_to_ms(row.received_at),
            duration_ms=row.duration_ms,
            stated_ms=_to_ms(row.started_at) if row.started_at_origin in (*DEVICE_ORIGINS, "file-mtime") else None,
            elsewhere=elsewhere,
        )
        return judge(found, known)

    def _elsewhere(self, connection: Connection, slate: SlateRow) -> Elsewhere:
        row = find_timed(connection, slate.recording)
        shown = codes_of(SlateCodes.from_bytes(self.blobs.read(slate.codes)))
        return Elsewhere(slate.recording, row.duration_ms if row is not None else 0, shown)


def _known(rows: tuple[KeyRow, ...], before: int | None) -> dict[str, tuple[KnownKey, ...]]:
    """A key is in use until the next one is announced: there is one daemon."""
    known: dict[str, tuple[KnownKey, ...]] = {}
    for n, row in enumerate(rows):
        if before is not None and row.entry >= before:
            break
        until_ms = _to_ms(rows[n + 1].at) if n + 1 < len(rows) else None
        key = KnownKey(base64.b64decode(row.key), _to_ms(row.at), until_ms)
        known[row.kid] = (*known.get(row.kid, ()), key)
    return known


def _entry(row: TimedRow, codes: Digest, judged: Judgement, at: str) -> SlateRead:
    earliest_at, latest_at, best_at = to_bounds(judged)
    return SlateRead(
        at=at,
        recording=RecordingId(row.id),
        device=row.device,
        codes=codes,
        verdict=judged.verdict,
        case_number=judged.case,
        start_ms=judged.start_ms,
        end_ms=judged.end_ms,
        told_at=None if judged.told_ms is None else to_text(_moment(judged.told_ms)),
        earliest_at=earliest_at,
        latest_at=latest_at,
        best_at=best_at,
        v=2,
    )


def to_bounds(judged: Judgement) -> tuple[str | None, str | None, str | None]:
    """Between which times the first picture lies, and where it likely is, as entries tell it."""
    bounds = (judged.earliest_ms, judged.latest_ms, judged.best_ms)
    earliest_at, latest_at, best_at = (None if ms is None else to_text(_moment(ms)) for ms in bounds)
    return earliest_at, latest_at, best_at


def _withdrawn(row: SlateRow, at: str) -> SlateRead:
    """One that was accepted before the same codes turned up elsewhere: which of the two is a copy nobody knows."""
    return SlateRead(
        at=at,
        recording=RecordingId(row.recording),
        device=row.device,
        codes=row.codes,
        verdict="replayed",
        case_number=None,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        told_at=row.told_at,
        earliest_at=None,
        latest_at=None,
        best_at=None,
        v=2,
    )


def _moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)


def _to_ms(text: str) -> int:
    return (from_text(text) - _EPOCH) // timedelta(milliseconds=1)
