"""Projected tables of cases: what `evidence.case_entries` add up to. Rules as in `evidence.catalog.schema`.

`stretches` belongs to recordings: where each of them has a picture and where it has sound.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata
from evidence.catalog.item_schema import ITEM_TABLES

stretches = Table(
    "stretches",
    metadata,
    _c("recording", Text, "recording id", ForeignKey("recordings.id")),
    _c("kind", Text, "video | audio"),
    _c("n", Integer, "number from 0"),
    _c("start_ms", BigInteger, "presentation time from the first picture"),
    _c("end_ms", BigInteger, "half-open"),
    PrimaryKeyConstraint("recording", "kind", "n"),
)

item_lists = Table(
    "item_lists",
    metadata,
    _c("version", Text, "name of the list", primary_key=True),
    _c("items", Text, "SHA-256 of the TOML file"),
    _c("at", Text, "when it was adopted"),
    _c("by", Text, "by whom"),
    _c("entry", BigInteger, "ledger index of items.adopted"),
)

cases = Table(
    "cases",
    metadata,
    _c("id", Text, "case id", primary_key=True),
    _c("number", Text, "case number, for people"),
    _c("kind", Text, "code of the item list"),
    _c("title", Text, "in words"),
    _c("stage", Text, "start | investigation | review | decision | service | execution"),
    _c("subject_kind", Text, "person | organisation"),
    _c("subject_name", Text, "whom it is about", index=True),
    _c("subject_number", Text, "identity or credit code, empty if unknown", index=True),
    _c("unit", Text, "unit", nullable=True),
    _c("state", Text, "open | closed | handed-over | archived"),
    _c("opened_at", Text, "when it was entered", index=True),
    _c("opened_by", Text, "by whom"),
    _c("changed_at", Text, "time of the latest layer"),
    _c("closed_at", Text, "when it was closed", nullable=True),
    _c("closed_by", Text, "by whom", nullable=True),
    _c("items", Text, "version of the item list that it was closed by", nullable=True),
    _c("entry", BigInteger, "ledger index of the latest layer"),
)
Index("cases_number", cases.c.number)
Index("cases_unit", cases.c.unit, cases.c.opened_at)
Index("cases_state", cases.c.state, cases.c.opened_at)

case_people = Table(
    "case_people",
    metadata,
    _c("case", Text, "case id", ForeignKey("cases.id")),
    _c("account", Text, "who was ever named on the case or on one of its activities", index=True),
    _c("current", Boolean, "is named on the case now"),
    PrimaryKeyConstraint("case", "account"),
)

activities = Table(
    "activities",
    metadata,
    _c("id", Text, "activity id", primary_key=True),
    _c("case", Text, "case id", ForeignKey("cases.id"), index=True),
    _c("item", Text, "code of the item list"),
    _c("stage", Text, "as cases.stage"),
    _c("place", Text, "where"),
    _c("planned_start", Text, "when it was to begin", nullable=True),
    _c("planned_end", Text, "when it was to end", nullable=True),
    _c("started_at", Text, "begin of the required interval", nullable=True),
    _c("ended_at", Text, "its end, half-open", nullable=True),
    _c("officers", Text, "JSON: accounts"),
    _c("devices", Text, "JSON: device numbers"),
    _c("note", Text, "in words"),
    _c("state", Text, "valid | withdrawn"),
    _c("by", Text, "who entered the latest layer"),
    _c("at", Text, "when"),
    _c("entry", BigInteger, "ledger index of the latest layer"),
)

footage = Table(
    "footage",
    metadata,
    _c("activity", Text, "activity id", ForeignKey("activities.id")),
    _c("recording", Text, "recording id", ForeignKey("recordings.id"), index=True),
    _c("verdict", Text, "confirmed | rejected"),
    _c("reason", Text, "in words"),
    _c("by", Text, "who said so last"),
    _c("at", Text, "when"),
    _c("entry", BigInteger, "ledger index of footage.matched"),
    PrimaryKeyConstraint("activity", "recording"),
)

recording_times = Table(
    "recording_times",
    metadata,
    _c("recording", Text, "recording id", ForeignKey("recordings.id"), primary_key=True),
    _c("started_at", Text, "corrected time of the first picture", index=True),
    _c("uncertainty_ms", BigInteger, "it may be this much earlier or later"),
    _c("reason", Text, "how it was found out"),
    _c("by", Text, "by whom"),
    _c("at", Text, "when"),
    _c("entry", BigInteger, "ledger index of recording.timed"),
)

clips = Table(
    "clips",
    metadata,
    _c("id", Text, "clip id", primary_key=True),
    _c("case", Text, "case id", ForeignKey("cases.id"), index=True),
    _c("activity", Text, "activity id", nullable=True),
    _c("recording", Text, "recording id", ForeignKey("recordings.id"), index=True),
    _c("start_ms", BigInteger, "presentation time"),
    _c("end_ms", BigInteger, "half-open"),
    _c("moment", Text, "key moment that it marks", nullable=True),
    _c("note", Text, "in words"),
    _c("by", Text, "by whom"),
    _c("at", Text, "when"),
    _c("withdrawn_at", Text, "when it was taken back", nullable=True),
    _c("entry", BigInteger, "ledger index of clip.marked"),
)

explanations = Table(
    "explanations",
    metadata,
    _c("id", Text, "explanation id", primary_key=True),
    _c("case", Text, "case id", ForeignKey("cases.id"), index=True),
    _c("activity", Text, "activity id", nullable=True),
    _c("kind", Text, "kind of the finding"),
    _c("about", Text, "what tells it from others of its kind"),
    _c("start_ms", BigInteger, "ms since 1970, 0 if it has no span"),
    _c("end_ms", BigInteger, "half-open"),
    _c("items", Text, "version of the item list that found it"),
    _c("cause", Text, "code of the cause"),
    _c("statement", Text, "in words"),
    _c("by", Text, "who explained"),
    _c("at", Text, "when"),
    _c("state", Text, "waiting | approved | rejected", index=True),
    _c("decided_by", Text, "who decided", nullable=True),
    _c("decided_at", Text, "when", nullable=True),
    _c("decision", Text, "in words", nullable=True),
    _c("entry", BigInteger, "ledger index of finding.explained"),
)

CASE_TABLES = (
    stretches, item_lists, cases, case_people, activities, footage, recording_times, clips, explanations,
    *ITEM_TABLES,
)  # fmt: skip
