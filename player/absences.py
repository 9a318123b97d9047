"""Missing footage as the catalog has it: gathers the facts, asks the rules. What people say about it is decided inside
the transaction that appends it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection

from evidence import absence_entries as ae
from evidence import case_entries as ce
from evidence.canonical import canonical, sha256
from evidence.catalog.absence_queries import (
    AbsenceExplanationRow,
    Whose,
    absence_explanations_of,
    missed_since,
    taken_since,
)
from evidence.catalog.roster_rows import ShiftRow, find_shift
from evidence.errors import Conflict, NotFound
from player.absence_facts import looking, missed_of, shift_of, taken_of
from player.cases.changes import Asking
from player.cases.judging import to_ms
from policy.absence_explaining import (
    AbsenceExplanation,
    answers,
    require_approver,
    require_explainer,
    state_of,
)
from policy.absences import Absence, absences
from policy.explaining import Standing, State


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


def with_words(connection: Connection, found: Iterable[Absence]) -> tuple[Found, ...]:
    """With what people said about each."""
    by_kind: dict[tuple[str, str | None], list[Said]] = {}
    for each in explanations_of(connection):
        by_kind.setdefault((each.rule.kind, each.rule.device), []).append(each)
    return tuple(
        Found(each, tuple(one for one in by_kind.get((each.kind, each.device), ()) if answers(one.rule, each)))
        for each in found
    )


def _found_again(connection: Connection, absence: Absence, asking: Asking) -> Found | None:
    """The very same, if it is missing now: reads what bears on it only."""
    wanted = looking(asking.rules, asking.now)
    whose = Whose(device=absence.device, no_device=absence.device is None)
    shifts: tuple[ShiftRow, ...] = ()
    if absence.kind == "duty-unrecorded":
        row = find_shift(connection, absence.about)
        shifts = () if row is None else (row,)
        whose = whose if absence.device is not None else Whose(officer=absence.officer)
    gone = (row for row in missed_since(connection, wanted.since) if row.device == absence.device)
    now = absences(
        (taken_of(row) for row in taken_since(connection, wanted.since, whose)),
        (missed_of(row) for row in gone),
        wanted.terms,
        (shift_of(row) for row in shifts),
        to_ms(asking.at),
    )
    return next(iter(with_words(connection, (each for each in now if key_of(each) == key_of(absence)))), None)


def key_of(absence: Absence) -> str:
    """What an absence is called by: it follows from its facts, so it changes when they do."""
    named = [absence.kind, absence.device, absence.about, absence.start_ms, absence.end_ms]
    return sha256(canonical(named))[:16]


def explain_absence(
    connection: Connection, explanation: str, absence: Absence, cause: str, statement: str, asking: Asking
) -> ae.AbsenceExplained:
    """Raises Conflict if that is not missing now, or is being explained already; Forbidden."""
    found = _found_again(connection, absence, asking)
    if found is None or found.state == "answered":
        raise Conflict("There is no such open finding now.", remedy="Load the page again.")
    require_explainer(asking.person, asking.rules.items.missing)
    if found.state == "waiting":
        raise Conflict("An explanation of this finding waits for a decision.")
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
