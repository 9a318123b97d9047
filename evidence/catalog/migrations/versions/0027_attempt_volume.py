"""On which volume the clearing of a device file began.

Without it another camera in the same bay looked as if the file had been deleted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "on which volume its clearing began; null: not known, or never"
    op.add_column("attempts", sa.Column("volume", sa.Text(), nullable=True, comment=comment))
