"""Footage that is missing beyond cases: files seen and gone, and what people say about missing footage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "missed_files",
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False, comment="ledger index of file.missed"),
        sa.Column("bay", sa.Text(), nullable=False, comment="bay that it was seen in"),
        sa.Column("path", sa.Text(), nullable=False, comment="path below the bay"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="length when it was last seen"),
        sa.Column("mtime", sa.Text(), nullable=False, comment="modification time on the device"),
        sa.Column("growing", sa.Boolean(), nullable=False, comment="the camera was still writing it"),
        sa.Column("device", sa.Text(), nullable=True, comment="device number, if known"),
        sa.Column("officer", sa.Text(), nullable=True, comment="officer, if known"),
        sa.Column("unit", sa.Text(), nullable=True, comment="unit, if known"),
        sa.Column("sequence", sa.BigInteger(), nullable=True, comment="the device's running number"),
        sa.Column("started_at", sa.Text(), nullable=True, comment="begin, as its name says"),
        sa.Column("first_seen_at", sa.Text(), nullable=False, comment="when it was first seen"),
        sa.Column("lost", sa.Text(), nullable=False, comment="removed | vanished | restart"),
        sa.Column("trouble", sa.Text(), nullable=False, comment="why it was not taken in while it was there"),
        sa.Column("at", sa.Text(), nullable=False, comment="when it was missed"),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("ix_missed_files_at", "missed_files", ["at"])
    op.create_index("missed_files_file", "missed_files", ["path", "mtime"])
    op.create_table(
        "absence_explanations",
        sa.Column("id", sa.Text(), nullable=False, comment="explanation id"),
        sa.Column("kind", sa.Text(), nullable=False, comment="kind of the absence"),
        sa.Column("device", sa.Text(), nullable=True, comment="device"),
        sa.Column("officer", sa.Text(), nullable=True, comment="whom it concerns"),
        sa.Column("unit", sa.Text(), nullable=True, comment="unit"),
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
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of absence.explained"),
        sa.PrimaryKeyConstraint("id"),
    )
