"""Every table, with a comment per column. Three kinds, never mixed:

- *ledger*: append-only, the truth.
- *projected*: follows from ledger and blobs; `mediad rebuild` makes it again, equal row by row.
- *operational*: accounts' secrets, sessions, attempts: not statements about evidence, never rebuilt.

Times are text, RFC 3339 UTC with microseconds (they sort as text on both databases).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from evidence.catalog.case_schema import CASE_TABLES
from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata as metadata

# ---- ledger -------------------------------------------------------------------------------------------------
ledger_entries = Table(
    "ledger_entries",
    metadata,
    _c(
        "idx",
        BigInteger().with_variant(Integer, "sqlite"),
        "leaf number from 0",
        primary_key=True,
        autoincrement=False,
    ),
    _c("type", Text, "entry type, copied from the entry for searching"),
    _c("at", Text, "time of the entry, copied from the entry for searching"),
    _c("entry", LargeBinary, "canonical JSON: the leaf's data"),
    _c("leaf_hash", LargeBinary, "RFC 6962 leaf hash, 32 bytes"),
)
Index("ledger_entries_type_at", ledger_entries.c.type, ledger_entries.c.at)

ledger_tiles = Table(
    "ledger_tiles",
    metadata,
    _c("level", Integer, "height of the complete subtree: 8, 16, 24 …"),
    _c("idx", BigInteger, "number of the subtree at that height"),
    _c("hash", LargeBinary, "RFC 6962 subtree root, 32 bytes"),
    PrimaryKeyConstraint("level", "idx"),
)

ledger_checkpoints = Table(
    "ledger_checkpoints",
    metadata,
    _c(
        "size",
        BigInteger().with_variant(Integer, "sqlite"),
        "number of leaves it covers",
        primary_key=True,
        autoincrement=False,
    ),
    _c("root", LargeBinary, "RFC 6962 root, 32 bytes"),
    _c("note", Text, "C2SP signed note"),
)

ledger_head = Table(
    "ledger_head",
    metadata,
    _c(
        "id",
        Integer,
        "always 1: the row every appending transaction locks",
        primary_key=True,
        autoincrement=False,
    ),
    _c("size", BigInteger, "number of leaves"),
)

# ---- projected ----------------------------------------------------------------------------------------------
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
    _c("kind", Text, "viewing-copy | thumbnails | phashes | observations"),
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

viewings = Table(
    "viewings",
    metadata,
    _c("id", Text, "viewing id", primary_key=True),
    _c("account", Text, "who", index=True),
    _c("display_name", Text, "the account's name at the time"),
    _c("roles", Text, "roles at the time, comma-separated"),
    _c("session", Text, "short hash of the session"),
    _c("address", Text, "from where"),
    _c("user_agent", Text, "browser"),
    _c("scope", Text, "recording | library | live"),
    _c("recording", Text, "recording id, for scope recording", nullable=True, index=True),
    _c("channel", Text, "room/channel, for scope live", nullable=True),
    _c("purpose", Text, "code of the purpose"),
    _c("note", Text, "purpose in the viewer's words"),
    _c("case", Text, "case number, if given", nullable=True),
    _c("policies", Text, "rules that allowed it, comma-separated"),
    _c("opened_at", Text, "when", index=True),
    _c("expires_at", Text, "when the grant runs out"),
    _c("closed_at", Text, "when it ended", nullable=True),
    _c("closed_reason", Text, "how it ended", nullable=True),
    _c("entry", BigInteger, "ledger index of viewing.opened"),
)

refusals = Table(
    "refusals",
    metadata,
    _c(
        "entry",
        BigInteger().with_variant(Integer, "sqlite"),
        "ledger index of viewing.refused",
        primary_key=True,
        autoincrement=False,
    ),
    _c("account", Text, "who asked"),
    _c("address", Text, "from where"),
    _c("scope", Text, "recording | library | live"),
    _c("recording", Text, "recording id", nullable=True),
    _c("channel", Text, "room/channel, for scope live", nullable=True),
    _c("purpose", Text, "code of the purpose"),
    _c("reason", Text, "why not"),
    _c("at", Text, "when"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _c(
        "entry",
        BigInteger().with_variant(Integer, "sqlite"),
        "ledger index of viewing.delivered",
        primary_key=True,
        autoincrement=False,
    ),
    _c("viewing", Text, "viewing id", ForeignKey("viewings.id")),
    _c("recording", Text, "recording id", index=True),
    _c("item", Text, "segment | photo | thumbnail | live"),
    _c("seq", Integer, "segment number", nullable=True),
    _c("start_ms", BigInteger, "presentation time"),
    _c("end_ms", BigInteger, "half-open"),
    _c("source", Text, "original | viewing-copy | thumbnails"),
    _c("at", Text, "when"),
)
Index("deliveries_viewing", deliveries.c.viewing, deliveries.c.entry)

renders = Table(
    "renders",
    metadata,
    _c("entry", BigInteger, "ledger index of viewing.rendered"),
    _c("n", Integer, "number of the span in the entry"),
    _c("viewing", Text, "viewing id", ForeignKey("viewings.id"), index=True),
    _c("recording", Text, "recording id", index=True),
    _c("start_ms", BigInteger, "presentation time claimed as shown"),
    _c("end_ms", BigInteger, "half-open"),
    _c("rate_permille", Integer, "playback rate x 1000"),
    _c("visible", Boolean, "the page was in front"),
    _c("undelivered_ms", BigInteger, "of the entry: shown but never delivered"),
    _c("at", Text, "when"),
    PrimaryKeyConstraint("entry", "n"),
)

sittings = Table(
    "sittings",
    metadata,
    _c("id", Text, "sitting id", primary_key=True),
    _c("room", Text, "room, as configured then"),
    _c("unit", Text, "the room's unit, or that of who began it", nullable=True),
    _c("kind", Text, "inquiry | interrogation | hearing | statement | identification | mediation | other"),
    _c("case", Text, "case number, as typed", nullable=True, index=True),
    _c("activity", Text, "what it is about, as typed"),
    _c("people", Text, "JSON: name and role of each"),
    _c("must_record", Boolean, "it could not begin while a required channel was down"),
    _c("channels", Text, "JSON: channels of the room when it began"),
    _c("required", Text, "JSON: those that were required"),
    _c("by", Text, "account that began it"),
    _c("display_name", Text, "that account's name then"),
    _c("started_at", Text, "when it began", index=True),
    _c("entry", BigInteger, "ledger index of sitting.started"),
    _c("ended_at", Text, "when it ended", nullable=True),
    _c("ended_reason", Text, "stopped | failed | room-removed", nullable=True),
    _c("ended_by", Text, "account that ended it", nullable=True),
    _c("ended_name", Text, "that account's name then", nullable=True),
    _c("ended_entry", BigInteger, "ledger index of sitting.ended", nullable=True),
    _c("digest", Text, "digest over all of its footage", nullable=True),
    _c("recordings", Text, "JSON: recordings and which segments of them", nullable=True),
    _c("receipt", Text, "SHA-256 of the receipt's PDF", nullable=True),
    _c("receipt_bytes", BigInteger, "length of the PDF", nullable=True),
    _c("receipt_entry", BigInteger, "ledger index of sitting.receipt", nullable=True),
)
Index("sittings_room", sittings.c.room, sittings.c.started_at)

sitting_notes = Table(
    "sitting_notes",
    metadata,
    _c(
        "entry",
        BigInteger().with_variant(Integer, "sqlite"),
        "ledger index of sitting.marked or sitting.noted",
        primary_key=True,
        autoincrement=False,
    ),
    _c("sitting", Text, "sitting id", ForeignKey("sittings.id"), index=True),
    _c("kind", Text, "mark | note"),
    _c("on_at", Text, "the second that is meant"),
    _c("text", Text, "label or note"),
    _c("by", Text, "account"),
    _c("display_name", Text, "that account's name then"),
    _c("at", Text, "when it was written"),
)

alarms = Table(
    "alarms",
    metadata,
    _c("id", Text, "alarm id", primary_key=True),
    _c("room", Text, "room"),
    _c("channel", Text, "channel"),
    _c("sitting", Text, "sitting that was going on", nullable=True, index=True),
    _c("kind", Text, "lost | not-recording | black | frozen | silent"),
    _c("since_at", Text, "when what it is about began"),
    _c("detail", Text, "in words"),
    _c("raised_at", Text, "when it was raised"),
    _c("cleared_at", Text, "when it was over", nullable=True),
    _c("cleared_reason", Text, "over | sitting-ended | restart", nullable=True),
    _c("acknowledged_at", Text, "when somebody took note", nullable=True),
    _c("acknowledged_by", Text, "account", nullable=True),
    _c("acknowledged_name", Text, "that account's name then", nullable=True),
    _c("acknowledged_note", Text, "what they wrote", nullable=True),
    _c("entry", BigInteger, "ledger index of alarm.raised", index=True),
)
Index("alarms_room", alarms.c.room, alarms.c.entry)

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

# Chinese full text: bigrams made in Python (evidence.catalog.bigrams). On SQLite the migration makes an FTS5
# table `recording_search(recording UNINDEXED, terms)` that indexes prefixes of up to four characters; on PostgreSQL a
# table with a tsvector column, in which such prefixes are lexemes of their own.

# ---- operational --------------------------------------------------------------------------------------------
accounts = Table(
    "accounts",
    metadata,
    _c("name", Text, "sign-in name", primary_key=True),
    _c("display_name", Text, "name shown to people"),
    _c("roles", Text, "comma-separated: officer supervisor legal oversight custodian admin"),
    _c("unit", Text, "unit", nullable=True),
    _c("password", Text, "argon2id hash"),
    _c("enabled", Boolean, "may sign in"),
    _c("created_at", Text, "when"),
    _c("updated_at", Text, "when"),
)

sessions = Table(
    "sessions",
    metadata,
    _c("token_hash", Text, "SHA-256 of the cookie's token", primary_key=True),
    _c("account", Text, "sign-in name", ForeignKey("accounts.name"), index=True),
    _c("csrf", Text, "token that unsafe requests must carry"),
    _c("address", Text, "from where it was opened"),
    _c("created_at", Text, "when"),
    _c("last_seen_at", Text, "when it was last used, to the minute"),
    _c("expires_at", Text, "when it ends at the latest"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    _c("id", Integer, "row", primary_key=True),
    _c("account", Text, "name that was tried", index=True),
    _c("address", Text, "from where", index=True),
    _c("at", Text, "when", index=True),
)

attempts = Table(
    "attempts",
    metadata,
    _c("id", Integer, "row", primary_key=True),
    _c("bay", Text, "bay", index=True),
    _c("path", Text, "path below the bay, undecodable bytes as \\xNN"),
    _c("size_bytes", BigInteger, "length of the device file when noticed"),
    _c("mtime_ns", BigInteger, "modification time of the device file"),
    _c(
        "state",
        Text,
        "waiting | copying | keeping | indexing | sealing | sealed | duplicate | refused | failed",
    ),
    _c("code", Text, "error code of a refusal or failure", nullable=True),
    _c("reason", Text, "refusal or failure in words", nullable=True),
    _c("original", Text, "SHA-256, once known", nullable=True),
    _c("recording", Text, "recording id, once known", nullable=True),
    _c("copied_bytes", BigInteger, "progress of the copy"),
    _c("tries", Integer, "how often it was tried"),
    _c("first_seen_at", Text, "when it was first noticed"),
    _c("updated_at", Text, "when the state last changed", index=True),
)
Index("attempts_file", attempts.c.bay, attempts.c.path, attempts.c.mtime_ns, attempts.c.size_bytes)

LEDGER = (ledger_entries, ledger_tiles, ledger_checkpoints, ledger_head)
PROJECTED = (
    recordings,
    segments,
    sources,
    sidecars,
    renditions,
    live_recordings,
    live_segments,
    live_events,
    viewings,
    refusals,
    deliveries,
    renders,
    sittings,
    sitting_notes,
    alarms,
    *CASE_TABLES,
)
OPERATIONAL = (accounts, sessions, sign_in_failures, attempts)
