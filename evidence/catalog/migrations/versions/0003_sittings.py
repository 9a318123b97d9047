"""Sittings of rooms, what is marked and noted in them, and alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sittings",
        sa.Column("id", sa.Text(), nullable=False, comment="sitting id"),
        sa.Column("room", sa.Text(), nullable=False, comment="room, as configured then"),
        sa.Column("unit", sa.Text(), nullable=True, comment="the room's unit, or that of who began it"),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="inquiry | interrogation | hearing | statement | identification | mediation | other",
        ),
        sa.Column("case", sa.Text(), nullable=True, comment="case number, as typed"),
        sa.Column("activity", sa.Text(), nullable=False, comment="what it is about, as typed"),
        sa.Column("people", sa.Text(), nullable=False, comment="JSON: name and role of each"),
        sa.Column(
            "must_record", sa.Boolean(), nullable=False, comment="it could not begin while a required channel was down"
        ),
        sa.Column("channels", sa.Text(), nullable=False, comment="JSON: channels of the room when it began"),
        sa.Column("required", sa.Text(), nullable=False, comment="JSON: those that were required"),
        sa.Column("by", sa.Text(), nullable=False, comment="account that began it"),
        sa.Column("display_name", sa.Text(), nullable=False, comment="that account's name then"),
        sa.Column("started_at", sa.Text(), nullable=False, comment="when it began"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of sitting.started"),
        sa.Column("ended_at", sa.Text(), nullable=True, comment="when it ended"),
        sa.Column("ended_reason", sa.Text(), nullable=True, comment="stopped | failed | room-removed"),
        sa.Column("ended_by", sa.Text(), nullable=True, comment="account that ended it"),
        sa.Column("ended_name", sa.Text(), nullable=True, comment="that account's name then"),
        sa.Column("ended_entry", sa.BigInteger(), nullable=True, comment="ledger index of sitting.ended"),
        sa.Column("digest", sa.Text(), nullable=True, comment="digest over all of its footage"),
        sa.Column("recordings", sa.Text(), nullable=True, comment="JSON: recordings and which segments of them"),
        sa.Column("receipt", sa.Text(), nullable=True, comment="SHA-256 of the receipt's PDF"),
        sa.Column("receipt_bytes", sa.BigInteger(), nullable=True, comment="length of the PDF"),
        sa.Column("receipt_entry", sa.BigInteger(), nullable=True, comment="ledger index of sitting.receipt"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sittings_case"), "sittings", ["case"])
    op.create_index(op.f("ix_sittings_started_at"), "sittings", ["started_at"])
    op.create_index("sittings_room", "sittings", ["room", "started_at"])
    op.create_table(
        "sitting_notes",
        sa.Column(
            "entry",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="ledger index of sitting.marked or sitting.noted",
        ),
        sa.Column("sitting", sa.Text(), nullable=False, comment="sitting id"),
        sa.Column("kind", sa.Text(), nullable=False, comment="mark | note"),
        sa.Column("on_at", sa.Text(), nullable=False, comment="the second that is meant"),
        sa.Column("text", sa.Text(), nullable=False, comment="label or note"),
        sa.Column("by", sa.Text(), nullable=False, comment="account"),
        sa.Column("display_name", sa.Text(), nullable=False, comment="that account's name then"),
        sa.Column("at", sa.Text(), nullable=False, comment="when it was written"),
        sa.ForeignKeyConstraint(["sitting"], ["sittings.id"]),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index(op.f("ix_sitting_notes_sitting"), "sitting_notes", ["sitting"])
    op.create_table(
        "alarms",
        sa.Column("id", sa.Text(), nullable=False, comment="alarm id"),
        sa.Column("room", sa.Text(), nullable=False, comment="room"),
        sa.Column("channel", sa.Text(), nullable=False, comment="channel"),
        sa.Column("sitting", sa.Text(), nullable=True, comment="sitting that was going on"),
        sa.Column("kind", sa.Text(), nullable=False, comment="lost | not-recording | black | frozen | silent"),
        sa.Column("since_at", sa.Text(), nullable=False, comment="when what it is about began"),
        sa.Column("detail", sa.Text(), nullable=False, comment="in words"),
        sa.Column("raised_at", sa.Text(), nullable=False, comment="when it was raised"),
        sa.Column("cleared_at", sa.Text(), nullable=True, comment="when it was over"),
        sa.Column("cleared_reason", sa.Text(), nullable=True, comment="over | sitting-ended | restart"),
        sa.Column("acknowledged_at", sa.Text(), nullable=True, comment="when somebody took note"),
        sa.Column("acknowledged_by", sa.Text(), nullable=True, comment="account"),
        sa.Column("acknowledged_name", sa.Text(), nullable=True, comment="that account's name then"),
        sa.Column("acknowledged_note", sa.Text(), nullable=True, comment="what they wrote"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of alarm.raised"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_alarms_entry"), "alarms", ["entry"])
    op.create_index(op.f("ix_alarms_sitting"), "alarms", ["sitting"])
    op.create_index("alarms_room", "alarms", ["room", "entry"])
