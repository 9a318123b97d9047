"""Recordings' times beside the terms of PostgreSQL's text index; by how much each device's clock was ever off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

FILL = (
    "INSERT INTO clock_extents (device, low_ms, high_ms, open)"
    " SELECT device, min(coalesce(low_ms, high_ms)), max(coalesce(high_ms, low_ms)), count(*) > count(high_ms)"
    " FROM clock_measurements WHERE low_ms > 0 OR high_ms < 0 GROUP BY device"
)


def upgrade() -> None:
    op.create_table(
        "clock_extents",
        sa.Column("device", sa.Text(), nullable=False, comment="device whose clock was ever certainly off"),
        sa.Column("low_ms", sa.BigInteger(), nullable=False, comment="the least offset of all that were measured then"),
        sa.Column("high_ms", sa.BigInteger(), nullable=False, comment="the greatest"),
        sa.Column(
            "open",
            sa.Boolean(),
            nullable=False,
            comment="it may have been greater: once only the least was known",
        ),
        sa.PrimaryKeyConstraint("device"),
    )
    op.execute(FILL)
    op.drop_index("clock_measurements_off", "clock_measurements")
    if op.get_bind().dialect.name == "postgresql":
        add_times()


def add_times() -> None:
    """To sort what was found without a look at the recordings."""
    # Times sort as bytes, whatever the database's locale.
    op.execute(
        "ALTER TABLE recording_search"
        " ADD COLUMN started_at text COLLATE \"C\" NOT NULL DEFAULT '',"
        " ADD COLUMN received_at text COLLATE \"C\" NOT NULL DEFAULT ''"
    )
    op.execute(
        "UPDATE recording_search AS s SET started_at = r.started_at, received_at = r.received_at"
        " FROM recordings AS r WHERE r.id = s.recording"
    )
    op.execute("ALTER TABLE recording_search ALTER started_at DROP DEFAULT, ALTER received_at DROP DEFAULT")
