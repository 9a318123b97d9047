"""The routes of missing footage; part of the one route table in `player.api.routes`."""

from __future__ import annotations

from player.api import absence_shapes as s
from player.api import absences, attention, documents
from player.api.attention_shapes import AttentionAnswer
from player.api.case_shapes import DecisionBody, DocumentQuery, MadeAnswer
from player.api.route import Guard, Route
from policy.documents import MEDIA_TYPES

_DECIDED = Guard("decided")

ABSENCE_ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/attention",
        "What needs somebody now",
        Guard("session"),
        attention.attention,
        AttentionAnswer,
        unattended=True,
    ),
    Route("GET", "/absences", "Missing footage", _DECIDED, absences.listing, s.AbsencesAnswer, query=s.AbsencesQuery),
    Route(
        "POST",
        "/absences/explanations",
        "Explain missing footage",
        _DECIDED,
        absences.explain,
        MadeAnswer,
        body=s.ExplainAbsenceBody,
        status=201,
    ),
    Route(
        "POST",
        "/absences/explanations/{explanation}/decision",
        "Approve or reject such an explanation",
        _DECIDED,
        absences.decide,
        body=DecisionBody,
    ),
    Route(
        "POST",
        "/explanations/{explanation}/documents",
        "Attach a document to one's own explanation",
        _DECIDED,
        documents.attach,
        MadeAnswer,
        query=DocumentQuery,
        raw=MEDIA_TYPES,
        status=201,
    ),
    Route(
        "GET",
        "/explanations/{explanation}/documents/{document}",
        "A document, to be saved",
        _DECIDED,
        documents.download,
        "*/*",
    ),
)
