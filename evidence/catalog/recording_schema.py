"""Projected tables of finished recordings: what `recording.sealed` and renditions add up to. Rules: `schema`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

recordings = Table(
    "recordings",
    metadata,
    _c("id", Text, "recording id, follows from the original's digest", primary_key=True),
    _c("original", Text, "SHA-256 of the original's bytes", unique=True),
    _c("size_bytes", BigInteger, "length of the original"),
    _c("kind", Text, "video | audio | photo | other"),
    _c("container", Text, "FFmpeg's short name, empty if unreadable"),
    _c("playback", Text, "direct | packaged | copy | image | none"),
    _c("playback_reason", Text, "why it is not direct, in words"),
    _c("name", Text, "file name on the device, for people"),
    _c("bay", Text, "bay it was first taken in from"),
    _c("path", Text, "path below the bay"),
    _c("device", Text, "device number, if known", nullable=True),
    _c("officer", Text, "officer number or name, if known", nullable=True),
    _c("unit", Text, "unit, if known", nullable=True),
    _c("sequence", BigInteger, "the device's running number", nullable=True),
    _c("key_mark", Boolean, "the officer marked it important"),
    _c("profile", Text, "file-name profile that matched", nullable=True),
    _c("started_at", Text, "best known start; falls back to receipt minus duration"),
    _c("started_at_origin", Text, "which time source was believed"),
    _c("received_at", Text, "when the server had it durably"),
    _c("duration_ms", BigInteger, "presentation duration"),
    _c("width", Integer, "pixels, 0 if none"),
    _c("height", Integer, "pixels, 0 if none"),
    _c("video_codec", Text, "FFmpeg's short name, empty if none"),
    _c("audio_codec", Text, "FFmpeg's short name, empty if none"),
    _c("n_segments", Integer, "number of sealed segments"),
    _c("n_warnings", Integer, "number of warnings in the manifest"),
    _c("manifest", Text, "SHA-256 of the manifest blob"),
    _c("samples", Text, "SHA-256 of the sample table blob", nullable=True),
    _c("au_digests", Text, "SHA-256 of the access-unit digest blob", nullable=True),
    _c("init", Text, "SHA-256 of the init segment blob", nullable=True),
    _c("details", Text, "JSON: identity, tracks, warnings, as in the manifest"),
    _c("sealed_at", Text, "time of the ledger entry"),
    _c("entry", BigInteger, "ledger index of recording.sealed"),
)
Index("recordings_device", recordings.c.device, recordings.c.started_at)
Index("recordings_officer", recordings.c.officer, recordings.c.started_at)
Index("recordings_unit", recordings.c.unit, recordings.c.started_at)
Index("recordings_kind", recordings.c.kind, recordings.c.started_at)
Index("recordings_playback", recordings.c.playback, recordings.c.started_at)
Index("recordings_bay", recordings.c.bay, recordings.c.started_at)
# Walked in a page's order, or entered by what a text search found: these hold all that rows are chosen by, so that
# a row itself, a kilobyte with its details, is read only when it is shown.
_chosen_by = tuple(recordings.c[name] for name in ("id", "officer", "device", "unit", "kind", "playback"))
Index("recordings_started_at", recordings.c.started_at, *_chosen_by, recordings.c.entry)
Index("recordings_received_at", recordings.c.received_at, *_chosen_by, recordings.c.started_at, recordings.c.entry)
Index("recordings_entry", recordings.c.entry, recordings.c.started_at, recordings.c.received_at, *_chosen_by)

segments = Table(
    "segments",
    metadata,
    _c("recording", Text, "recording id", ForeignKey("recordings.id")),
    _c("seq", Integer, "number from 0"),
    _c("start_ms", BigInteger, "presentation time from the first picture"),
    _c("end_ms", BigInteger, "half-open"),
    _c("start_pts", BigInteger, "first track's ticks, raw media time"),
    _c("end_pts", BigInteger, "half-open"),
    _c("timescale", Integer, "ticks per second of that track"),
    _c("statement", Text, "SHA-256 of the signed segment statement"),
    PrimaryKeyConstraint("recording", "seq"),
)

sources = Table(
    "sources",
    metadata,
    _c("recording", Text, "recording id", ForeignKey("recordings.id")),
    _c("bay", Text, "bay"),
    _c("path", Text, "path below the bay"),
    _c("size_bytes", BigInteger, "length of the device file"),
    _c("mtime", Text, "modification time on the device"),
    _c("seen_at", Text, "when it was taken in or sighted"),
    _c("cleared_at", Text, "when the device file was deleted by us", nullable=True),
    PrimaryKeyConstraint("recording", "bay", "path", "mtime"),
)

sidecars = Table(
    "sidecars",
    metadata,
    _c("recording", Text, "recording the sidecar belongs to", ForeignKey("recordings.id")),
    _c("blob", Text, "SHA-256 of the sidecar file"),
    _c("name", Text, "file name on the device"),
    _c("kind", Text, "gps | subtitle | other"),
    _c("size_bytes", BigInteger, "length"),
    PrimaryKeyConstraint("recording", "blob", "name"),
)

renditions = Table(
    "renditions",
    metadata,
    _c("recording", Text, "recording id", ForeignKey("recordings.id")),
    _c("kind", Text, "viewing-copy | thumbnails | phashes | observations | slates"),
    _c("state", Text, "made | failed"),
    _c("blob", Text, "SHA-256 of the derived file", nullable=True),
    _c("size_bytes", BigInteger, "length", nullable=True),
    _c("tool", Text, "program and version", nullable=True),
    _c("params", Text, "JSON of how it was made", nullable=True),
    _c("index", Text, "SHA-256 of its sample table, for a viewing copy", nullable=True),
    _c("init", Text, "SHA-256 of its init segment, for a viewing copy", nullable=True),
    _c("reason", Text, "why it failed", nullable=True),
    _c("at", Text, "time of the latest entry"),
    _c("entry", BigInteger, "ledger index of the latest entry"),
    PrimaryKeyConstraint("recording", "kind"),
)
