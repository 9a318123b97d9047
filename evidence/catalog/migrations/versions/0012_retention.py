"""Holds, changes of retention, destructions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ATTEMPT_STATES = "waiting | copying | keeping | indexing | sealing | sealed | duplicate | refused | failed | destroyed"


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.Text(), nullable=False, comment="hold id"),
        sa.Column("on", sa.Text(), nullable=False, comment="recording | case | subject | device"),
        sa.Column("target", sa.Text(), nullable=False, comment="id, name or number of what is held"),
        sa.Column("from_at", sa.Text(), nullable=True, comment="for a device: footage of this time on"),
        sa.Column("until_at", sa.Text(), nullable=True, comment="for a device: and before this"),
        sa.Column("reason", sa.Text(), nullable=False, comment="in words"),
        sa.Column("by", sa.Text(), nullable=False, comment="who set it"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of hold.set"),
        sa.Column("lifted_by", sa.Text(), nullable=True, comment="who lifted it: never who set it"),
        sa.Column("lifted_at", sa.Text(), nullable=True, comment="when"),
        sa.Column("lifted_reason", sa.Text(), nullable=True, comment="in words"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_holds_target", "holds", ["target"])
    op.create_table(
        "retention_changes",
        sa.Column("id", sa.Text(), nullable=False, comment="change id"),
        sa.Column("of", sa.Text(), nullable=False, comment="items | recordings | case"),
        sa.Column(
            "items", sa.Text(), nullable=True, comment="version of the item list whose classes are to be in force"
        ),
        sa.Column("recordings", sa.Text(), nullable=False, comment="JSON: recordings that get the class"),
        sa.Column("case", sa.Text(), nullable=True, comment="case that gets the class"),
        sa.Column("code", sa.Text(), nullable=True, comment="the class"),
        sa.Column(
            "n_expired",
            sa.BigInteger(),
            nullable=False,
            comment="recordings that would be expired at once, as simulated",
        ),
        sa.Column("n_sooner", sa.BigInteger(), nullable=False, comment="that would expire sooner"),
        sa.Column("n_later", sa.BigInteger(), nullable=False, comment="that would expire later"),
        sa.Column("reason", sa.Text(), nullable=False, comment="in words"),
        sa.Column("by", sa.Text(), nullable=False, comment="who proposed it"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("state", sa.Text(), nullable=False, comment="proposed | approved | cancelled | in-force"),
        sa.Column("due_at", sa.Text(), nullable=True, comment="not in force before, once approved"),
        sa.Column("ended_by", sa.Text(), nullable=True, comment="who cancelled it"),
        sa.Column("ended_at", sa.Text(), nullable=True, comment="when it was cancelled or came into force"),
        sa.Column("ended_reason", sa.Text(), nullable=True, comment="why it was cancelled"),
        sa.Column("ended_entry", sa.BigInteger(), nullable=True, comment="ledger index of that"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of retention.proposed"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_retention_changes_state", "retention_changes", ["state"])
    op.create_table(
        "retention_approvals",
        sa.Column("change", sa.Text(), nullable=False, comment="change id"),
        sa.Column("by", sa.Text(), nullable=False, comment="who approved"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("note", sa.Text(), nullable=False, comment="in words"),
        sa.ForeignKeyConstraint(["change"], ["retention_changes.id"]),
        sa.PrimaryKeyConstraint("change", "by"),
    )
    op.create_table(
        "retention_classes",
        sa.Column("on", sa.Text(), nullable=False, comment="recording | case"),
        sa.Column("target", sa.Text(), nullable=False, comment="recording or case id"),
        sa.Column("code", sa.Text(), nullable=False, comment="class that people gave it"),
        sa.Column("change", sa.Text(), nullable=False, comment="change that it rests on"),
        sa.PrimaryKeyConstraint("on", "target"),
    )
    op.create_table(
        "destructions",
        sa.Column("id", sa.Text(), nullable=False, comment="destruction id"),
        sa.Column("reason", sa.Text(), nullable=False, comment="in words"),
        sa.Column("by", sa.Text(), nullable=False, comment="who requested it"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("state", sa.Text(), nullable=False, comment="requested | approved | cancelled | done"),
        sa.Column("approved_by", sa.Text(), nullable=True, comment="who approved it"),
        sa.Column("approved_at", sa.Text(), nullable=True, comment="when"),
        sa.Column("approved_note", sa.Text(), nullable=True, comment="in words"),
        sa.Column("due_at", sa.Text(), nullable=True, comment="nothing is destroyed before"),
        sa.Column("cancelled_by", sa.Text(), nullable=True, comment="who cancelled it"),
        sa.Column("cancelled_at", sa.Text(), nullable=True, comment="when"),
        sa.Column("cancelled_reason", sa.Text(), nullable=True, comment="in words"),
        sa.Column("facts", sa.Text(), nullable=True, comment="SHA-256 of the certificate's signed facts"),
        sa.Column("pdf", sa.Text(), nullable=True, comment="SHA-256 of the certificate's PDF"),
        sa.Column("pdf_bytes", sa.BigInteger(), nullable=True, comment="length of the PDF"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of destruction.requested"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_destructions_state", "destructions", ["state"])
    op.create_table(
        "destruction_items",
        sa.Column("destruction", sa.Text(), nullable=False, comment="destruction id"),
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="listed | spared | begun | done | returned: docked again later"
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it was spared"),
        sa.Column("original", sa.Text(), nullable=True, comment="SHA-256 of what was destroyed"),
        sa.Column("manifest", sa.Text(), nullable=True, comment="SHA-256 of the manifest, which is kept"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True, comment="length of the original"),
        sa.Column("blobs", sa.Text(), nullable=True, comment="JSON: blobs that had to go"),
        sa.Column("shared", sa.Text(), nullable=True, comment="JSON: those of them that something else needs"),
        sa.Column("code", sa.Text(), nullable=True, comment="class that it expired by"),
        sa.Column("expired_at", sa.Text(), nullable=True, comment="when it expired"),
        sa.Column("begun_at", sa.Text(), nullable=True, comment="when its bytes began to go"),
        sa.Column("begun_entry", sa.BigInteger(), nullable=True, comment="ledger index of destruction.begun"),
        sa.Column("done_at", sa.Text(), nullable=True, comment="when they were gone"),
        sa.Column("done_entry", sa.BigInteger(), nullable=True, comment="ledger index of destruction.done"),
        sa.Column("returned_at", sa.Text(), nullable=True, comment="when the same content was docked again"),
        sa.ForeignKeyConstraint(["destruction"], ["destructions.id"]),
        sa.ForeignKeyConstraint(["recording"], ["recordings.id"]),
        sa.PrimaryKeyConstraint("destruction", "recording"),
    )
    op.create_index("destruction_items_state", "destruction_items", ["state"])
    op.create_index("ix_destruction_items_recording", "destruction_items", ["recording"])
    # SQLite keeps no comments.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("attempts", "state", existing_type=sa.Text(), existing_nullable=False, comment=_ATTEMPT_STATES)
