"""The routes of cases; part of the one route table in `player.api.routes`."""

from __future__ import annotations

from player.api import case_shapes as s
from player.api import cases
from player.api.route import Guard, Route

_READ = Guard("case", "case.read")
_CHANGE = Guard("case", "case.change")
_CLOSE = Guard("case", "case.close")

CASE_ROUTES: tuple[Route, ...] = (
    Route("GET", "/cases", "Cases", Guard("decided"), cases.listing, s.CasesAnswer, query=s.CasesQuery),
    Route(
        "POST",
        "/cases",
        "Enter a case",
        Guard("site", "case.open"),
        cases.open_case,
        s.CaseDetail,
        body=s.CaseBody,
        status=201,
    ),
    Route(
        "GET", "/findings", "Findings of open cases", Guard("decided"), cases.inbox, s.InboxAnswer, query=s.InboxQuery
    ),
    Route("GET", "/cases/{case}", "One case, judged", _READ, cases.detail, s.CaseDetail),
    Route("POST", "/cases/{case}", "Change a case", _CHANGE, cases.change_case, s.CaseDetail, body=s.CaseBody),
    Route(
        "POST",
        "/cases/{case}/activities",
        "Enter an activity",
        _CHANGE,
        cases.record_activity,
        s.MadeAnswer,
        body=s.ActivityBody,
        status=201,
    ),
    Route(
        "POST",
        "/cases/{case}/activities/{activity}",
        "Change an activity",
        _CHANGE,
        cases.change_activity,
        s.MadeAnswer,
        body=s.ActivityBody,
    ),
    Route(
        "POST",
        "/cases/{case}/activities/{activity}/withdraw",
        "Take an activity back",
        _CHANGE,
        cases.withdraw_activity,
        body=s.ReasonBody,
    ),
    Route(
        "POST",
        "/cases/{case}/activities/{activity}/emergency",
        "Say that an activity was an emergency measure, or was none",
        _CHANGE,
        cases.state_emergency,
        body=s.EmergencyBody,
    ),
    Route(
        "POST",
        "/cases/{case}/activities/{activity}/approval",
        "Enter the approval of an emergency measure",
        _CHANGE,
        cases.make_up,
        s.MadeAnswer,
        body=s.ApprovalBody,
        status=201,
    ),
    Route(
        "POST",
        "/cases/{case}/footage",
        "Confirm or reject a recording",
        _CHANGE,
        cases.match_footage,
        body=s.MatchBody,
    ),
    Route(
        "POST",
        "/cases/{case}/clips",
        "Mark a clip",
        _CHANGE,
        cases.mark_clip,
        s.MadeAnswer,
        body=s.ClipBody,
        status=201,
    ),
    Route(
        "POST",
        "/cases/{case}/clips/{clip}/withdraw",
        "Take a clip back",
        _CHANGE,
        cases.withdraw_clip,
        body=s.ReasonBody,
    ),
    Route(
        "POST",
        "/cases/{case}/explanations",
        "Explain a finding",
        Guard("case", "finding.explain"),
        cases.explain,
        s.MadeAnswer,
        body=s.ExplainBody,
        status=201,
    ),
    Route(
        "POST",
        "/cases/{case}/explanations/{explanation}/decision",
        "Approve or reject an explanation",
        Guard("case", "finding.approve"),
        cases.decide,
        body=s.DecisionBody,
    ),
    Route("POST", "/cases/{case}/close", "Close a case", _CLOSE, cases.close, s.CaseDetail, body=s.NoteBody),
    Route("POST", "/cases/{case}/archive", "Archive a case", _CLOSE, cases.archive, s.CaseDetail, body=s.NoteBody),
    Route(
        "POST",
        "/cases/{case}/reopen",
        "Reopen a closed case",
        Guard("case", "case.reopen"),
        cases.reopen,
        s.CaseDetail,
        body=s.ReasonBody,
    ),
    Route(
        "POST",
        "/recordings/{id}/time",
        "Correct when a recording began",
        Guard("recording", "time.correct"),
        cases.correct_time,
        body=s.TimeBody,
    ),
)
