"""Cases, activities, clips, findings' explanations, item lists, and where recordings have picture and sound."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stretches",
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column("kind", sa.Text(), nullable=False, comment="video | audio"),
        sa.Column("n", sa.Integer(), nullable=False, comment="number from 0"),
        sa.Column("start_ms", sa.BigInteger(), nullable=False, comment="presentation time from the first picture"),
        sa.Column("end_ms", sa.BigInteger(), nullable=False, comment="half-open"),
        sa.ForeignKeyConstraint(["recording"], ["recordings.id"]),
        sa.PrimaryKeyConstraint("recording", "kind", "n"),
    )
    op.create_table(
        "item_lists",
        sa.Column("version", sa.Text(), nullable=False, comment="name of the list"),
        sa.Column("items", sa.Text(), nullable=False, comment="SHA-256 of the TOML file"),
        sa.Column("at", sa.Text(), nullable=False, comment="when it was adopted"),
        sa.Column("by", sa.Text(), nullable=False, comment="by whom"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of items.adopted"),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Text(), nullable=False, comment="case id"),
        sa.Column("number", sa.Text(), nullable=False, comment="case number, for people"),
        sa.Column("kind", sa.Text(), nullable=False, comment="code of the item list"),
        sa.Column("title", sa.Text(), nullable=False, comment="in words"),
        sa.Column(
            "stage",
            sa.Text(),
            nullable=False,
            comment="start | investigation | review | decision | service | execution",
        ),
        sa.Column("subject_kind", sa.Text(), nullable=False, comment="person | organisation"),
        sa.Column("subject_name", sa.Text(), nullable=False, comment="whom it is about"),
        sa.Column("subject_number", sa.Text(), nullable=False, comment="identity or credit code, empty if unknown"),
        sa.Column("unit", sa.Text(), nullable=True, comment="unit"),
        sa.Column("state", sa.Text(), nullable=False, comment="open | closed | archived"),
        sa.Column("opened_at", sa.Text(), nullable=False, comment="when it was entered"),
        sa.Column("opened_by", sa.Text(), nullable=False, comment="by whom"),
        sa.Column("changed_at", sa.Text(), nullable=False, comment="time of the latest layer"),
        sa.Column("closed_at", sa.Text(), nullable=True, comment="when it was closed"),
        sa.Column("closed_by", sa.Text(), nullable=True, comment="by whom"),
        sa.Column("items", sa.Text(), nullable=True, comment="version of the item list that it was closed by"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of the latest layer"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cases_number", "cases", ["number"])
    op.create_index("cases_state", "cases", ["state", "opened_at"])
    op.create_index("cases_unit", "cases", ["unit", "opened_at"])
    op.create_index("ix_cases_opened_at", "cases", ["opened_at"])
    op.create_index("ix_cases_subject_name", "cases", ["subject_name"])
    op.create_index("ix_cases_subject_number", "cases", ["subject_number"])
    op.create_table(
        "case_people",
        sa.Column("case", sa.Text(), nullable=False, comment="case id"),
        sa.Column(
            "account", sa.Text(), nullable=False, comment="who was ever named on the case or on one of its activities"
        ),
        sa.Column("current", sa.Boolean(), nullable=False, comment="is named on the case now"),
        sa.ForeignKeyConstraint(["case"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case", "account"),
    )
    op.create_index("ix_case_people_account", "case_people", ["account"])
    op.create_table(
        "activities",
        sa.Column("id", sa.Text(), nullable=False, comment="activity id"),
        sa.Column("case", sa.Text(), nullable=False, comment="case id"),
        sa.Column("item", sa.Text(), nullable=False, comment="code of the item list"),
        sa.Column("stage", sa.Text(), nullable=False, comment="as cases.stage"),
        sa.Column("place", sa.Text(), nullable=False, comment="where"),
        sa.Column("planned_start", sa.Text(), nullable=True, comment="when it was to begin"),
        sa.Column("planned_end", sa.Text(), nullable=True, comment="when it was to end"),
        sa.Column("started_at", sa.Text(), nullable=True, comment="begin of the required interval"),
        sa.Column("ended_at", sa.Text(), nullable=True, comment="its end, half-open"),
        sa.Column("officers", sa.Text(), nullable=False, comment="JSON: accounts"),
        sa.Column("devices", sa.Text(), nullable=False, comment="JSON: device numbers"),
        sa.Column("note", sa.Text(), nullable=False, comment="in words"),
        sa.Column("state", sa.Text(), nullable=False, comment="valid | withdrawn"),
        sa.Column("by", sa.Text(), nullable=False, comment="who entered the latest layer"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of the latest layer"),
        sa.ForeignKeyConstraint(["case"], ["cases.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_activities_case", "activities", ["case"])
    op.create_table(
        "footage",
        sa.Column("activity", sa.Text(), nullable=False, comment="activity id"),
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column("verdict", sa.Text(), nullable=False, comment="confirmed | rejected"),
        sa.Column("reason", sa.Text(), nullable=False, comment="in words"),
        sa.Column("by", sa.Text(), nullable=False, comment="who said so last"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of footage.matched"),
        sa.ForeignKeyConstraint(["activity"], ["activities.id"]),
        sa.ForeignKeyConstraint(["recording"], ["recordings.id"]),
        sa.PrimaryKeyConstraint("activity", "recording"),
    )
    op.create_index("ix_footage_recording", "footage", ["recording"])
    op.create_table(
        "recording_times",
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column("started_at", sa.Text(), nullable=False, comment="corrected time of the first picture"),
        sa.Column("uncertainty_ms", sa.BigInteger(), nullable=False, comment="it may be this much earlier or later"),
        sa.Column("reason", sa.Text(), nullable=False, comment="how it was found out"),
        sa.Column("by", sa.Text(), nullable=False, comment="by whom"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of recording.timed"),
        sa.ForeignKeyConstraint(["recording"], ["recordings.id"]),
        sa.PrimaryKeyConstraint("recording"),
    )
    op.create_index("ix_recording_times_started_at", "recording_times", ["started_at"])
    op.create_table(
        "clips",
        sa.Column("id", sa.Text(), nullable=False, comment="clip id"),
        sa.Column("case", sa.Text(), nullable=False, comment="case id"),
        sa.Column("activity", sa.Text(), nullable=True, comment="activity id"),
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column("start_ms", sa.BigInteger(), nullable=False, comment="presentation time"),
        sa.Column("end_ms", sa.BigInteger(), nullable=False, comment="half-open"),
        sa.Column("moment", sa.Text(), nullable=True, comment="key moment that it marks"),
        sa.Column("note", sa.Text(), nullable=False, comment="in words"),
        sa.Column("by", sa.Text(), nullable=False, comment="by whom"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("withdrawn_at", sa.Text(), nullable=True, comment="when it was taken back"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of clip.marked"),
        sa.ForeignKeyConstraint(["case"], ["cases.id"]),
        sa.ForeignKeyConstraint(["recording"], ["recordings.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clips_case", "clips", ["case"])
    op.create_index("ix_clips_recording", "clips", ["recording"])
    op.create_table(
        "explanations",
        sa.Column("id", sa.Text(), nullable=False, comment="explanation id"),
        sa.Column("case", sa.Text(), nullable=False, comment="case id"),
        sa.Column("activity", sa.Text(), nullable=True, comment="activity id"),
        sa.Column("kind", sa.Text(), nullable=False, comment="kind of the finding"),
        sa.Column("about", sa.Text(), nullable=False, comment="what tells it from others of its kind"),
        sa.Column("start_ms", sa.BigInteger(), nullable=False, comment="ms since 1970, 0 if it has no span"),
        sa.Column("end_ms", sa.BigInteger(), nullable=False, comment="half-open"),
        sa.Column("items", sa.Text(), nullable=False, comment="version of the item list that found it"),
        sa.Column("cause", sa.Text(), nullable=False, comment="code of the cause"),
        sa.Column("statement", sa.Text(), nullable=False, comment="in words"),
        sa.Column("by", sa.Text(), nullable=False, comment="who explained"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting | approved | rejected"),
        sa.Column("decided_by", sa.Text(), nullable=True, comment="who decided"),
        sa.Column("decided_at", sa.Text(), nullable=True, comment="when"),
        sa.Column("decision", sa.Text(), nullable=True, comment="in words"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of finding.explained"),
        sa.ForeignKeyConstraint(["case"], ["cases.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_explanations_case", "explanations", ["case"])
    op.create_index("ix_explanations_state", "explanations", ["state"])
