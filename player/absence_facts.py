"""The facts that missing footage is found from, as the rules take them: rows of the catalog in, values out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from evidence.absence_entries import Lost
from evidence.catalog.absence_queries import MissedRow, TakenRow
from evidence.catalog.roster_rows import ShiftRow
from evidence.clock import to_text
from player.cases.judging import to_ms
from policy.absences import AbsenceTerms, Missed, Taken
from policy.duty import Shift
from policy.findings import Rules

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Looking:
    """How far back is looked, and by which terms. The same all day: while nothing happens, so is what is found."""

    since: str
    terms: AbsenceTerms


def looking(rules: Rules, now: datetime) -> Looking:
    """`since`: the beginning of a day (UTC), so at most a day more than the list asks for."""
    missing = rules.items.missing
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = to_text(today - timedelta(days=missing.look_back_d))
    return Looking(since, AbsenceTerms(missing.hand_in_h * HOUR_MS, missing.duty_percent))


def taken_of(row: TakenRow) -> Taken:
    start_ms = to_ms(row.started_at)
    return Taken(
        recording=row.id,
        kind=row.kind,
        device=row.device,
        officer=row.officer,
        unit=row.unit,
        number=row.sequence,
        start_ms=start_ms,
        end_ms=start_ms + row.duration_ms,
        received_ms=to_ms(row.received_at),
        cut_off=row.cut_off,
        in_case=row.in_case,
    )


def shift_of(row: ShiftRow) -> Shift:
    return Shift(row.id, row.officer, row.device, row.unit, to_ms(row.start_at), to_ms(row.end_at))


def missed_of(row: MissedRow) -> Missed:
    return Missed(
        id=str(row.entry),
        path=row.path,
        bay=row.bay,
        device=row.device,
        officer=row.officer,
        unit=row.unit,
        number=row.sequence,
        start_ms=None if row.started_at is None else to_ms(row.started_at),
        first_seen_ms=to_ms(row.first_seen_at),
        missed_ms=to_ms(row.at),
        lost=cast(Lost, row.lost),
        growing=row.growing,
        trouble=row.trouble,
        returned=row.returned,
    )
