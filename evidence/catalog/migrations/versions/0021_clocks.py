"""Devices' clocks: keys of time slates, what was read of them, measured offsets, jumps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KINDS = "viewing-copy | thumbnails | phashes | observations | slates"


def upgrade() -> None:
    op.create_table(
        "slate_keys",
        sa.Column(
            "entry",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="ledger index",
        ),
        sa.Column("kid", sa.Text(), nullable=False, comment="what codes call the key by"),
        sa.Column("key", sa.Text(), nullable=False, comment="base64 of the raw Ed25519 public key"),
        sa.Column("at", sa.Text(), nullable=False, comment="when it was announced"),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_table(
        "slate_readings",
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column("device", sa.Text(), nullable=True, comment="device number, if known"),
        sa.Column("codes", sa.Text(), nullable=False, comment="SHA-256 of what was read"),
        sa.Column("verdict", sa.Text(), nullable=False, comment="accepted, or why not"),
        sa.Column("case_number", sa.Text(), nullable=True, comment="number of the case that it names"),
        sa.Column("start_ms", sa.BigInteger(), nullable=False, comment="where it is in the recording"),
        sa.Column("end_ms", sa.BigInteger(), nullable=False, comment="half-open"),
        sa.Column("told_at", sa.Text(), nullable=True, comment="the first server time that was read"),
        sa.Column(
            "earliest_at", sa.Text(), nullable=True, comment="the first picture is no earlier; null unless accepted"
        ),
        sa.Column("latest_at", sa.Text(), nullable=True, comment="and no later"),
        sa.Column("at", sa.Text(), nullable=False, comment="when it was judged"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of the latest slate.read"),
        sa.ForeignKeyConstraint(["recording"], ["recordings.id"]),
        sa.PrimaryKeyConstraint("recording"),
    )
    op.create_index("slate_readings_device", "slate_readings", ["device", "told_at"])
    op.create_index("slate_readings_earliest", "slate_readings", ["earliest_at"])
    op.create_index("slate_readings_case", "slate_readings", ["case_number"])
    op.create_table(
        "clock_measurements",
        sa.Column("recording", sa.Text(), nullable=False, comment="recording it was measured by"),
        sa.Column("how", sa.Text(), nullable=False, comment="dock | gps | slate"),
        sa.Column("device", sa.Text(), nullable=False, comment="device number"),
        sa.Column("stated_at", sa.Text(), nullable=False, comment="the instant as the device tells it"),
        sa.Column("true_at", sa.Text(), nullable=False, comment="what it was compared with"),
        sa.Column("low_ms", sa.BigInteger(), nullable=True, comment="the offset is at least this"),
        sa.Column("high_ms", sa.BigInteger(), nullable=True, comment="and at most this"),
        sa.Column("spread_ms", sa.BigInteger(), nullable=True, comment="how far the device's own statements are apart"),
        sa.Column("at", sa.Text(), nullable=False, comment="time of the entry"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of clock.measured or slate.read"),
        sa.ForeignKeyConstraint(["recording"], ["recordings.id"]),
        sa.PrimaryKeyConstraint("recording", "how"),
    )
    op.create_index("clock_measurements_device", "clock_measurements", ["device", "stated_at"])
    op.create_index("clock_measurements_off", "clock_measurements", ["low_ms", "high_ms", "device"])
    op.create_table(
        "clock_jumps",
        sa.Column(
            "entry",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="ledger index",
        ),
        sa.Column("device", sa.Text(), nullable=False, comment="device number"),
        sa.Column("kind", sa.Text(), nullable=False, comment="backward | reset"),
        sa.Column("before", sa.Text(), nullable=False, comment="recording before it"),
        sa.Column("after", sa.Text(), nullable=False, comment="recording after it"),
        sa.Column("before_at", sa.Text(), nullable=False, comment="stated end of the one"),
        sa.Column("after_at", sa.Text(), nullable=False, comment="stated beginning of the other"),
        sa.Column("at", sa.Text(), nullable=False, comment="when it was found"),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("ix_clock_jumps_device", "clock_jumps", ["device"])
    op.create_table(
        "clock_doubts",
        sa.Column("recording", sa.Text(), nullable=False, comment="recording whose stated time says nothing"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of the clock.jumped that says so"),
        sa.PrimaryKeyConstraint("recording"),
    )
    # SQLite keeps no comments.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("renditions", "kind", existing_type=sa.Text(), existing_nullable=False, comment=_KINDS)
