"""Projected tables of viewings: who opened what and why, what was handed out, what was rendered. Rules: `schema`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

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
