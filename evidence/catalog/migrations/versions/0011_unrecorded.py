"""Activities that had to be recorded and were not, while they went on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unrecorded",
        sa.Column("id", sa.Text(), nullable=False, comment="alarm id"),
        sa.Column("case", sa.Text(), nullable=False, comment="case id"),
        sa.Column("activity", sa.Text(), nullable=False, comment="activity id"),
        sa.Column("room", sa.Text(), nullable=False, comment="room that it takes place in"),
        sa.Column("since_at", sa.Text(), nullable=False, comment="since when no channel records"),
        sa.Column("detail", sa.Text(), nullable=False, comment="why, in words"),
        sa.Column("raised_at", sa.Text(), nullable=False, comment="when it was raised"),
        sa.Column("cleared_at", sa.Text(), nullable=True, comment="when it was over"),
        sa.Column("cleared_reason", sa.Text(), nullable=True, comment="recorded | ended | restart"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of activity.unrecorded"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_unrecorded_case", "unrecorded", ["case"])
