"""A shift roster as a file over HTTP: looked at first, then adopted as it was looked at."""

from __future__ import annotations

from evidence.clock import to_text
from evidence.errors import Forbidden, Invalid
from player import roster as service
from player.api import roster_shapes as s
from player.api.roster import said
from player.api.roster_rights import rights_over
from player.api.route import Call
from player.roster import Adoption, RosterPlan
from player.roster_file import MAX_BYTES, Form, RosterFile, read_roster
from policy.roster import Objection, Planned

FORMS: dict[str, Form] = {"text/csv": "csv", "application/json": "json"}


async def preview(call: Call) -> s.RosterPlanAnswer:
    """What would become of each line now. Nothing is kept."""
    file = await _file(call)
    objection = await _objection(call, file)
    made = await call.services.off_loop.query(lambda c: service.plan_of(c, file, objection))
    return _answer(file, made)


async def adopt(call: Call) -> None:
    query, file = call.query, await _file(call)
    objection = await _objection(call, file)
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


async def _objection(call: Call, file: RosterFile) -> Objection:
    rights = await rights_over(call, (words.officer for _, words in file.shifts))
    return rights.objection


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
