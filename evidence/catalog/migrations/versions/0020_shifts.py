"""Who was on duty when, with which device."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.Text(), nullable=False, comment="shift id, follows from officer, device and times"),
        sa.Column("officer", sa.Text(), nullable=False, comment="who was on duty"),
        sa.Column("device", sa.Text(), nullable=True, comment="with which device, if said"),
        sa.Column("unit", sa.Text(), nullable=True, comment="unit"),
        sa.Column("start_at", sa.Text(), nullable=False, comment="begin of duty"),
        sa.Column("end_at", sa.Text(), nullable=False, comment="its end, half-open"),
        sa.Column("by", sa.Text(), nullable=False, comment="who entered it"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("withdrawn_at", sa.Text(), nullable=True, comment="when it was taken back"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of shift.rostered"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("shifts_end", "shifts", ["end_at", "officer"])
