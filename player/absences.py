"""Missing footage as the catalog has it: gathers the facts, asks the rules. What people say about it is decided inside
the transaction that appends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from sqlalchemy import Connection

from evidence import absence_entries as ae
from evidence import case_entries as ce
from evidence.canonical import canonical, sha256
from evidence.catalog.absence_queries import (
    AbsenceExplanationRow,
    MissedRow,
    TakenRow,
    absence_explanations_of,
    missed_since,
    taken_since,
)
from evidence.catalog.roster_rows import ShiftRow, shifts_between
from evidence.clock import to_text
from evidence.errors import Conflict, NotFound
from player.cases.changes import Asking
from player.cases.judging import to_ms
from policy.absence_explaining import (
    AbsenceExplanation,
    answers,
    require_approver,
    require_explainer,
    state_of,
)
from policy.absences import Absence, AbsenceTerms, Missed, Taken, absences
from policy.duty import Shift
from policy.explaining import Standing, State

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Said:
    """An explanation as it stands, and as the rules take it."""

    row: AbsenceExplanationRow
    rule: AbsenceExplanation


@dataclass(frozen=True, slots=True)
class Found:
    """What is missing, and what was said about each."""

    absence: Absence
    said: tuple[Said, ...]

    @property
    def state(self) -> Standing:
        return state_of(self.absence, (each.rule for each in self.said))

    @property
    def key(self) -> str:
        return key_of(self.absence)


def find_absences(connection: Connection, asking: Asking, device: str | None = None) -> tuple[Found, ...]:
    """Everything that is missing, latest known first; of one device, where it is named."""
    rules = asking.rules.items.missing
    since = to_text(asking.now - timedelta(days=rules.look_back_d))
    taken = [_taken(row) for row in taken_since(connection, since, device)]
    missed = [_missed(row) for row in missed_since(connection, since) if device is None or row.device == device]
    shifts = [_shift(row) for row in shifts_between(connection, since) if device is None or row.device == device]
    terms = AbsenceTerms(rules.hand_in_h * HOUR_MS, rules.duty_percent)
    found = absences(taken, missed, terms, shifts, to_ms(asking.at))
    said = explanations_of(connection)
    by_kind: dict[tuple[str, str | None], list[Said]] = {}
    for each in said:
        by_kind.setdefault((each.rule.kind, each.rule.device), []).append(each)
    return tuple(
        Found(each, tuple(one for one in by_kind.get((each.kind, each.device), ()) if answers(one.rule, each)))
        for each in found
    )


def key_of(absence: Absence) -> str:
    """What an absence is called by: it follows from its facts, so it changes when they do."""
    named = [absence.kind, absence.device, absence.about, absence.start_ms, absence.end_ms]
    return sha256(canonical(named))[:16]


def explain_absence(
    connection: Connection, explanation: str, key: str, device: str | None, cause: str, statement: str, asking: Asking
) -> ae.AbsenceExplained:
    """Raises Conflict if that is not missing now, or is being explained already; Forbidden."""
    found = next((each for each in find_absences(connection, asking, device) if each.key == key), None)
    if found is None or found.state == "answered":
        raise Conflict("There is no such open finding now.", remedy="Load the page again.")
    require_explainer(asking.person, asking.rules.items.missing)
    if found.state == "waiting":
        raise Conflict("An explanation of this finding waits for a decision.")
    absence = found.absence
    return ae.AbsenceExplained(
        at=asking.at,
        explanation=ce.ExplanationId(explanation),
        kind=absence.kind,
        device=absence.device,
        officer=absence.officer,
        unit=absence.unit,
        about=absence.about,
        start_ms=absence.start_ms,
        end_ms=absence.end_ms,
        items=asking.rules.items.version,
        cause=cause,
        statement=statement,
        by=asking.person.account,
    )


def decide_absence(
    connection: Connection, explanation: str, approved: bool, note: str, asking: Asking
) -> ae.AbsenceDecided:
    """Raises NotFound, Conflict if it was decided before, Forbidden for who may not."""
    said = find_explanation(connection, explanation)
    if said.rule.state != "waiting":
        raise Conflict("This explanation was decided already.")
    require_approver(asking.person, said.rule, asking.rules.items.missing)
    return ae.AbsenceDecided(
        at=asking.at,
        explanation=ce.ExplanationId(explanation),
        approved=approved,
        note=note,
        by=asking.person.account,
    )


def find_explanation(connection: Connection, explanation: str) -> Said:
    """Raises NotFound."""
    found = next((each for each in explanations_of(connection) if each.row.id == explanation), None)
    if found is None:
        raise NotFound("There is no such explanation.")
    return found


def explanations_of(connection: Connection) -> tuple[Said, ...]:
    return tuple(
        Said(
            row,
            AbsenceExplanation(
                row.id,
                row.kind,
                row.device,
                row.officer,
                row.about,
                row.start_ms,
                row.end_ms,
                row.by,
                cast(State, row.state),
            ),
        )
        for row in absence_explanations_of(connection)
    )


def _taken(row: TakenRow) -> Taken:
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


def _shift(row: ShiftRow) -> Shift:
    return Shift(row.id, row.officer, row.device, row.unit, to_ms(row.start_at), to_ms(row.end_at))


def _missed(row: MissedRow) -> Missed:
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
        lost=cast(ae.Lost, row.lost),
        growing=row.growing,
        trouble=row.trouble,
        returned=row.returned,
    )
