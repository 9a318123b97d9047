"""Indexes for the library: filters by kind, playback and bay, and full text joined by the sealing entry's number."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("kind", "playback", "bay"):
        op.create_index(f"recordings_{column}", "recordings", [column, "started_at"])
    op.create_index("recordings_entry", "recordings", ["entry"])
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        "CREATE TEMPORARY TABLE found AS SELECT r.entry, s.recording, s.terms "
        "FROM recording_search AS s JOIN recordings AS r ON r.id = s.recording"
    )
    op.execute("DELETE FROM recording_search")
    op.execute("INSERT INTO recording_search (rowid, recording, terms) SELECT entry, recording, terms FROM found")
    op.execute("DROP TABLE found")
