"""Live recordings, their segments and their events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live_recordings",
        sa.Column(
            "id", sa.Text(), nullable=False, comment="recording id, random; of `recordings` too once it is sealed"
        ),
        sa.Column("room", sa.Text(), nullable=False, comment="room"),
        sa.Column("channel", sa.Text(), nullable=False, comment="room/channel"),
        sa.Column("sitting", sa.Text(), nullable=True, comment="sitting it was made for"),
        sa.Column("unit", sa.Text(), nullable=True, comment="unit of the room"),
        sa.Column("init", sa.Text(), nullable=False, comment="SHA-256 of the blob that the file begins with"),
        sa.Column("tracks", sa.Text(), nullable=False, comment="JSON: tracks, as the worker described them"),
        sa.Column("source_codecs", sa.Text(), nullable=False, comment="JSON: codec per track as the source sends it"),
        sa.Column("zero_at", sa.Text(), nullable=False, comment="first picture, server's clock at receipt"),
        sa.Column("camera_at", sa.Text(), nullable=True, comment="the same by the camera's clock"),
        sa.Column("continues", sa.Text(), nullable=True, comment="recording that it joins without a hole"),
        sa.Column("state", sa.Text(), nullable=False, comment="recording | ended | sealed"),
        sa.Column("n_segments", sa.Integer(), nullable=False, comment="durable segments"),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False, comment="of the durable segments"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="how far the file is whole"),
        sa.Column("end_at", sa.Text(), nullable=False, comment="zero_at and the duration"),
        sa.Column("ended_at", sa.Text(), nullable=True, comment="when it was ended"),
        sa.Column(
            "ended_reason",
            sa.Text(),
            nullable=True,
            comment="stopped | rotated | lost | format-changed | failed | restart",
        ),
        sa.Column(
            "cut_bytes", sa.BigInteger(), nullable=True, comment="of an unfinished fragment behind the whole ones"
        ),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of live.started"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_live_recordings_sitting", "live_recordings", ["sitting"])
    op.create_index("live_recordings_channel", "live_recordings", ["channel", "zero_at"])
    op.create_index("live_recordings_room", "live_recordings", ["room", "zero_at"])
    op.create_index("live_recordings_state", "live_recordings", ["state"])
    op.create_table(
        "live_segments",
        sa.Column(
            "recording", sa.Text(), sa.ForeignKey("live_recordings.id"), nullable=False, comment="live recording"
        ),
        sa.Column("seq", sa.Integer(), nullable=False, comment="number from 0"),
        sa.Column("start_ms", sa.BigInteger(), nullable=False, comment="presentation time from the first picture"),
        sa.Column("end_ms", sa.BigInteger(), nullable=False, comment="half-open"),
        sa.Column("start_pts", sa.BigInteger(), nullable=False, comment="lead track's ticks, raw media time"),
        sa.Column("end_pts", sa.BigInteger(), nullable=False, comment="half-open"),
        sa.Column("timescale", sa.Integer(), nullable=False, comment="ticks per second of that track"),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False, comment="where its fragment begins in the file"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="length of the fragment"),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the fragment"),
        sa.Column("statement", sa.Text(), nullable=False, comment="SHA-256 of its statement"),
        sa.Column("received_at", sa.Text(), nullable=False, comment="its first picture, server's clock"),
        sa.Column("camera_at", sa.Text(), nullable=True, comment="its first picture, camera's clock"),
        sa.Column("n_dropped", sa.Integer(), nullable=False, comment="packets refused or lost inside"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of live.segment"),
        sa.PrimaryKeyConstraint("recording", "seq"),
    )
    op.create_table(
        "live_events",
        sa.Column(
            "entry",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="ledger index of the live.event that was first",
            autoincrement=False,
        ),
        sa.Column("room", sa.Text(), nullable=False, comment="room"),
        sa.Column("channel", sa.Text(), nullable=False, comment="room/channel"),
        sa.Column("recording", sa.Text(), nullable=True, comment="recording it is about"),
        sa.Column("sitting", sa.Text(), nullable=True, comment="sitting it fell into"),
        sa.Column("kind", sa.Text(), nullable=False, comment="gap | dropped | clock-jump | …"),
        sa.Column("from_at", sa.Text(), nullable=False, comment="begin, server's clock"),
        sa.Column("until_at", sa.Text(), nullable=True, comment="end; null while it goes on"),
        sa.Column("start_ms", sa.BigInteger(), nullable=True, comment="begin in the recording"),
        sa.Column("end_ms", sa.BigInteger(), nullable=True, comment="end in the recording"),
        sa.Column("reason", sa.Text(), nullable=False, comment="code of the cause"),
        sa.Column("detail", sa.Text(), nullable=False, comment="in words"),
        sa.Column("at", sa.Text(), nullable=False, comment="time of the latest entry about it"),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("ix_live_events_recording", "live_events", ["recording"])
    op.create_index("ix_live_events_sitting", "live_events", ["sitting"])
    op.create_index("live_events_channel", "live_events", ["channel", "kind", "from_at"])
    op.create_index("live_events_room", "live_events", ["room", "from_at"])
