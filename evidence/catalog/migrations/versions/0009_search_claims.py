"""Officer, device, unit, kind and playback as terms of PostgreSQL's text index. Nothing changes on SQLite."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute(
        "UPDATE recording_search AS s SET terms = s.terms || array_to_tsvector(array_remove(ARRAY["
        "'=o' || r.officer, '=d' || r.device, '=u' || r.unit, '=k' || r.kind, '=p' || r.playback], NULL))"
        " FROM recordings AS r WHERE r.id = s.recording"
    )
