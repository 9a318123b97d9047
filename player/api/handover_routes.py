"""The routes of handing a case over; part of the one route table in `player.api.routes`."""

from __future__ import annotations

from player.api import handover_shapes as s
from player.api import handovers
from player.api.case_shapes import CaseDetail
from player.api.route import Guard, Route

_HAND = Guard("case", "case.hand-over")

HANDOVER_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/cases/{case}/handovers",
        "Hand a case over to another authority",
        _HAND,
        handovers.hand_over,
        CaseDetail,
        body=s.HandoverBody,
        status=201,
    ),
    Route(
        "POST",
        "/cases/{case}/handovers/{handover}/end",
        "Enter what became of a case that was handed over",
        _HAND,
        handovers.end,
        CaseDetail,
        body=s.EndingBody,
    ),
)
