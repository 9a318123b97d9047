"""Typed reads about missing footage: what devices recorded, what was seen and is gone, what was said. Never writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from evidence.catalog.absence_schema import absence_explanations, missed_files
from evidence.catalog.case_schema import activities, footage, recording_times
from evidence.catalog.schema import attempts, live_recordings, recordings, sources

# Values bound in one statement (SQLite allows 32,766).
_BOUND = 10_000
# How the media index says that a file was never finished (evidence.media.mp4, evidence.media.endings).
_CUT_OFF = ("The file was cut off", "The recording was cut off")


@dataclass(frozen=True, slots=True)
class TakenRow:
    """A recording of a device."""

    id: str
    kind: str
    device: str | None
    officer: str | None
    unit: str | None
    sequence: int | None
    started_at: str  # corrected, where somebody did
    duration_ms: int
    received_at: str
    cut_off: bool
    in_case: bool


@dataclass(frozen=True, slots=True)
class MissedRow:
    """A device file that was seen and is gone; `returned`: it was taken in since."""

    entry: int
    bay: str
    path: str
    size_bytes: int
    mtime: str
    growing: bool
    device: str | None
    officer: str | None
    unit: str | None
    sequence: int | None
    started_at: str | None
    first_seen_at: str
    lost: str
    trouble: str
    at: str
    returned: bool


@dataclass(frozen=True, slots=True)
class AbsenceExplanationRow:
    id: str
    kind: str
    device: str | None
    officer: str | None
    unit: str | None
    about: str
    start_ms: int
    end_ms: int
    items: str
    cause: str
    statement: str
    by: str
    at: str
    state: str
    decided_by: str | None
    decided_at: str | None
    decision: str | None


@dataclass(frozen=True, slots=True)
class Whose:
    """Recordings of a device, of an officer, or of no known device; of all of them, where nothing is said."""

    device: str | None = None
    officer: str | None = None
    no_device: bool = False


_ALL = Whose()


def taken_since(connection: Connection, since: str, whose: Whose = _ALL) -> tuple[TakenRow, ...]:
    """What devices recorded and the server received since then. Rooms that the server records itself are no
    devices."""
    r, t = recordings.c, recording_times.c
    columns = (r.id, r.kind, r.device, r.officer, r.unit, r.sequence, r.started_at, r.duration_ms, r.received_at)
    query = select(*columns, t.started_at.label("corrected_at"))
    query = query.select_from(recordings.outerjoin(recording_times, t.recording == r.id))
    query = query.where(r.received_at >= since, r.id.not_in(select(live_recordings.c.id)))
    if whose.device is not None:
        query = query.where(r.device == whose.device)
    if whose.officer is not None:
        query = query.where(r.officer == whose.officer)
    if whose.no_device:
        query = query.where(r.device.is_(None))
    rows = connection.execute(query).all()
    ids = None if whose == _ALL else [row.id for row in rows]
    cut, used = cut_off_recordings(connection, since, ids), _in_cases(connection, ids)
    found = []
    for row in rows:
        started_at = row.started_at if row.corrected_at is None else row.corrected_at
        known = (row.id, row.kind, row.device, row.officer, row.unit, row.sequence)
        found.append(TakenRow(*known, started_at, row.duration_ms, row.received_at, row.id in cut, row.id in used))
    return tuple(found)


def cut_off_recordings(connection: Connection, since: str = "", ids: Iterable[str] | None = None) -> frozenset[str]:
    """Recordings whose file was never finished, as their manifests say; of these `ids` only, where given."""
    r = recordings.c
    query = select(r.id, r.playback_reason, r.details).where(or_(r.n_warnings > 0, r.playback == "none"))
    rows = (
        connection.execute(query.where(r.received_at >= since)).all()
        if ids is None
        else [row for some in _portions(ids) for row in connection.execute(query.where(r.id.in_(some)))]
    )
    return frozenset(
        row.id
        for row in rows
        if any(said.startswith(_CUT_OFF) for said in (row.playback_reason, *json.loads(row.details)["warnings"]))
    )


def missed_since(connection: Connection, since: str) -> tuple[MissedRow, ...]:
    m = missed_files.c
    found = connection.execute(select(missed_files).where(m.at >= since).order_by(m.entry)).all()
    s, r = sources.c, recordings.c
    paths = sorted({row.path for row in found})
    kept = select(s.path, s.size_bytes, s.mtime, r.device).join(recordings, s.recording == r.id)
    by_path: dict[str, list[Any]] = {}
    for row in connection.execute(kept.where(s.path.in_(paths))):
        by_path.setdefault(row.path, []).append(row)
    return tuple(
        MissedRow(**row._mapping, returned=any(_is_back(row, each) for each in by_path.get(row.path, ())))
        for row in found
    )


def _is_back(missed: Any, source: Any) -> bool:
    """The very file; or one that was still growing when it was seen, and is longer and younger now."""
    if (missed.size_bytes, missed.mtime) == (source.size_bytes, source.mtime):
        return True
    grown = source.size_bytes >= missed.size_bytes and source.mtime >= missed.mtime
    return bool(missed.growing and grown and missed.device == source.device)


def absence_explanations_of(connection: Connection) -> tuple[AbsenceExplanationRow, ...]:
    """Oldest first."""
    names = AbsenceExplanationRow.__dataclass_fields__
    query = select(*(absence_explanations.c[name] for name in names)).order_by(absence_explanations.c.entry)
    return tuple(AbsenceExplanationRow(**row._mapping) for row in connection.execute(query))


def find_absence_explanation(connection: Connection, explanation: str) -> AbsenceExplanationRow | None:
    names = AbsenceExplanationRow.__dataclass_fields__
    query = select(*(absence_explanations.c[name] for name in names)).where(absence_explanations.c.id == explanation)
    row = connection.execute(query).one_or_none()
    return None if row is None else AbsenceExplanationRow(**row._mapping)


def missed_keys(connection: Connection, bay: str, paths: Iterable[str]) -> frozenset[tuple[str, int, str]]:
    """(path, size, mtime) of what was missed in a bay before."""
    m = missed_files.c
    query = select(m.path, m.size_bytes, m.mtime).where(m.bay == bay, m.path.in_(tuple(paths)))
    return frozenset((row.path, row.size_bytes, row.mtime) for row in connection.execute(query))


@dataclass(frozen=True, slots=True)
class TriedRow:
    """The latest try to take in a device file."""

    path: str
    size_bytes: int
    mtime_ns: int
    state: str
    reason: str | None
    first_seen_at: str


def tries_of(connection: Connection, bay: str, paths: Iterable[str]) -> tuple[TriedRow, ...]:
    """Every try at these paths of a bay, oldest first."""
    c = attempts.c
    query = select(*(c[name] for name in TriedRow.__dataclass_fields__))
    query = query.where(c.bay == bay, c.path.in_(tuple(paths))).order_by(c.id)
    return tuple(TriedRow(**row._mapping) for row in connection.execute(query))


def _in_cases(connection: Connection, ids: Iterable[str] | None = None) -> frozenset[str]:
    """Recordings, of these only where given, that somebody confirmed for an activity that stands."""
    f, a = footage.c, activities.c
    query = select(f.recording).join(activities, f.activity == a.id)
    query = query.where(f.verdict == "confirmed", a.state == "valid")
    if ids is None:
        return frozenset(connection.execute(query).scalars())
    found = (connection.execute(query.where(f.recording.in_(some))).scalars() for some in _portions(ids))
    return frozenset(each for some in found for each in some)


def footage_places(connection: Connection, activity: str) -> frozenset[tuple[str | None, str | None]]:
    """(device, officer) of the recordings that somebody matched to an activity."""
    query = select(recordings.c.device, recordings.c.officer).join(footage, footage.c.recording == recordings.c.id)
    return frozenset(
        (row.device, row.officer) for row in connection.execute(query.where(footage.c.activity == activity))
    )


def _portions(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    everything = tuple(ids)
    for first in range(0, len(everything), _BOUND):
        yield everything[first : first + _BOUND]
