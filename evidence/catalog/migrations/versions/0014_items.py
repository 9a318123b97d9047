"""Item lists: proposed by one person, approved by another, in force from an instant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item_adoptions",
        sa.Column(
            "entry", sa.BigInteger(), autoincrement=False, nullable=False, comment="ledger index of items.adopted"
        ),
        sa.Column("version", sa.Text(), nullable=False, comment="name of the list"),
        sa.Column("items", sa.Text(), nullable=False, comment="SHA-256 of the TOML file"),
        sa.Column("from_at", sa.Text(), nullable=False, comment="acts that begin from then on are judged by it"),
        sa.Column("at", sa.Text(), nullable=False, comment="when it was adopted"),
        sa.Column("by", sa.Text(), nullable=False, comment="configuration, or who approved it"),
        sa.Column(
            "proposal", sa.Text(), nullable=True, comment="proposal that it came from; none for the founding list"
        ),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_table(
        "item_proposals",
        sa.Column("id", sa.Text(), nullable=False, comment="proposal id"),
        sa.Column("version", sa.Text(), nullable=False, comment="name of the list"),
        sa.Column("items", sa.Text(), nullable=False, comment="SHA-256 of the TOML file"),
        sa.Column("base", sa.Text(), nullable=False, comment="SHA-256 of the list that it was compared with"),
        sa.Column("from_at", sa.Text(), nullable=True, comment="wished beginning of its force"),
        sa.Column("note", sa.Text(), nullable=False, comment="why, in words"),
        sa.Column("by", sa.Text(), nullable=False, comment="who proposed"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting | approved | rejected"),
        sa.Column("decided_by", sa.Text(), nullable=True, comment="who decided"),
        sa.Column("decided_at", sa.Text(), nullable=True, comment="when"),
        sa.Column("decision", sa.Text(), nullable=True, comment="in words"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of items.proposed"),
        sa.PrimaryKeyConstraint("id"),
    )
    # What was adopted before: each version once, as the older table has it. `mediad rebuild` finds the rest, if any.
    op.execute(
        'INSERT INTO item_adoptions (entry, version, items, from_at, at, "by") '
        'SELECT entry, version, items, at, at, "by" FROM item_lists'
    )
