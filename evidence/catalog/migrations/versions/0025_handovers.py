"""Cases handed over to another authority, the course of a case, and copies that are being made."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_STATES = "open | closed | handed-over | archived"
_MOVES = {
    "case.recorded": "opened",
    "case.closed": "closed",
    "case.archived": "archived",
    "case.reopened": "reopened",
}


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.Text(), nullable=False, comment="handover id"),
        sa.Column("case", sa.Text(), nullable=False, comment="case id"),
        sa.Column("before", sa.Text(), nullable=False, comment="state of the case before: open | closed | archived"),
        sa.Column(
            "to_kind",
            sa.Text(),
            nullable=False,
            comment="police | supervision | procuratorate | court | administration",
        ),
        sa.Column("to_name", sa.Text(), nullable=False, comment="the authority"),
        sa.Column("number", sa.Text(), nullable=False, comment="number of the document that hands it over"),
        sa.Column("approver", sa.Text(), nullable=False, comment="who decided it, in words"),
        sa.Column("note", sa.Text(), nullable=False, comment="in words"),
        sa.Column(
            "recordings",
            sa.Text(),
            nullable=False,
            comment="JSON: recordings that belong to the case and were there",
        ),
        sa.Column(
            "destroyed",
            sa.Text(),
            nullable=False,
            comment="JSON: recordings that belonged to it and were destroyed before",
        ),
        sa.Column("clips", sa.Text(), nullable=False, comment="JSON: clips"),
        sa.Column("items", sa.Text(), nullable=False, comment="version of the item list in force then"),
        sa.Column("by", sa.Text(), nullable=False, comment="who handed it over"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of case.handed-over"),
        sa.Column("outcome", sa.Text(), nullable=True, comment="returned | settled; null while it is running"),
        sa.Column("ended_number", sa.Text(), nullable=True, comment="number of the document that says so"),
        sa.Column("ended_reason", sa.Text(), nullable=True, comment="in words"),
        sa.Column("ended_by", sa.Text(), nullable=True, comment="who entered it"),
        sa.Column("ended_at", sa.Text(), nullable=True, comment="when"),
        sa.Column("ended_entry", sa.BigInteger(), nullable=True, comment="ledger index of case.handover-ended"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_handovers_case", "handovers", ["case"])
    op.create_index("ix_handovers_outcome", "handovers", ["outcome"])
    op.create_table(
        "case_moves",
        sa.Column(
            "entry",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="ledger index",
        ),
        sa.Column("case", sa.Text(), nullable=False, comment="case id"),
        sa.Column(
            "move",
            sa.Text(),
            nullable=False,
            comment="opened | closed | archived | reopened | handed-over | returned | settled",
        ),
        sa.Column("by", sa.Text(), nullable=False, comment="by whom"),
        sa.Column("note", sa.Text(), nullable=False, comment="in words"),
        sa.Column("to", sa.Text(), nullable=True, comment="the authority, where it was handed over or came back"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("ix_case_moves_case", "case_moves", ["case"])
    op.create_table(
        "copies_in_hand",
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column("kind", sa.Text(), nullable=False, comment="as renditions.kind"),
        sa.Column("blob", sa.Text(), nullable=False, comment="SHA-256 of what is kept"),
        sa.PrimaryKeyConstraint("recording", "kind", "blob"),
    )
    op.create_index("ix_copies_in_hand_blob", "copies_in_hand", ["blob"])
    _what_was_before()
    # SQLite keeps no comments.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("cases", "state", existing_type=sa.Text(), existing_nullable=False, comment=_STATES)


def _what_was_before() -> None:
    """The course of the cases that are there, as the ledger tells it."""
    connection = op.get_bind()
    entries = sa.table("ledger_entries", sa.column("idx"), sa.column("type"), sa.column("entry"))
    moves = sa.table("case_moves", *(sa.column(name) for name in ("entry", "case", "move", "by", "note", "at")))
    query = sa.select(entries.c.idx, entries.c.type, entries.c.entry).where(entries.c.type.in_(_MOVES))
    seen: set[str] = set()
    for row in connection.execute(query.order_by(entries.c.idx)).all():
        said = json.loads(bytes(row.entry))
        if row.type == "case.recorded" and said["case"] in seen:
            continue
        seen.add(said["case"])
        note = said.get("note", said.get("reason", ""))
        values = {"entry": row.idx, "case": said["case"], "move": _MOVES[row.type], "by": said["by"]}
        connection.execute(moves.insert(), values | {"note": note, "at": said["at"]})
