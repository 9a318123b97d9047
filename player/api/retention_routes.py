"""The routes of retention; part of the one route table in `player.api.routes`."""

from __future__ import annotations

from player.api import retention
from player.api import retention_shapes as s
from player.api.route import Guard, Route

_READ = Guard("site", "retention.read")
_PROPOSE = Guard("site", "retention.propose")
_APPROVE = Guard("site", "retention.approve")
_CANCEL = Guard("site", "retention.cancel")

RETENTION_ROUTES: tuple[Route, ...] = (
    Route(
        "GET", "/retention", "Classes in force, and what is kept by them", _READ, retention.overview, s.RetentionAnswer
    ),
    Route(
        "GET",
        "/retention/expiring",
        "What has expired, or will soon",
        _READ,
        retention.expiring,
        s.ExpiringAnswer,
        query=s.ExpiringQuery,
    ),
    Route(
        "POST",
        "/retention/simulate",
        "What a change of retention would do",
        _READ,
        retention.simulate,
        s.SimulatedAnswer,
        body=s.WantedChange,
    ),
    Route("GET", "/retention/changes", "Changes of retention", _READ, retention.changes, s.ChangesAnswer),
    Route(
        "POST",
        "/retention/changes",
        "Propose a change of retention",
        _PROPOSE,
        retention.propose,
        s.ChangeAnswer,
        body=s.ProposeChange,
        status=201,
    ),
    Route(
        "POST",
        "/retention/changes/{change}/approve",
        "Approve a change; it takes two besides the proposer",
        _APPROVE,
        retention.approve_change,
        s.ChangeAnswer,
        body=s.WithNote,
    ),
    Route(
        "POST",
        "/retention/changes/{change}/cancel",
        "Cancel a change before it is in force",
        _CANCEL,
        retention.cancel_change,
        s.ChangeAnswer,
        body=s.WithReason,
    ),
    Route(
        "POST",
        "/retention/clock",
        "Confirm that the server's clock is right",
        Guard("site", "site-clock.confirm"),
        retention.confirm_clock,
        s.ClockAnswer,
        body=s.WithNote,
    ),
    Route("GET", "/holds", "Holds", _READ, retention.holds, s.HoldsAnswer),
    Route(
        "POST",
        "/holds",
        "Set a hold",
        Guard("site", "hold.set"),
        retention.set_hold,
        s.HoldAnswer,
        body=s.SetHold,
        status=201,
    ),
    Route(
        "POST",
        "/holds/{hold}/lift",
        "Lift a hold that somebody else set",
        Guard("site", "hold.lift"),
        retention.lift_hold,
        s.HoldAnswer,
        body=s.WithReason,
    ),
    Route("GET", "/destructions", "Destructions", _READ, retention.destructions, s.DestructionsAnswer),
    Route(
        "POST",
        "/destructions",
        "Request the destruction of what has expired",
        Guard("site", "destruction.request"),
        retention.request_destruction,
        s.DestructionAnswer,
        body=s.RequestDestruction,
        status=201,
    ),
    Route(
        "POST",
        "/destructions/{destruction}/approve",
        "Approve a destruction that somebody else requested",
        Guard("site", "destruction.approve"),
        retention.approve_destruction,
        s.DestructionAnswer,
        body=s.WithNote,
    ),
    Route(
        "POST",
        "/destructions/{destruction}/cancel",
        "Cancel a destruction",
        Guard("site", "destruction.cancel"),
        retention.cancel_destruction,
        s.DestructionAnswer,
        body=s.WithReason,
    ),
    Route(
        "GET",
        "/destructions/{destruction}/certificate.pdf",
        "The certificate of a destruction",
        _READ,
        retention.certificate,
        "application/pdf",
    ),
    Route(
        "GET",
        "/recordings/{id}/retention",
        "How long it is kept, and why",
        Guard("recording", "recording.read"),
        retention.of_recording,
        s.KeptAnswer,
    ),
    Route(
        "GET",
        "/cases/{case}/retention",
        "Holds and destructions that concern the case",
        Guard("case", "case.read"),
        retention.of_case,
        s.CaseRetentionAnswer,
    ),
)
