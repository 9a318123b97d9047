"""Where a recording that films a time slate likely began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "and likely here; null in entries of before"
    op.add_column("slate_readings", sa.Column("best_at", sa.Text(), nullable=True, comment=comment))
