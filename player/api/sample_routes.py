"""The routes of random samples; part of the one route table in `player.api.routes`."""

from __future__ import annotations

from player.api import sample_shapes as s
from player.api import samples
from player.api.route import Guard, Route

_DECIDED = Guard("decided")

SAMPLE_ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/samples",
        "Random samples and their fate",
        _DECIDED,
        samples.listing,
        s.SamplesAnswer,
        query=s.SamplesQuery,
    ),
    Route(
        "POST",
        "/samples",
        "Commit to a sample",
        _DECIDED,
        samples.commit,
        s.SampleDetail,
        body=s.SampleBody,
        status=201,
    ),
    Route(
        "GET",
        "/sample-population",
        "How many there would be to draw from",
        _DECIDED,
        samples.population,
        s.PopulationAnswer,
        query=s.PopulationQuery,
    ),
    Route("GET", "/samples/{sample}", "One sample", _DECIDED, samples.detail, s.SampleDetail),
    Route("GET", "/samples/{sample}/population", "What is drawn from", _DECIDED, samples.population_list, "text/plain"),
    Route("POST", "/samples/{sample}/draw", "Draw", _DECIDED, samples.draw, s.SampleDetail, body=s.DrawBody),
    Route(
        "POST", "/samples/{sample}/abandon", "Abandon", _DECIDED, samples.abandon, s.SampleDetail, body=s.AbandonBody
    ),
    Route(
        "POST",
        "/samples/{sample}/reviews",
        "Say what was found",
        _DECIDED,
        samples.review,
        s.SampleDetail,
        body=s.ReviewBody,
    ),
)
