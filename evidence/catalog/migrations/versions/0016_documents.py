"""Documents that people attach to their explanations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Text(), nullable=False, comment="document id"),
        sa.Column("explanation", sa.Text(), nullable=False, comment="explanation id"),
        sa.Column("name", sa.Text(), nullable=False, comment="as its owner called it"),
        sa.Column("media_type", sa.Text(), nullable=False, comment="what it is"),
        sa.Column("blob", sa.Text(), nullable=False, comment="SHA-256 of its bytes"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="length"),
        sa.Column("by", sa.Text(), nullable=False, comment="who attached it"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of explanation.documented"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_documents_explanation", "documents", ["explanation"])
