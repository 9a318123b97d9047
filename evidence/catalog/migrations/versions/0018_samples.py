"""Random samples: what was committed to, drawn and reviewed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "samples",
        sa.Column("id", sa.Text(), nullable=False, comment="sample id"),
        sa.Column("spec", sa.Text(), nullable=False, comment="how it is drawn"),
        sa.Column("title", sa.Text(), nullable=False, comment="in words"),
        sa.Column("of", sa.Text(), nullable=False, comment="recordings | activities"),
        sa.Column("unit", sa.Text(), nullable=True, comment="of this unit; null: of all"),
        sa.Column("from_at", sa.Text(), nullable=False, comment="begun from"),
        sa.Column("to_at", sa.Text(), nullable=False, comment="half-open"),
        sa.Column("items", sa.Text(), nullable=False, comment="JSON: codes of the item list; none: of all"),
        sa.Column("population", sa.Text(), nullable=False, comment="SHA-256 of the list of ids"),
        sa.Column("root", sa.Text(), nullable=False, comment="RFC 6962 root over the ids"),
        sa.Column("n_population", sa.BigInteger(), nullable=False, comment="how many ids"),
        sa.Column("size", sa.Integer(), nullable=False, comment="how many are drawn"),
        sa.Column("permille", sa.Integer(), nullable=True, comment="the share that was asked for"),
        sa.Column("nonce_digest", sa.Text(), nullable=False, comment="SHA-256 of the server's nonce"),
        sa.Column("word_digest", sa.Text(), nullable=False, comment="SHA-256 of the person's word"),
        sa.Column("by", sa.Text(), nullable=False, comment="who committed to it"),
        sa.Column("display_name", sa.Text(), nullable=False, comment="that account's name then"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.Column("state", sa.Text(), nullable=False, comment="committed | drawn | abandoned"),
        sa.Column("nonce", sa.Text(), nullable=True, comment="hex, once drawn"),
        sa.Column("word", sa.Text(), nullable=True, comment="once drawn"),
        sa.Column("seed", sa.Text(), nullable=True, comment="hex, once drawn"),
        sa.Column("drawn_at", sa.Text(), nullable=True, comment="when it was drawn"),
        sa.Column("drawn_by", sa.Text(), nullable=True, comment="by whom"),
        sa.Column("drawn_entry", sa.BigInteger(), nullable=True, comment="ledger index of sample.drawn"),
        sa.Column("abandoned_at", sa.Text(), nullable=True, comment="when it was abandoned"),
        sa.Column("abandoned_by", sa.Text(), nullable=True, comment="by whom"),
        sa.Column("reason", sa.Text(), nullable=True, comment="why"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of sample.committed"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sample_items",
        sa.Column("sample", sa.Text(), nullable=False, comment="sample id"),
        sa.Column("n", sa.Integer(), nullable=False, comment="order of the draw, from 0"),
        sa.Column("item", sa.Text(), nullable=False, comment="recording or activity"),
        sa.ForeignKeyConstraint(["sample"], ["samples.id"]),
        sa.PrimaryKeyConstraint("sample", "n"),
    )
    op.create_table(
        "sample_reviews",
        sa.Column(
            "entry",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="ledger index of sample.reviewed",
        ),
        sa.Column("sample", sa.Text(), nullable=False, comment="sample id"),
        sa.Column("item", sa.Text(), nullable=False, comment="recording or activity"),
        sa.Column("result", sa.Text(), nullable=False, comment="in-order | flaw"),
        sa.Column("words", sa.Text(), nullable=False, comment="what was found"),
        sa.Column("recordings", sa.Text(), nullable=False, comment="JSON: recordings that were to be watched"),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False, comment="of these together"),
        sa.Column("delivered_ms", sa.BigInteger(), nullable=False, comment="of it handed to the reviewer"),
        sa.Column("rendered_ms", sa.BigInteger(), nullable=False, comment="of it claimed by the player and delivered"),
        sa.Column("by", sa.Text(), nullable=False, comment="who reviewed it"),
        sa.Column("display_name", sa.Text(), nullable=False, comment="that account's name then"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.ForeignKeyConstraint(["sample"], ["samples.id"]),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("ix_samples_unit", "samples", ["unit"])
    op.create_index("ix_samples_at", "samples", ["at"])
    op.create_index("ix_sample_reviews_sample", "sample_reviews", ["sample"])
