"""Measures taken at once, and their approval afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "emergencies",
        sa.Column("activity", sa.Text(), nullable=False, comment="activity id"),
        sa.Column("case", sa.Text(), nullable=False, comment="case id"),
        sa.Column("emergency", sa.Boolean(), nullable=False, comment="was an emergency measure"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why, in words"),
        sa.Column("by", sa.Text(), nullable=False, comment="who said so last"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of activity.emergency"),
        sa.PrimaryKeyConstraint("activity"),
    )
    op.create_index("ix_emergencies_case", "emergencies", ["case"])
    op.create_table(
        "approvals",
        sa.Column("id", sa.Text(), nullable=False, comment="approval id"),
        sa.Column("activity", sa.Text(), nullable=False, comment="activity id"),
        sa.Column("case", sa.Text(), nullable=False, comment="case id"),
        sa.Column("approved_at", sa.Text(), nullable=False, comment="when it was approved"),
        sa.Column("approver", sa.Text(), nullable=False, comment="by whom, in words"),
        sa.Column("number", sa.Text(), nullable=False, comment="number of the document"),
        sa.Column("by", sa.Text(), nullable=False, comment="who entered it"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of approval.made-up"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_approvals_activity", "approvals", ["activity"])
