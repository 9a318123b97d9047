"""The routes of compliance figures; part of the one route table in `player.api.routes`."""

from __future__ import annotations

from player.api import compliance
from player.api import compliance_shapes as s
from player.api.route import Guard, Route

_DECIDED = Guard("decided")

COMPLIANCE_ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/compliance",
        "Figures of what had to be recorded",
        _DECIDED,
        compliance.figures,
        s.ComplianceAnswer,
        query=s.ComplianceQuery,
    ),
    Route(
        "GET",
        "/compliance/list",
        "What one of the figures counts",
        _DECIDED,
        compliance.listing,
        s.ChosenPageAnswer,
        query=s.ChosenPageQuery,
    ),
    Route(
        "GET",
        "/compliance/figures.csv",
        "The figures as CSV",
        _DECIDED,
        compliance.figures_csv,
        "text/csv",
        query=s.ComplianceQuery,
    ),
    Route(
        "GET",
        "/compliance/list.csv",
        "What one of the figures counts, as CSV",
        _DECIDED,
        compliance.listing_csv,
        "text/csv",
        query=s.ChosenQuery,
    ),
)
