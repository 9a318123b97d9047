"""Renditions of a new kind: observations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COMMENT = "viewing-copy | thumbnails | phashes | observations"


def upgrade() -> None:
    # SQLite keeps no comments.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("renditions", "kind", existing_type=sa.Text(), existing_nullable=False, comment=_COMMENT)
