"""A shift roster as a file over HTTP: looked at first, then adopted as it was looked at."""

from __future__ import annotations

from evidence.clock import to_text
from evidence.errors import Forbidden, Invalid
from player import roster as service
from player.api import roster_shapes as s
from player.api.roster import facts_of, said
from player.api.route import Call
from player.roster import Adoption, RosterPlan
from player.roster_file import MAX_BYTES, Form, RosterFile, read_roster
from policy.roster import Objection, Planned, ShiftWords, Why

FORMS: dict[str, Form] = {"text/csv": "csv", "application/json": "json"}
_NOT_YOURS = Why(
    "您不能登记这个班次：它属于其他单位，或是您本人的。",
    "You may not enter this shift: it is another unit's, or your own.",
)
_NOT_YOURS_BEFORE = Why(
    "您不能更正与它重叠的班次：它属于其他单位，或是您本人的。",
    "You may not correct the shift that it overlaps with: it is another unit's, or your own.",
)


async def preview(call: Call) -> s.RosterPlanAnswer:
    """What would become of each line now. Nothing is kept."""
    file, objection = await _file(call), _objection(call)
    made = await call.services.off_loop.query(lambda c: service.plan_of(c, file, objection))
    return _answer(file, made)


async def adopt(call: Call) -> None:
    query, objection = call.query, _objection(call)
    file = await _file(call)
    adoption = Adoption(
        query.reason.strip(),
        call.session.account,
        to_text(call.services.clock.now()),
        query.plan,
        query.without_refused,
    )
    await call.services.log.decide(lambda c: service.adopt(c, file, objection, adoption))


async def _file(call: Call) -> RosterFile:
    """Raises Forbidden for who may enter no shift at all, Invalid."""
    if "roster.change" not in call.services.access.may(call.session.principal):
        raise Forbidden("No rule permits this. (roster.change)")
    form = FORMS.get(call.request.content_type)
    if form is None:
        raise Invalid(f"A roster is one of: {', '.join(FORMS)}.")
    data = bytearray()
    async for chunk in call.request.content.iter_chunked(1 << 16):
        data += chunk
        if len(data) > MAX_BYTES:
            raise Invalid("The file is larger than 1 MiB.")
    zone = call.services.rules.zone
    return await call.services.off_loop.run(lambda: read_roster(bytes(data), form, zone))


def _objection(call: Call) -> Objection:
    access, who = call.services.access, call.session.principal

    def objection(words: ShiftWords, before: ShiftWords | None) -> Why | None:
        if not access.decide(who, "roster.change", facts_of(words)).allowed:
            return _NOT_YOURS
        if before is not None and not access.decide(who, "roster.change", facts_of(before)).allowed:
            return _NOT_YOURS_BEFORE
        return None

    return objection


def _answer(file: RosterFile, made: RosterPlan) -> s.RosterPlanAnswer:
    counts = made.counts
    return s.RosterPlanAnswer(
        plan=made.digest,
        form=file.form,
        encoding=file.encoding,
        new=counts["new"],
        changed=counts["changed"],
        same=counts["same"],
        refused=counts["refused"],
        lines=tuple(_line(each) for each in made.lines),
    )


def _line(each: Planned) -> s.PlannedLine:
    return s.PlannedLine(
        line=each.line,
        verdict=each.verdict,
        shift=None if each.shift is None else said(each.shift),
        before=None if each.before is None else said(each.before),
        zh="" if each.why is None else each.why.zh,
        en="" if each.why is None else each.why.en,
    )
