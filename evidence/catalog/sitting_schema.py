"""Projected tables of sittings in interview rooms, their marks and notes, and the rooms' alarms. Rules: `schema`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

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
