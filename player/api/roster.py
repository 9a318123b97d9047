"""The shift roster over HTTP. Whose shifts an account sees, enters and corrects is asked of the rules, shift by
shift."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from evidence.catalog.accounts import units_of
from evidence.catalog.roster_rows import (
    ShiftChangeRow,
    ShiftRow,
    find_shift,
    shift_changes_begun,
    shifts_begun,
)
from evidence.clock import from_text, to_text
from evidence.errors import Forbidden, Invalid, NotFound
from player import roster as service
from player.absences import Found, with_words
from player.api import roster_shapes as s
from player.api.absences import asking_of, sees
from player.api.instants import instant
from player.api.roster_rights import ShiftRights, rights_over
from player.api.route import Call
from player.cases.judging import from_ms
from player.roster_week import OnDuty, on_duty
from policy.absence_words import absence_in_words
from policy.access import ListScope, RecordingFacts
from policy.roster import ShiftWords

_LONGEST = timedelta(days=62)
_Read = tuple[tuple[OnDuty, ...], tuple[ShiftChangeRow, ...], dict[str, str]]


async def listing(call: Call) -> s.RosterAnswer:
    """Shifts that begin in a stretch of time, of those that this account may see, with what was recorded of each."""
    access, who, asking = call.services.access, call.session.principal, asking_of(call)
    scope, missing = access.roster_scope(who), access.absence_scope(who)
    if scope.nothing:
        raise Forbidden("No rule permits this. (roster.read)")
    since, until = instant(call.query.from_), instant(call.query.to)
    if not timedelta() < from_text(until) - from_text(since) <= _LONGEST:
        raise Invalid(f"A roster is shown for {_LONGEST.days} days at most.")

    known = await call.services.off_loop.run(lambda: call.services.absences.find(asking.rules, asking.now))

    def read(connection: Connection) -> _Read:
        rows = [row for row in shifts_begun(connection, since, until) if _in(scope, row)]
        found = with_words(connection, (each for each in known if sees(missing, each))) if rows else ()
        changed = [each for each in shift_changes_begun(connection, since, until) if _in(scope, each.shift)]
        homes = units_of(connection, (row.officer for row in rows))
        return on_duty(connection, rows, found, asking), tuple(changed), homes

    duties, changed, homes = await call.services.off_loop.query(read)
    rules, may = asking.rules.items.missing, ShiftRights(call, homes).may
    return s.RosterAnswer(
        percent=rules.duty_percent,
        hand_in_h=rules.hand_in_h,
        shifts=tuple(_answer(each, may, call) for each in duties),
        changes=tuple(_change(each) for each in changed),
    )


async def enter(call: Call) -> None:
    """What stands already is not entered again."""
    words = [words_of(each) for each in call.body.shifts]
    rights = await rights_over(call, (each.officer for each in words))
    for each in words:
        rights.require(each)
    at, by = to_text(call.services.clock.now()), call.session.account
    await call.services.log.decide(lambda c: service.enter(c, words, by, at))


async def correct(call: Call) -> None:
    """Whoever may change both the shift that stands and the one that takes its place."""
    row, words = await _changeable(call), words_of(call.body.shift)
    (await rights_over(call, (words.officer,))).require(words)
    at, by, reason = to_text(call.services.clock.now()), call.session.account, call.body.reason.strip()
    await call.services.log.decide(lambda c: service.correct(c, row.id, words, reason, by, at))


async def withdraw(call: Call) -> None:
    row, reason = await _changeable(call), call.body.reason
    at, by = to_text(call.services.clock.now()), call.session.account
    await call.services.log.decide(lambda c: (service.withdraw(c, row.id, reason, by, at),))


def words_of(body: s.ShiftBody) -> ShiftWords:
    device, unit = ((value or "").strip() or None for value in (body.device, body.unit))
    return ShiftWords(body.officer.strip(), device, unit, instant(body.start_at), instant(body.end_at))


def said(shift: ShiftWords | ShiftRow) -> s.ShiftSaid:
    return s.ShiftSaid(**{name: getattr(shift, name) for name in s.ShiftSaid.__struct_fields__})


async def _changeable(call: Call) -> ShiftRow:
    """The shift of the path, if this account may change it. Raises NotFound, Forbidden."""
    shift, access, who = call.part("shift"), call.services.access, call.session.principal
    row = await call.services.off_loop.query(lambda c: find_shift(c, shift))
    if row is None:
        # Who may do this to no shift at all learns nothing about what exists.
        access.require(who, "roster.change", RecordingFacts("", None, who.unit))
        raise NotFound("There is no such shift.")
    (await rights_over(call, (row.officer,))).require(row)
    return row


def _in(scope: ListScope, row: ShiftRow) -> bool:
    own = scope.officer is not None and row.officer == scope.officer
    return scope.everything or own or (scope.unit is not None and row.unit == scope.unit)


def _answer(each: OnDuty, may: Callable[[ShiftRow], bool], call: Call) -> s.ShiftAnswer:
    row, duty = each.row, each.duty
    values: dict[str, Any] = {name: getattr(row, name) for name in ShiftRow.__dataclass_fields__}
    values |= {name: getattr(duty, name) for name in ("duty_ms", "expected_ms", "recorded_ms", "missing_ms")}
    return s.ShiftAnswer(
        **values,
        state=each.state,
        due_at=from_ms(each.due_ms),
        recordings=each.recordings,
        finding=None if each.finding is None else _finding(each.finding, call),
        others=tuple(_finding(other, call) for other in each.others),
        may_change=may(row),
    )


def _finding(found: Found, call: Call) -> s.ShiftFinding:
    words = absence_in_words(found.absence, call.services.rules.zone)
    return s.ShiftFinding(key=found.key, kind=found.absence.kind, zh=words.zh, en=words.en, state=found.state)


def _change(each: ShiftChangeRow) -> s.ShiftChangeAnswer:
    instead = None if each.instead is None else said(each.instead)
    return s.ShiftChangeAnswer(shift=said(each.shift), instead=instead, reason=each.reason, by=each.by, at=each.at)
