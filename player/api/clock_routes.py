"""The routes of clocks and time slates; part of the one route table in `player.api.routes`."""

from __future__ import annotations

from player.api import clock_shapes as s
from player.api import clocks
from player.api.route import Guard, Route

CLOCK_ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/slate",
        "The server's signed time, as a code to be filmed",
        Guard("session"),
        clocks.slate_code,
        s.SlateAnswer,
        query=s.SlateQuery,
    ),
    Route("GET", "/clocks", "Devices' clocks", Guard("site", "dock.read"), clocks.clocks, s.ClocksAnswer),
    Route(
        "GET",
        "/recordings/{id}/clock",
        "When it began, by the best that is known",
        Guard("recording", "recording.read"),
        clocks.of_recording,
        s.RecordingClockAnswer,
    ),
)
