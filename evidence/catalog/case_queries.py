"""Typed reads about cases: lists, one case whole, and the recordings that bear on its activities. Never writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, true, tuple_

from evidence.canonical import Digest
from evidence.case_entries import Stage, SubjectKind, Verdict
from evidence.catalog.absence_queries import cut_off_recordings
from evidence.catalog.case_schema import (
    activities,
    case_people,
    cases,
    clips,
    explanations,
    footage,
    item_lists,
    recording_times,
    stretches,
)
from evidence.catalog.footage_search import TIMED
from evidence.catalog.retention_queries import destroyed_at
from evidence.catalog.schema import recordings, renditions
from evidence.catalog.typed_rows import typed
from evidence.intervals import Spans


@dataclass(frozen=True, slots=True)
class CaseRow:
    id: str
    number: str
    kind: str
    title: str
    stage: Stage
    subject_kind: SubjectKind
    subject_name: str
    subject_number: str
    unit: str | None
    state: str  # open | closed | archived
    opened_at: str
    opened_by: str
    changed_at: str
    closed_at: str | None
    closed_by: str | None
    items: str | None
    entry: int
    officers: tuple[str, ...]  # named on the case now
    people: frozenset[str]  # ever named on the case or on one of its activities


@dataclass(frozen=True, slots=True)
class ActivityRow:
    id: str
    case: str
    item: str
    stage: Stage
    place: str
    planned_start: str | None
    planned_end: str | None
    started_at: str | None
    ended_at: str | None
    officers: tuple[str, ...]
    devices: tuple[str, ...]
    note: str
    state: str  # valid | withdrawn
    by: str
    at: str
    entry: int


@dataclass(frozen=True, slots=True)
class MatchRow:
    activity: str
    recording: str
    verdict: Verdict
    reason: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class ClipRow:
    id: str
    case: str
    activity: str | None
    recording: str
    start_ms: int
    end_ms: int
    moment: str | None
    note: str
    by: str
    at: str
    withdrawn_at: str | None


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    id: str
    case: str
    activity: str | None
    kind: str
    about: str
    start_ms: int
    end_ms: int
    items: str
    cause: str
    statement: str
    by: str
    at: str
    state: str  # waiting | approved | rejected
    decided_by: str | None
    decided_at: str | None
    decision: str | None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case whole."""

    case: CaseRow
    activities: tuple[ActivityRow, ...]  # valid ones, in order of time
    matches: tuple[MatchRow, ...]
    clips: tuple[ClipRow, ...]  # not withdrawn
    explanations: tuple[ExplanationRow, ...]

    def activity(self, activity: str) -> ActivityRow | None:
        return next((each for each in self.activities if each.id == activity), None)


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
    cut_off: bool  # its file was never finished


@dataclass(frozen=True, slots=True)
class CasesVisible:
    """The cases somebody may list: all, those a person is on, those of a unit, or either of the two."""

    everything: bool
    officer: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class CaseFilter:
    visible: CasesVisible
    q: str | None = None  # in number, title or subject
    state: str | None = None
    kind: str | None = None
    subject: str | None = None  # a subject's name or number, exactly
    after: tuple[str, str] | None = None  # (opened_at, id) of the last row before
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CasePage:
    rows: tuple[CaseRow, ...]
    after: tuple[str, str] | None


_c = cases.c


def cases_page(connection: Connection, wanted: CaseFilter) -> CasePage:
    """Newest first."""
    query = select(cases).where(_conditions(wanted))
    if wanted.after is not None:
        query = query.where(tuple_(_c.opened_at, _c.id) < tuple_(*wanted.after))
    found = connection.execute(query.order_by(_c.opened_at.desc(), _c.id.desc()).limit(wanted.limit + 1)).all()
    rows = _case_rows(connection, found[: wanted.limit])
    last = rows[-1] if len(found) > wanted.limit else None
    return CasePage(rows, (last.opened_at, last.id) if last else None)


def find_case(connection: Connection, case: str) -> CaseRow | None:
    rows = _case_rows(connection, connection.execute(select(cases).where(_c.id == case)).all())
    return rows[0] if rows else None


def case_of_number(connection: Connection, number: str) -> str | None:
    """The id of the case with this number."""
    return connection.execute(select(_c.id).where(_c.number == number)).scalars().first()


def closed_cases(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(select(_c.id).where(_c.state != "open").order_by(_c.id)).scalars())


def load_case(connection: Connection, case: str) -> CaseFile | None:
    """Everything that stands about one case."""
    row = find_case(connection, case)
    if row is None:
        return None
    a = activities.c
    valid = select(activities).where(a.case == case, a.state == "valid")
    found = [_activity(each._mapping) for each in connection.execute(valid)]
    kept = select(clips).where(clips.c.case == case, clips.c.withdrawn_at.is_(None))
    said = select(explanations).where(explanations.c.case == case).order_by(explanations.c.entry)
    matched = select(footage).where(footage.c.activity.in_([each.id for each in found]))
    return CaseFile(
        row,
        tuple(sorted(found, key=lambda each: (each.started_at or each.planned_start or "", each.id))),
        typed(connection, MatchRow, matched.order_by(footage.c.entry)),
        typed(connection, ClipRow, kept.order_by(clips.c.entry)),
        typed(connection, ExplanationRow, said),
    )


def footage_of(connection: Connection, ids: Iterable[str]) -> tuple[FootageRow, ...]:
    """Those of these recordings that have a length."""
    found = connection.execute(_footage().where(recordings.c.id.in_(tuple(ids)))).all()
    # Not in the query: SQLite would look for the kind by its index, and read the whole library.
    return _footage_rows(connection, [row for row in found if row.kind in TIMED])


def items_digest(connection: Connection, version: str) -> str | None:
    """The digest of the list that was adopted under this version."""
    i = item_lists.c
    return connection.execute(select(i["items"]).where(i.version == version)).scalar_one_or_none()


def visible_cases(who: CasesVisible) -> Select[Any]:
    """The ids of the cases that somebody may list, to be asked for within another query."""
    return select(_c.id).where(_visible(who))


def case_of_explanation(connection: Connection, explanation: str) -> tuple[str, str, str] | None:
    """(case, who explained, state) of an explanation of a case's finding."""
    x = explanations.c
    row = connection.execute(select(x.case, x.by, x.state).where(x.id == explanation)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def open_cases(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(select(_c.id).where(_c.state == "open").order_by(_c.id)).scalars())


def _conditions(wanted: CaseFilter) -> ColumnElement[bool]:
    claims = [_visible(wanted.visible)]
    for column, value in ((_c.state, wanted.state), (_c.kind, wanted.kind)):
        if value is not None:
            claims.append(column == value)
    if wanted.subject is not None:
        claims.append(or_(_c.subject_name == wanted.subject, _c.subject_number == wanted.subject))
    if wanted.q:
        fields = (_c.number, _c.title, _c.subject_name, _c.subject_number)
        claims.append(or_(*(func.lower(field).contains(wanted.q.lower(), autoescape=True) for field in fields)))
    return and_(*claims)


def _visible(who: CasesVisible) -> ColumnElement[bool]:
    if who.everything:
        return true()
    mine = select(case_people.c.case).where(case_people.c.account == who.officer, case_people.c.current)
    either: list[ColumnElement[bool]] = [] if who.officer is None else [_c.id.in_(mine)]
    if who.unit is not None:
        either.append(_c.unit == who.unit)
    return or_(*either) if either else ~true()


def _case_rows(connection: Connection, rows: Iterable[Any]) -> tuple[CaseRow, ...]:
    values = [dict(row._mapping) for row in rows]
    p = case_people.c
    named: dict[str, list[tuple[str, bool]]] = {}
    wanted = select(case_people).where(p.case.in_([each["id"] for each in values])).order_by(p.account)
    for case, account, current in connection.execute(wanted):
        named.setdefault(case, []).append((account, current))
    return tuple(
        CaseRow(
            **each,
            officers=tuple(account for account, current in named.get(each["id"], ()) if current),
            people=frozenset(account for account, _ in named.get(each["id"], ())),
        )
        for each in values
    )


def _activity(row: Any) -> ActivityRow:
    values: dict[str, Any] = dict(row)
    for name in ("officers", "devices"):
        values[name] = tuple(json.loads(values[name]))
    return ActivityRow(**values)


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
    seen = select(e.recording, e.state, e.blob).where(e.recording.in_(list(found)), e.kind == "observations")
    observed = {row.recording: (row.state, row.blob) for row in connection.execute(seen)}
    # What was destroyed was looked at when its case was judged, and nobody can look again.
    observed |= {recording: ("made", None) for recording in destroyed_at(connection, found)}
    cut = cut_off_recordings(connection, ids=found)
    result = []
    for each in found.values():
        corrected = each.pop("corrected_at")
        if corrected is not None:
            each |= {"started_at": corrected, "started_at_origin": "corrected"}
        picture, sound = (tuple(spans.get((each["id"], kind), ())) for kind in ("video", "audio"))
        state, blob = observed.get(each["id"], (None, None))
        result.append(
            FootageRow(
                **each,
                picture=picture,
                sound=sound,
                observed=state,
                observations=blob,
                cut_off=each["id"] in cut,
            )
        )
    return tuple(sorted(result, key=lambda row: (row.started_at, row.id)))
