"""Open findings with how long they have waited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "concerns",
        sa.Column("id", sa.Text(), nullable=False, comment="concern id"),
        sa.Column("case", sa.Text(), nullable=True, comment="case id; null: missing footage of a device"),
        sa.Column("activity", sa.Text(), nullable=True, comment="activity id"),
        sa.Column("device", sa.Text(), nullable=True, comment="device"),
        sa.Column("officer", sa.Text(), nullable=True, comment="whom it concerns"),
        sa.Column("unit", sa.Text(), nullable=True, comment="unit"),
        sa.Column("kind", sa.Text(), nullable=False, comment="kind of the finding"),
        sa.Column("about", sa.Text(), nullable=False, comment="what tells it from others of its kind"),
        sa.Column("opened_at", sa.Text(), nullable=False, comment="when it was first seen open"),
        sa.Column(
            "step", sa.Text(), nullable=True, comment="reminder | supervisor | legal | oversight; null: none yet"
        ),
        sa.Column("step_at", sa.Text(), nullable=True, comment="when"),
        sa.Column("settled_at", sa.Text(), nullable=True, comment="when it was open no more"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of concern.opened"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_concerns_settled_at", "concerns", ["settled_at"])
    op.create_index("concerns_case", "concerns", ["case", "settled_at"])
