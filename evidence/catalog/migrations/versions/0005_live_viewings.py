"""Viewings of a room's channel as it is recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COMMENTS = {
    ("viewings", "scope"): "recording | library | live",
    ("refusals", "scope"): "recording | library | live",
    ("deliveries", "item"): "segment | photo | thumbnail | live",
}


def upgrade() -> None:
    for table in ("viewings", "refusals"):
        op.add_column(table, sa.Column("channel", sa.Text, nullable=True, comment="room/channel, for scope live"))
    if op.get_bind().dialect.name == "sqlite":
        return  # keeps no comments
    for (table, column), comment in _COMMENTS.items():
        op.alter_column(table, column, existing_type=sa.Text(), existing_nullable=False, comment=comment)
