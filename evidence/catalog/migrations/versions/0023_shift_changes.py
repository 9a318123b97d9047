"""What was taken back or corrected of the shift roster, with the reason. What was taken back before is read again from
the ledger."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "shift_changes",
        sa.Column(
            "entry",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="ledger index of shift.withdrawn or shift.corrected",
        ),
        sa.Column("shift", sa.Text(), nullable=False, comment="the shift that stood until then"),
        sa.Column("instead", sa.Text(), nullable=True, comment="the one that stands instead; null: none"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why, in words"),
        sa.Column("by", sa.Text(), nullable=False, comment="who did it"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("shift_changes_shift", "shift_changes", ["shift"])
    op.create_index("shifts_start", "shifts", ["start_at", "officer"])
    bind = op.get_bind()
    # SQLite keeps no comments.
    if bind.dialect.name == "postgresql":
        words = "ledger index of shift.rostered, or of the shift.corrected that entered it"
        op.alter_column("shifts", "entry", existing_type=sa.BigInteger(), existing_nullable=False, comment=words)
    before = bind.execute(sa.text("SELECT idx, entry FROM ledger_entries WHERE type = 'shift.withdrawn'")).all()
    rows = [(int(row.idx), json.loads(bytes(row.entry))) for row in before]
    if rows:
        op.bulk_insert(
            table,
            [
                {"entry": idx, "instead": None, **{name: said[name] for name in ("shift", "reason", "by", "at")}}
                for idx, said in rows
            ],
        )
