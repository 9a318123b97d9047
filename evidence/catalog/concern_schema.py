"""Projected table of open findings with how long they have waited: what `evidence.concern_entries` add up to."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

concerns = Table(
    "concerns",
    metadata,
    _c("id", Text, "concern id", primary_key=True),
    _c("case", Text, "case id; null: missing footage of a device", nullable=True),
    _c("activity", Text, "activity id", nullable=True),
    _c("device", Text, "device", nullable=True),
    _c("officer", Text, "whom it concerns", nullable=True),
    _c("unit", Text, "unit", nullable=True),
    _c("kind", Text, "kind of the finding"),
    _c("about", Text, "what tells it from others of its kind"),
    _c("opened_at", Text, "when it was first seen open"),
    _c("step", Text, "reminder | supervisor | legal | oversight; null: none yet", nullable=True),
    _c("step_at", Text, "when", nullable=True),
    _c("settled_at", Text, "when it was open no more", nullable=True, index=True),
    _c("entry", BigInteger, "ledger index of concern.opened"),
)
Index("concerns_case", concerns.c.case, concerns.c.settled_at)
CONCERN_TABLES = (concerns,)
