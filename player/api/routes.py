"""The route table: the one place that says what the API offers and who may."""

from __future__ import annotations

from player.api import dock_shapes as ds
from player.api import (
    docks,
    events,
    health,
    ledger,
    live,
    live_segments,
    log,
    recordings,
    room_coverage,
    rooms,
    session,
    sittings,
    viewings,
)
from player.api import recording_shapes as rs
from player.api import shapes as s
from player.api import sitting_shapes as ss
from player.api import viewing_shapes as vs
from player.api.absence_routes import ABSENCE_ROUTES
from player.api.case_routes import CASE_ROUTES
from player.api.clock_routes import CLOCK_ROUTES
from player.api.compliance_routes import COMPLIANCE_ROUTES
from player.api.handover_routes import HANDOVER_ROUTES
from player.api.item_routes import ITEM_ROUTES
from player.api.retention_routes import RETENTION_ROUTES
from player.api.roster_routes import ROSTER_ROUTES
from player.api.route import Guard, Route
from player.api.sample_routes import SAMPLE_ROUTES

_PUBLIC = Guard("public")
_SIGNED_IN = Guard("session")
_DECIDED = Guard("decided")
_VIEWING = Guard("viewing")
_DOCKS = Guard("site", "dock.read")
_LOG = Guard("site", "viewing.read")
_LEDGER = Guard("site", "ledger.read")
_READ = Guard("recording", "recording.read")
_ASK = Guard("recording", "rendition.ask")
_SEAL = Guard("recording", "seal.read")
_VIEWERS = Guard("recording", "viewing.read")
_ROOM = Guard("room", "room.read")
_LOOK_AFTER = Guard("room", "alarm.ack")
_RUN_IN = Guard("room", "sitting.run")
_RUN = Guard("sitting", "sitting.run")
_NOTE = Guard("sitting", "sitting.note")
_SITTING = Guard("sitting", "sitting.read")
_ACK = Guard("alarm", "alarm.ack")

# Below /api/v1.
ROUTES: tuple[Route, ...] = (
    Route("GET", "/site", "What a visitor may know", _PUBLIC, session.site, s.SiteAnswer),
    Route("POST", "/session", "Sign in", _PUBLIC, session.sign_in, s.SessionAnswer, body=s.SignIn),
    Route("GET", "/session", "Who is signed in", _SIGNED_IN, session.current, s.SessionAnswer),
    Route("DELETE", "/session", "Sign out", _SIGNED_IN, session.sign_out),
    Route(
        "POST",
        "/session/password",
        "Change one's own password",
        _SIGNED_IN,
        session.change_password,
        body=s.ChangePassword,
    ),
    Route("GET", "/bays", "All bays as they are now", _DOCKS, docks.bays, ds.BaysAnswer),
    Route(
        "GET",
        "/events",
        "Changes of bays, jobs and rooms, as they happen",
        _DECIDED,
        events.events,
        "text/event-stream",
        query=ss.EventsQuery,
    ),
    Route(
        "GET",
        "/bays/{bay}/attempts",
        "Files a bay has shown",
        _DOCKS,
        docks.attempts,
        ds.AttemptsAnswer,
        query=ds.AttemptsQuery,
    ),
    Route(
        "GET",
        "/recordings",
        "The library",
        _DECIDED,
        recordings.library,
        rs.RecordingsAnswer,
        query=rs.RecordingsQuery,
    ),
    Route("GET", "/facets", "Values that filters can take", _DECIDED, recordings.filters, rs.FacetsAnswer),
    Route("GET", "/recordings/{id}", "One recording", _READ, recordings.detail, rs.RecordingDetail),
    Route("GET", "/recordings/{id}/segments", "Its segments", _READ, recordings.segments, rs.SegmentsAnswer),
    Route(
        "GET",
        "/recordings/{id}/seal",
        "Check its seal",
        _SEAL,
        recordings.seal,
        rs.SealAnswer,
    ),
    Route(
        "POST",
        "/recordings/{id}/seal/check",
        "Read the whole original again",
        _SEAL,
        recordings.check,
        rs.CheckAnswer,
        status=202,
    ),
    Route(
        "GET",
        "/recordings/{id}/notes",
        "Marks and notes of the sittings it belongs to",
        _READ,
        sittings.of_recording,
        ss.RecordingNotesAnswer,
    ),
    Route(
        "GET",
        "/recordings/{id}/viewings",
        "Who was handed what of it",
        _VIEWERS,
        log.of_recording,
        vs.ViewingsAnswer,
    ),
    Route(
        "POST",
        "/viewings",
        "Open a viewing",
        _DECIDED,
        viewings.open_viewing,
        vs.ViewingAnswer,
        body=vs.OpenViewing,
        status=201,
    ),
    Route(
        "GET",
        "/viewings/{vid}/index.m3u8",
        "Playlist",
        _VIEWING,
        viewings.playlist,
        "application/vnd.apple.mpegurl",
    ),
    Route("GET", "/viewings/{vid}/init.mp4", "Codec parameters", _VIEWING, viewings.init, "video/mp4"),
    Route(
        "GET",
        "/viewings/{vid}/{seq}.m4s",
        "One segment, logged first",
        _VIEWING,
        viewings.segment,
        "video/mp4",
        headers=("CMCD-Request",),
    ),
    Route("GET", "/viewings/{vid}/photo", "The photo, logged first", _VIEWING, viewings.photo, "image/*"),
    Route(
        "GET",
        "/viewings/{vid}/thumbnails/{recording}.jpg",
        "One thumbnail, logged first",
        _VIEWING,
        viewings.thumbnail,
        "image/jpeg",
        query=vs.ThumbnailQuery,
    ),
    Route(
        "GET",
        "/viewings/{vid}/live",
        "Live pictures over a WebSocket, logged first",
        _VIEWING,
        live.watch,
        headers=("Origin",),
        socket=(
            "Switches to a WebSocket, on which the pictures of the viewing's channel come as they are recorded. The "
            "Origin must be this site's. Text frames are JSON with a member `say` (from the server) or `do` (from the "
            "page); binary frames are an init segment or one access unit, behind a head of 16 bytes. The viewing ends "
            "with the socket. docs/reference/api.md describes every frame."
        ),
    ),
    Route(
        "GET",
        "/viewings/{vid}/rewind.m3u8",
        "Playlist of what the channel has recorded since the sitting began",
        _VIEWING,
        live_segments.rewind,
        "application/vnd.apple.mpegurl",
        query=vs.RewindQuery,
    ),
    Route(
        "GET",
        "/viewings/{vid}/live.m3u8",
        "Low-latency playlist; waits for the part that is asked for",
        _VIEWING,
        live_segments.playlist,
        "application/vnd.apple.mpegurl",
        query=vs.LowLatencyQuery,
    ),
    Route(
        "GET",
        "/viewings/{vid}/live/{recording}/init.mp4",
        "Codec parameters of a recording of the channel",
        _VIEWING,
        live_segments.init,
        "video/mp4",
    ),
    Route(
        "GET",
        "/viewings/{vid}/live/{recording}/{seq}.m4s",
        "One durable segment of the channel, logged first",
        _VIEWING,
        live_segments.segment,
        "video/mp4",
    ),
    Route(
        "GET",
        "/viewings/{vid}/live/{recording}/{seq}/{part}.m4s",
        "Part of the segment that is being made, logged first",
        _VIEWING,
        live_segments.part,
        "video/mp4",
    ),
    Route(
        "POST",
        "/viewings/{vid}/rendered",
        "What the player has shown",
        _VIEWING,
        viewings.rendered,
        vs.RenderedAnswer,
        body=vs.Rendered,
        status=202,
    ),
    Route(
        "POST",
        "/viewings/{vid}/renew",
        "Still watching",
        _VIEWING,
        viewings.renew,
        vs.ViewingAnswer,
        body=vs.Renew,
    ),
    Route(
        "POST",
        "/viewings/{vid}/close",
        "End a viewing",
        _VIEWING,
        viewings.close,
        body=vs.CloseViewing,
        csrf_in_body=True,
    ),
    Route("GET", "/viewing-log", "The viewing log", _LOG, log.viewing_log, vs.LogAnswer, query=vs.LogQuery),
    Route("GET", "/viewing-log/{vid}", "One viewing in full", _LOG, log.one, vs.ViewingDetail),
    Route("GET", "/ledger/checkpoint", "Latest signed checkpoint", _LEDGER, ledger.checkpoint, "text/plain"),
    Route("GET", "/ledger/entries/{index}", "One entry and its proof", _LEDGER, ledger.entry, s.EntryAnswer),
    Route(
        "GET",
        "/ledger/consistency",
        "Proof that the ledger only grew",
        _LEDGER,
        ledger.consistency,
        s.ConsistencyAnswer,
        query=s.ConsistencyQuery,
    ),
    Route("GET", "/rooms", "Rooms as they are now", _DECIDED, rooms.rooms, ss.RoomsAnswer),
    Route("GET", "/rooms/{room}", "One room", _ROOM, rooms.room, ss.RoomAnswer),
    Route(
        "GET",
        "/rooms/{room}/coverage",
        "What its channels recorded, together and apart",
        _ROOM,
        room_coverage.coverage,
        room_coverage.RoomCoverageAnswer,
        query=room_coverage.CoverageQuery,
    ),
    Route(
        "POST",
        "/rooms/{room}/sittings",
        "Begin a sitting",
        _RUN_IN,
        sittings.start,
        ss.SittingDetail,
        body=ss.StartSitting,
        status=201,
    ),
    Route(
        "POST",
        "/rooms/{room}/unsealed/{recording}",
        "Try again to seal a recording that could not be sealed",
        _LOOK_AFTER,
        rooms.seal_again,
        ss.RoomAnswer,
    ),
    Route("GET", "/sittings", "Sittings", _DECIDED, sittings.page, ss.SittingsAnswer, query=ss.SittingsQuery),
    Route("GET", "/sittings/{sid}", "One sitting", _SITTING, sittings.one, ss.SittingDetail),
    Route(
        "POST",
        "/sittings/{sid}/marks",
        "Mark a moment",
        _RUN,
        sittings.mark,
        ss.SittingDetail,
        body=ss.SetMark,
        status=201,
    ),
    Route(
        "POST",
        "/sittings/{sid}/notes",
        "Write a note at a second",
        _NOTE,
        sittings.note,
        ss.SittingDetail,
        body=ss.WriteNote,
        status=201,
    ),
    Route("POST", "/sittings/{sid}/end", "End it", _RUN, sittings.end, ss.SittingDetail, body=ss.EndSitting),
    Route("GET", "/sittings/{sid}/receipt.pdf", "Its receipt", _SITTING, sittings.receipt, "application/pdf"),
    Route("GET", "/alarms", "Alarms of rooms", _DECIDED, rooms.alarms, ss.AlarmsAnswer, query=ss.AlarmsQuery),
    Route(
        "POST",
        "/alarms/{aid}/acknowledge",
        "Take note of an alarm",
        _ACK,
        rooms.acknowledge,
        ss.AlarmAnswer,
        body=ss.AcknowledgeAlarm,
    ),
    *CASE_ROUTES,
    *HANDOVER_ROUTES,
    *ABSENCE_ROUTES,
    *ROSTER_ROUTES,
    *RETENTION_ROUTES,
    *ITEM_ROUTES,
    *COMPLIANCE_ROUTES,
    *SAMPLE_ROUTES,
    *CLOCK_ROUTES,
    Route(
        "POST",
        "/recordings/{id}/renditions/{kind}",
        "Make a copy again that could not be made",
        _ASK,
        docks.ask_again,
    ),
    Route("GET", "/jobs", "Durable jobs", _DECIDED, docks.jobs, ds.JobsAnswer, query=ds.JobsQuery),
)

# Outside /api/v1.
SITE_ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", "Is the daemon well", _PUBLIC, health.health, s.HealthAnswer),
    Route(
        "GET",
        "/metrics",
        "Prometheus text; from this machine, or role admin",
        _PUBLIC,
        health.metrics,
        "text/plain",
    ),
)
