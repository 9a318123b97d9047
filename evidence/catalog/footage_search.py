"""Which recordings may bear on an activity: by officer or device, around its time. Never writes.

What it costs depends on how much these people and devices recorded in those days, not on how large the library is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, Connection, Select, and_, bindparam, or_, select, union_all

from evidence.catalog.case_schema import recording_times
from evidence.catalog.schema import recordings

# So many stretches of time are asked for in one query; for more, SQLite's parser has a limit.
_MAX_SPANS = 50
# Kinds that have a length.
TIMED = ("video", "audio")


@dataclass(frozen=True, slots=True)
class Search:
    """Which recordings may bear on an activity: of these people or devices, begun in [start, end), or long ones begun
    in [long_start, start). Times as the catalog has them."""

    officers: tuple[str, ...]
    devices: tuple[str, ...]
    long_start: str
    start: str
    end: str
    corrected_end: str  # the same for corrected times, which say themselves how exact they are
    long_ms: int  # what is longer than the time between `start` and the activity


@dataclass(frozen=True, slots=True)
class Candidate:
    id: str
    officer: str | None
    device: str | None
    started_at: str
    duration_ms: int


def _uncorrected() -> Select[Any]:
    """With the kind, but not asked for by it: SQLite would rather enter by that, and read whatever anybody recorded in
    those days."""
    r, t = recordings.c, recording_times.c
    corrected = select(t.recording).where(t.recording == r.id).exists()
    return select(r.id, r.officer, r.device, r.started_at, r.duration_ms, r.kind).where(~corrected)


def _of(column: Column[Any], names: str) -> Select[Any]:
    """Entered by one index: an officer's or a device's recordings in order of time."""
    r = recordings.c
    given: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in ("long_start", "start", "end", "long_ms")}
    early_enough = or_(r.started_at >= given["start"], r.duration_ms > given["long_ms"])
    query = _uncorrected().where(column.in_(bindparam(names, expanding=True)), early_enough)
    return query.where(r.started_at >= given["long_start"], r.started_at < given["end"])


# Made once: a case of twenty activities asks it twenty times, and making it costs more than asking.
_CANDIDATES = union_all(_of(recordings.c.officer, "officers"), _of(recordings.c.device, "devices"))
_GIVEN = ("long_start", "start", "end", "long_ms", "officers", "devices")


def candidates(connection: Connection, search: Search) -> tuple[Candidate, ...]:
    """Recordings whose time nobody corrected."""
    return _rows(connection, _CANDIDATES, {name: getattr(search, name) for name in _GIVEN})


def candidates_of_devices(connection: Connection, windows: Sequence[tuple[str, str, str]]) -> tuple[Candidate, ...]:
    """What these devices recorded in these stretches of time (device, start, end), whoever wore them; uncorrected."""
    r, found = recordings.c, dict[str, Candidate]()
    for at in range(0, len(windows), _MAX_SPANS):
        some = windows[at : at + _MAX_SPANS]
        within_ = (and_(r.device == each, r.started_at >= start, r.started_at < end) for each, start, end in some)
        found |= {each.id: each for each in _rows(connection, _uncorrected().where(or_(*within_)))}
    return tuple(found.values())


def _rows(connection: Connection, query: Any, given: dict[str, Any] | None = None) -> tuple[Candidate, ...]:
    found = {
        row.id: Candidate(row.id, row.officer, row.device, row.started_at, row.duration_ms)
        for row in connection.execute(query, given or {})
        if row.kind in TIMED
    }
    return tuple(found.values())


def corrected_candidates(connection: Connection, searches: Iterable[Search]) -> tuple[tuple[str, ...], ...]:
    """The same for recordings with a corrected time, by that time: one answer per search, all from one query."""
    wanted = tuple(searches)
    if not wanted:
        return ()
    t, r = recording_times.c, recordings.c
    query = select(r.id, r.officer, r.device, t.started_at).join(recording_times, t.recording == r.id)
    found = connection.execute(query.where(within(t.started_at, wanted))).all()
    return tuple(
        tuple(
            row.id
            for row in found
            if each.long_start <= row.started_at < each.corrected_end
            and (row.officer in each.officers or row.device in each.devices)
        )
        for each in wanted
    )


def within(column: ColumnElement[str], searches: Iterable[Search]) -> ColumnElement[bool]:
    """A time within [long_start, corrected_end) of any of the searches, of which there is one at least. Activities of
    a case may be months apart, and what others recorded in between is not read."""
    spans: list[tuple[str, str]] = []
    for start, end in sorted((each.long_start, each.corrected_end) for each in searches):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    if len(spans) > _MAX_SPANS:
        spans = [(spans[0][0], spans[-1][1])]
    return or_(*(and_(column >= start, column < end) for start, end in spans))
