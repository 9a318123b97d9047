"""Recordings as they bear on the activities of a case: which may, and what of them counts. Never writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from evidence.canonical import Digest
from evidence.catalog.absence_queries import cut_off_recordings
from evidence.catalog.case_schema import recording_times, stretches
from evidence.catalog.footage_search import TIMED
from evidence.catalog.retention_queries import destroyed_at
from evidence.catalog.schema import recordings, renditions
from evidence.intervals import Spans


@dataclass(frozen=True, slots=True)
class FootageRow:
    """A recording as it bears on coverage."""

    id: str
    name: str
    device: str | None
    officer: str | None
    unit: str | None
    sequence: int | None
    started_at: str  # corrected, where somebody did
    started_at_origin: str  # "corrected" then
    uncertainty_ms: int | None  # of a correction
    received_at: str
    duration_ms: int
    kind: str
    picture: Spans
    sound: Spans
    observed: str | None  # made | failed; None: nobody looked yet
    observations: Digest | None  # blob: evidence.media.observations
    searched: str | None  # for time slates; made | failed; None: not yet, or there is nothing to search
    cut_off: bool  # its file was never finished


def footage_of(connection: Connection, ids: Iterable[str]) -> tuple[FootageRow, ...]:
    """Those of these recordings that have a length."""
    found = connection.execute(_footage().where(recordings.c.id.in_(tuple(ids)))).all()
    # Not in the query: SQLite would look for the kind by its index, and read the whole library.
    return _footage_rows(connection, [row for row in found if row.kind in TIMED])


def _footage() -> Select[Any]:
    r, t = recordings.c, recording_times.c
    plain = [r[name] for name in FootageRow.__dataclass_fields__ if name in r and not name.startswith("started_at")]
    corrected = (t.started_at.label("corrected_at"), t.uncertainty_ms)
    joined = recordings.outerjoin(recording_times, t.recording == r.id)
    return select(*plain, r.started_at, r.started_at_origin, *corrected).select_from(joined)


def _footage_rows(connection: Connection, rows: Iterable[Any]) -> tuple[FootageRow, ...]:
    found = {row.id: dict(row._mapping) for row in rows}
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    s = stretches.c
    wanted = select(stretches).where(s.recording.in_(list(found))).order_by(s.recording, s.kind, s.n)
    for row in connection.execute(wanted):
        spans.setdefault((row.recording, row.kind), []).append((row.start_ms, row.end_ms))
    e = renditions.c
    seen = select(e.recording, e.kind, e.state, e.blob).where(
        e.recording.in_(list(found)), e.kind.in_(("observations", "slates"))
    )
    looks = {(row.recording, row.kind): (row.state, row.blob) for row in connection.execute(seen)}
    # What was destroyed was looked at when its case was judged, and nobody can look again.
    gone = destroyed_at(connection, found)
    looks |= {(recording, kind): ("made", None) for recording in gone for kind in ("observations", "slates")}
    cut = cut_off_recordings(connection, ids=found)
    result = []
    for each in found.values():
        corrected = each.pop("corrected_at")
        if corrected is not None:
            each |= {"started_at": corrected, "started_at_origin": "corrected"}
        picture, sound = (tuple(spans.get((each["id"], kind), ())) for kind in ("video", "audio"))
        state, blob = looks.get((each["id"], "observations"), (None, None))
        result.append(
            FootageRow(
                **each,
                picture=picture,
                sound=sound,
                observed=state,
                observations=blob,
                searched=looks.get((each["id"], "slates"), (None, None))[0],
                cut_off=each["id"] in cut,
            )
        )
    return tuple(sorted(result, key=lambda row: (row.started_at, row.id)))
