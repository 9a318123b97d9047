"""One case whole: its activities, what people said of footage, its clips, and what was explained. Never writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from evidence.case_entries import Stage, Verdict
from evidence.catalog.case_queries import CaseRow, find_case
from evidence.catalog.case_schema import activities, clips, explanations, footage
from evidence.catalog.typed_rows import typed


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


def _activity(row: Any) -> ActivityRow:
    values: dict[str, Any] = dict(row)
    for name in ("officers", "devices"):
        values[name] = tuple(json.loads(values[name]))
    return ActivityRow(**values)
