"""The shift roster over HTTP. Whose shifts an account sees and enters is asked of the rules, shift by shift."""

from __future__ import annotations

from evidence.catalog.roster_rows import find_shift, shifts_between
from evidence.clock import to_text
from evidence.errors import Forbidden, NotFound
from player import roster as service
from player.api.instants import instant
from player.api.roster_shapes import RosterAnswer, ShiftAnswer
from player.api.route import Call
from player.roster import ShiftWords
from policy.access import RecordingFacts


async def listing(call: Call) -> RosterAnswer:
    """Shifts that end in a stretch of time, of those whose missing footage this account may know of."""
    query, scope = call.query, call.services.access.absence_scope(call.session.principal)
    if scope.nothing:
        raise Forbidden("No rule permits this. (absence.read)")
    since, until = instant(query.from_), instant(query.to)
    rows = await call.services.off_loop.query(lambda c: shifts_between(c, since, until))
    seen = [
        row
        for row in rows
        if scope.everything
        or (scope.officer is not None and row.officer == scope.officer)
        or (scope.unit is not None and row.unit == scope.unit)
    ]
    names = ShiftAnswer.__struct_fields__
    return RosterAnswer(shifts=tuple(ShiftAnswer(**{name: getattr(row, name) for name in names}) for row in seen))


async def enter(call: Call) -> None:
    """What stands already is not entered again."""
    words = [
        ShiftWords(each.officer.strip(), each.device, each.unit, instant(each.start_at), instant(each.end_at))
        for each in call.body.shifts
    ]
    for each in words:
        facts = RecordingFacts(each.device or "", each.officer, each.unit)
        call.services.access.require(call.session.principal, "roster.change", facts)
    at, by = to_text(call.services.clock.now()), call.session.account
    await call.services.log.decide(lambda c: service.roster(c, words, by, at))


async def withdraw(call: Call) -> None:
    shift, reason, access = call.part("shift"), call.body.reason, call.services.access
    who = call.session.principal
    row = await call.services.off_loop.query(lambda c: find_shift(c, shift))
    if row is None:
        # Who may do this to no shift at all learns nothing about what exists.
        access.require(who, "roster.change", RecordingFacts("", None, who.unit))
        raise NotFound("There is no such shift.")
    access.require(who, "roster.change", RecordingFacts(row.device or "", row.officer, row.unit))
    at, by = to_text(call.services.clock.now()), call.session.account
    await call.services.log.decide(lambda c: (service.withdraw(c, shift, reason, by, at),))
