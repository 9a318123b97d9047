"""Projected tables of footage that is missing beyond cases: what `evidence.absence_entries` add up to."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Index, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

missed_files = Table(
    "missed_files",
    metadata,
    _c("entry", BigInteger, "ledger index of file.missed", primary_key=True, autoincrement=False),
    _c("bay", Text, "bay that it was seen in"),
    _c("path", Text, "path below the bay"),
    _c("size_bytes", BigInteger, "length when it was last seen"),
    _c("mtime", Text, "modification time on the device"),
    _c("growing", Boolean, "the camera was still writing it"),
    _c("device", Text, "device number, if known", nullable=True),
    _c("officer", Text, "officer, if known", nullable=True),
    _c("unit", Text, "unit, if known", nullable=True),
    _c("sequence", BigInteger, "the device's running number", nullable=True),
    _c("started_at", Text, "begin, as its name says", nullable=True),
    _c("first_seen_at", Text, "when it was first seen"),
    _c("lost", Text, "removed | vanished | restart"),
    _c("trouble", Text, "why it was not taken in while it was there"),
    _c("at", Text, "when it was missed", index=True),
)
Index("missed_files_file", missed_files.c.path, missed_files.c.mtime)

absence_explanations = Table(
    "absence_explanations",
    metadata,
    _c("id", Text, "explanation id", primary_key=True),
    _c("kind", Text, "kind of the absence"),
    _c("device", Text, "device", nullable=True),
    _c("officer", Text, "whom it concerns", nullable=True),
    _c("unit", Text, "unit", nullable=True),
    _c("about", Text, "what tells it from others of its kind"),
    _c("start_ms", BigInteger, "ms since 1970, 0 if it has no span"),
    _c("end_ms", BigInteger, "half-open"),
    _c("items", Text, "version of the item list that found it"),
    _c("cause", Text, "code of the cause"),
    _c("statement", Text, "in words"),
    _c("by", Text, "who explained"),
    _c("at", Text, "when"),
    _c("state", Text, "waiting | approved | rejected"),
    _c("decided_by", Text, "who decided", nullable=True),
    _c("decided_at", Text, "when", nullable=True),
    _c("decision", Text, "in words", nullable=True),
    _c("entry", BigInteger, "ledger index of absence.explained"),
)

ABSENCE_TABLES = (missed_files, absence_explanations)
