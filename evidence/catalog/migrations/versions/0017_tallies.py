"""Kept tallies of cases, from which compliance figures are reckoned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_tallies",
        sa.Column("case", sa.Text(), nullable=False, comment="case id"),
        sa.Column(
            "tally",
            sa.LargeBinary(),
            nullable=False,
            comment="JSON: policy.tallies.CaseTally, as judged at the head's position",
        ),
        sa.PrimaryKeyConstraint("case"),
    )
    op.create_table(
        "tally_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="always 1"),
        sa.Column(
            "position",
            sa.BigInteger(),
            nullable=False,
            comment="length of the ledger that every kept tally is right for",
        ),
        sa.Column(
            "rules",
            sa.Text(),
            nullable=False,
            comment="item list, zone, calendar and program that they were judged by",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
