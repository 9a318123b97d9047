"""Full checks of originals, kept over a restart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seal_checks",
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="of the check asked for last: queued | running | done | failed",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it could not be carried out"),
        sa.Column("updated_at", sa.Text(), nullable=False, comment="when the state last changed"),
        sa.Column("answered_at", sa.Text(), nullable=True, comment="when a check last came to an answer"),
        sa.Column(
            "broken",
            sa.Text(),
            nullable=True,
            comment="that answer: what is not as it was sealed, in words; null: all is",
        ),
        sa.Column("findings", sa.Text(), nullable=True, comment="JSON: the stretches of that answer"),
        sa.PrimaryKeyConstraint("recording"),
    )
    op.create_index(op.f("ix_seal_checks_state"), "seal_checks", ["state"])
    op.create_index(op.f("ix_seal_checks_updated_at"), "seal_checks", ["updated_at"])
