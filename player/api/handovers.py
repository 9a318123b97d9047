"""Handing a case over, over HTTP. Decided in `player.cases.handing_over`."""

from __future__ import annotations

from evidence import case_entries as ce
from evidence.handover_entries import Authority
from player.api.case_shapes import CaseDetail
from player.api.cases import settle, told
from player.api.route import Call
from player.cases import handing_over as handing
from player.cases.handing_over import HandoverWords


async def hand_over(call: Call) -> CaseDetail:
    case, made, body = call.case.id, ce.new_id("m"), call.body
    to = Authority(body.to.kind, body.to.name.strip())
    words = HandoverWords(to, body.number.strip(), body.approver.strip(), body.note.strip())
    await settle(call, lambda c, asking: handing.hand_over(c, case, made, words, asking))
    return await told(call, case)


async def end(call: Call) -> CaseDetail:
    case, handover, body = call.case.id, call.part("handover"), call.body
    words = body.outcome, body.number.strip(), body.reason.strip()
    await settle(call, lambda c, asking: handing.end_handover(c, case, handover, *words, asking))
    return await told(call, case)
