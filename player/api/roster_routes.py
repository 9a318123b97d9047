"""The routes of the shift roster; part of the one route table in `player.api.routes`."""

from __future__ import annotations

from player.api import roster, roster_files
from player.api import roster_shapes as s
from player.api.case_shapes import ReasonBody
from player.api.route import Guard, Route

_DECIDED = Guard("decided")

ROSTER_ROUTES: tuple[Route, ...] = (
    Route("GET", "/roster", "Who was on duty", _DECIDED, roster.listing, s.RosterAnswer, query=s.RosterQuery),
    Route("POST", "/roster", "Enter shifts", _DECIDED, roster.enter, body=s.RosterBody),
    Route(
        "POST",
        "/roster/preview",
        "What would become of a roster in a file",
        _DECIDED,
        roster_files.preview,
        s.RosterPlanAnswer,
        raw=tuple(roster_files.FORMS),
    ),
    Route(
        "POST",
        "/roster/adopt",
        "Enter a roster that was looked at",
        _DECIDED,
        roster_files.adopt,
        query=s.AdoptQuery,
        raw=tuple(roster_files.FORMS),
    ),
    Route("POST", "/roster/{shift}/correct", "Correct a shift", _DECIDED, roster.correct, body=s.CorrectionBody),
    Route("POST", "/roster/{shift}/withdraw", "Take a shift back", _DECIDED, roster.withdraw, body=ReasonBody),
)
