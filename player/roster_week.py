"""Shifts with what was recorded of each, and what is missing: gathers the facts, asks the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from evidence.catalog.duty_queries import RecordedRow, recorded_begun
from evidence.catalog.roster_rows import ShiftRow
from evidence.clock import from_text, to_text
from evidence.intervals import Span
from player.absences import Found
from player.cases.changes import Asking
from player.cases.judging import to_ms
from policy.absences import Absence
from policy.duty import Duty, DutyState, DutyTerms, Shift, duty_of, duty_state

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
# No recording is longer (player.cases.judging).
_LONGEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A shift, what was recorded of it, the finding that it is too little, and what else is missing of it. `due_ms`:
    when its footage should have been handed in."""

    row: ShiftRow
    duty: Duty
    state: DutyState
    due_ms: int
    recordings: tuple[str, ...]
    finding: Found | None
    others: tuple[Found, ...]


def on_duty(
    connection: Connection, rows: Sequence[ShiftRow], found: Iterable[Found], asking: Asking
) -> tuple[OnDuty, ...]:
    """In the order of the rows."""
    if not rows:
        return ()
    missing = asking.rules.items.missing
    since_ms = to_ms(asking.at) - missing.look_back_d * _DAY_MS
    terms = DutyTerms(missing.duty_percent, missing.hand_in_h * _HOUR_MS, since_ms)
    since = to_text(from_text(min(row.start_at for row in rows)) - _LONGEST)
    recorded = _Recorded(recorded_begun(connection, since, max(row.end_at for row in rows)))
    known = tuple(found)
    return tuple(_one(row, recorded, known, terms, to_ms(asking.at)) for row in rows)


class _Recorded:
    """Recordings by who and what recorded."""

    def __init__(self, rows: Iterable[RecordedRow]) -> None:
        self._by_officer: dict[str | None, list[RecordedRow]] = {}
        self._by_device: dict[str | None, list[RecordedRow]] = {}
        for row in rows:
            self._by_officer.setdefault(row.officer, []).append(row)
            self._by_device.setdefault(row.device, []).append(row)

    def of(self, shift: Shift) -> Iterator[tuple[str, Span]]:
        """(recording, span) of those that reach into the shift."""
        own = self._by_officer.get(shift.officer) if shift.device is None else self._by_device.get(shift.device)
        for row in own or ():
            start_ms = to_ms(row.started_at)
            if start_ms < shift.end_ms and start_ms + row.duration_ms > shift.start_ms:
                yield row.id, (start_ms, start_ms + row.duration_ms)


def _one(row: ShiftRow, recorded: _Recorded, found: tuple[Found, ...], terms: DutyTerms, now_ms: int) -> OnDuty:
    shift = Shift(row.id, row.officer, row.device, row.unit, to_ms(row.start_at), to_ms(row.end_at))
    counted = tuple(recorded.of(shift))
    duty = duty_of(shift, (span for _, span in counted), terms.percent)
    recordings = tuple(recording for recording, _ in counted)
    return OnDuty(
        row,
        duty,
        duty_state(shift, duty, terms, now_ms),
        shift.end_ms + terms.hand_in_ms,
        recordings,
        next((each for each in found if _is_duty(each.absence) and each.absence.about == shift.id), None),
        tuple(each for each in found if _bears_on(each.absence, shift, frozenset(recordings))),
    )


def _is_duty(absence: Absence) -> bool:
    return absence.kind == "duty-unrecorded"


def _bears_on(absence: Absence, shift: Shift, recordings: frozenset[str]) -> bool:
    """Is it missing of this shift: of one of its recordings, or of the same person or device in that time?"""
    if _is_duty(absence):
        return False
    if absence.kind in ("late-hand-in", "cut-off"):
        return not recordings.isdisjoint(absence.recordings)
    same = absence.officer == shift.officer or (shift.device is not None and absence.device == shift.device)
    return same and absence.start_ms < shift.end_ms and shift.start_ms < absence.end_ms
