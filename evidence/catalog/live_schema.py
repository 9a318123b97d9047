"""Projected tables of recordings being made: what `live.*` entries add up to. Rules: `schema`."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

live_recordings = Table(
    "live_recordings",
    metadata,
    _c("id", Text, "recording id, random; of `recordings` too once it is sealed", primary_key=True),
    _c("room", Text, "room"),
    _c("channel", Text, "room/channel"),
    _c("sitting", Text, "sitting it was made for", nullable=True, index=True),
    _c("unit", Text, "unit of the room", nullable=True),
    _c("init", Text, "SHA-256 of the blob that the file begins with"),
    _c("tracks", Text, "JSON: tracks, as the worker described them"),
    _c("source_codecs", Text, "JSON: codec per track as the source sends it"),
    _c("zero_at", Text, "first picture, server's clock at receipt"),
    _c("camera_at", Text, "the same by the camera's clock", nullable=True),
    _c("continues", Text, "recording that it joins without a hole", nullable=True),
    _c("state", Text, "recording | ended | sealed"),
    _c("n_segments", Integer, "durable segments"),
    _c("duration_ms", BigInteger, "of the durable segments"),
    _c("size_bytes", BigInteger, "how far the file is whole"),
    _c("end_at", Text, "zero_at and the duration"),
    _c("ended_at", Text, "when it was ended", nullable=True),
    _c("ended_reason", Text, "stopped | rotated | lost | format-changed | failed | restart", nullable=True),
    _c("cut_bytes", BigInteger, "of an unfinished fragment behind the whole ones", nullable=True),
    _c("entry", BigInteger, "ledger index of live.started"),
)
Index("live_recordings_room", live_recordings.c.room, live_recordings.c.zero_at)
Index("live_recordings_channel", live_recordings.c.channel, live_recordings.c.zero_at)
Index("live_recordings_state", live_recordings.c.state)

live_segments = Table(
    "live_segments",
    metadata,
    _c("recording", Text, "live recording", ForeignKey("live_recordings.id")),
    _c("seq", Integer, "number from 0"),
    _c("start_ms", BigInteger, "presentation time from the first picture"),
    _c("end_ms", BigInteger, "half-open"),
    _c("start_pts", BigInteger, "lead track's ticks, raw media time"),
    _c("end_pts", BigInteger, "half-open"),
    _c("timescale", Integer, "ticks per second of that track"),
    _c("offset_bytes", BigInteger, "where its fragment begins in the file"),
    _c("size_bytes", BigInteger, "length of the fragment"),
    _c("digest", Text, "SHA-256 of the fragment"),
    _c("statement", Text, "SHA-256 of its statement"),
    _c("received_at", Text, "its first picture, server's clock"),
    _c("camera_at", Text, "its first picture, camera's clock", nullable=True),
    _c("n_dropped", Integer, "packets refused or lost inside"),
    _c("entry", BigInteger, "ledger index of live.segment"),
    PrimaryKeyConstraint("recording", "seq"),
)

live_events = Table(
    "live_events",
    metadata,
    _c(
        "entry",
        BigInteger().with_variant(Integer, "sqlite"),
        "ledger index of the live.event that was first",
        primary_key=True,
        autoincrement=False,
    ),
    _c("room", Text, "room"),
    _c("channel", Text, "room/channel"),
    _c("recording", Text, "recording it is about", nullable=True, index=True),
    _c("sitting", Text, "sitting it fell into", nullable=True, index=True),
    _c("kind", Text, "gap | dropped | clock-jump | …"),
    _c("from_at", Text, "begin, server's clock"),
    _c("until_at", Text, "end; null while it goes on", nullable=True),
    _c("start_ms", BigInteger, "begin in the recording", nullable=True),
    _c("end_ms", BigInteger, "end in the recording", nullable=True),
    _c("reason", Text, "code of the cause"),
    _c("detail", Text, "in words"),
    _c("at", Text, "time of the latest entry about it"),
)
Index("live_events_room", live_events.c.room, live_events.c.from_at)
Index("live_events_channel", live_events.c.channel, live_events.c.kind, live_events.c.from_at)
